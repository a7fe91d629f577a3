"""Walking a path: what is done is kept in the browser and nowhere else, and only by a press."""

import re

from portal.people.paths.in_browser import COOKIE, gone_on, read_progress, write_progress
from portal.people.publications import records
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.paths.conftest import HERE, Publish, Walker
from tests.people.site import Site

KEYS = ("n" * 32, "o" * 32)


def test_a_path_shows_its_steps_each_with_the_way_to_it(site: Site, walker: Walker) -> None:
    page = site.get(HERE).text
    assert "<h1>Call, then write</h1>" in page
    assert 'href="/webinars/second-message?t=0#player"' in page
    assert 'href="/tips/read-before-you-write"' in page
    assert f'action="{site.settings.sandbox_url}/drives"' in page
    assert '<input type="hidden" name="page" value="/today">' in page
    assert "CSV table, 1 kB" in page
    listed = site.get("/paths/").text
    assert "Call, then write" in listed
    assert "4 steps" in listed
    (file,) = walker.path.downloads
    answer = site.get(file.url)
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, 'attachment; filename="numbers.csv"')


def test_every_page_leads_to_the_paths_and_theirs_say_that_they_are_where_one_is(site: Site, walker: Walker) -> None:
    assert '<a href="/paths/">Paths</a>' in site.get("/tips/").text
    for path in ("/paths/", HERE):
        assert '<a href="/paths/" aria-current="page">Paths</a>' in site.get(path).text


def test_looking_sets_no_cookie_and_a_press_sets_one_that_only_paths_are_sent(site: Site, walker: Walker) -> None:
    for path in ("/paths/", HERE, "/certificates/verify"):
        assert "Set-Cookie" not in site.get(path).headers
    before = site.dump()
    answer = walker.do(1)
    assert (answer.status_code, answer.location) == (303, f"{HERE}#step-{walker.key(1)}")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert re.search(r"^paths=[^;]+; .*Max-Age=15552000; .*HttpOnly; Path=/paths/; SameSite=Lax$", cookie)
    assert walker.done() == [1]
    assert site.dump() == before
    assert "Go on with step 2" in walker.look()
    assert "Go on with step 2" in walker.browser.get("/paths/").text
    assert walker.browser.get(HERE).headers["Cache-Control"] == "private, no-store"


def test_a_question_is_done_by_its_right_answer_alone(walker: Walker) -> None:
    for answer, said in ((1, "They will call you."), (0, "Choose an answer first."), (99, "Choose an answer first.")):
        refused = walker.do(3, answer=answer)
        assert refused.status_code == 422
        assert said in refused.text
        assert "Set-Cookie" not in refused.headers
    assert walker.done() == []
    assert "They may not wait any longer." not in walker.look()
    assert walker.do(3).status_code == 303
    assert walker.done() == [3]
    assert "They may not wait any longer." in walker.look()


def test_what_was_chosen_wrongly_stays_chosen(walker: Walker) -> None:
    assert re.search(r'value="1" checked', walker.do(3, answer=1).text)


def test_a_step_is_taken_back_and_all_is_forgotten_with_the_cookie(walker: Walker) -> None:
    walker.do(1)
    walker.do(2)
    assert walker.do(1, act="/undo").status_code == 303
    assert walker.done() == [2]
    answer = walker.browser.post(f"{HERE}/forget", from_page=HERE)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert walker.browser.client.get_cookie(COOKIE, domain="localhost", path="/paths/") is None
    assert walker.done() == []
    assert "Set-Cookie" not in walker.browser.post(f"{HERE}/forget", from_page=HERE).headers


def test_a_cookie_that_we_did_not_sign_says_nothing(site: Site, walker: Walker) -> None:
    walker.do(1)
    cookie = walker.browser.client.get_cookie(COOKIE, domain="localhost", path="/paths/")
    assert cookie
    changed = ("A" if cookie.value[9] != "A" else "B").join((cookie.value[:9], cookie.value[10:]))
    for forged in (changed, "x", "." * 50, cookie.value * 2):
        stranger = Browser(site)
        stranger.client.set_cookie(COOKIE, forged, domain="localhost", path="/paths/")
        page = stranger.get(HERE)
        assert page.status_code == 200
        assert " data-done" not in page.text


