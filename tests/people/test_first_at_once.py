"""The first sign-ups of a new installation, all at the same moment: each is written, whoever stores the notice."""

from concurrent.futures import ThreadPoolExecutor

from tests.people.site import Site


def test_each_of_the_first_sign_ups_at_once_is_written(site: Site) -> None:
    form = site.form("/sign-up") | {"name": "Ada", "offers_email": "yes"}

    def send(number: int) -> int:
        peer = {"REMOTE_ADDR": f"192.0.2.{number}"}
        sent = form | {"email": f"first{number}@people.customerhub.net"}
        return site.post("/sign-up", data=sent, environ_overrides=peer).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(16))) == {303}
    assert (site.count("people"), site.count("notices")) == (16, 2)
    assert site.verify().is_sound