def test_two_paths_share_one_cookie_and_keep_apart(site: Site, publish: Publish, walker: Walker) -> None:
    other = Walker(site, publish(("Call, then write", "Write, then call"), name="write-then-call"))
    other.browser = walker.browser
    walker.do(1)
    other.do(2)
    assert (walker.done(), other.done()) == ([1], [2])


def test_progress_is_read_under_old_keys_and_lets_go_of_what_is_oldest() -> None:
    written = write_progress({"a": {"12345678"}}, keys=KEYS[1:])
    assert read_progress(written, keys=KEYS) == {"a": {"12345678"}}
    assert read_progress(written, keys=("z" * 32,)) == {}
    progress: dict[str, set[str]] = {}
    for number in range(60):
        every = {f"{number:04}{step:04}" for step in range(30)}
        progress = read_progress(write_progress(gone_on(progress, f"path-{number}", every), keys=KEYS), keys=KEYS)
    assert "path-59" in progress
    assert "path-0" not in progress
    assert len(write_progress(progress, keys=KEYS)) <= 3500
    assert write_progress({}, keys=KEYS) == ""


def test_what_was_taken_off_the_site_is_asked_of_nobody(site: Site, walker: Walker) -> None:
    with site.database.transaction() as db:
        records.unpublish(
            db, kind="tip", slug="read-before-you-write", redirect_to="/tips/", by="Mara", now=clock.now()
        )
    page = walker.look()
    assert "It was taken off the site since." in page
    assert 'href="/tips/read-before-you-write"' not in page
    for number in (1, 3, 4):
        walker.do(number)
    assert "3 of 3 done" in walker.look()
    assert walker.certificate().status_code == 200


def test_a_path_that_was_changed_keeps_what_stayed_the_same(publish: Publish, walker: Walker) -> None:
    walker.do_all()
    walker.path = publish(("Whom do you call first?", "Whom do you ring first?"), ("Three things", "Four things"))
    assert walker.done() == [1, 2, 4]


def test_a_path_taken_off_the_site_leads_on_and_one_that_never_was_is_not_found(site: Site, walker: Walker) -> None:
    with site.database.transaction() as db:
        records.unpublish(db, kind="path", slug="call-then-write", redirect_to="/paths/", by="Mara", now=clock.now())
    assert (site.get(HERE).status_code, site.get(HERE).location) == (302, "/paths/")
    assert walker.do(1).status_code == 404
    assert site.get("/paths/nothing").status_code == 404
    assert site.post("/paths/nothing/steps/x").status_code == 404
    assert "Nothing is published yet" in site.get("/paths/").text


def test_a_step_that_there_is_not_is_not_found(site: Site, walker: Walker) -> None:
    for address in (f"{HERE}/steps/00000000", f"{HERE}/steps/00000000/undo"):
        answer = site.post(address)
        assert answer.status_code == 404
        assert "This path has no such step" in answer.text


def test_another_site_cannot_press_anything(site: Site, walker: Walker) -> None:
    answer = site.post(f"{HERE}/steps/{walker.key(1)}", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_hostile_words_are_shown_as_they_were_typed(site: Site, publish: Publish) -> None:
    hostile = '</script><script>alert(1)</script>\\" onmouseover=\\"x'
    publish(
        *(
            (words, hostile)
            for words in ("Call, then write", "Whoever is loudest", "Eleven tasks", "Numbers to call", "Call first")
        )
    )
    for path in ("/paths/", HERE):
        page = site.get(path).text
        assert "<script>alert" not in page
        assert '" onmouseover="x' not in page


def test_the_map_of_the_site_names_every_path(site: Site, walker: Walker) -> None:
    found = site.get("/sitemap.xml").text
    for path in ("/paths/", walker.path.url, "/certificates/verify"):
        assert f"<loc>{site.settings.url}{path}</loc>" in found
