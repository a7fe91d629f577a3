"""Keys of sign-up forms in the studio: made and shown once, used, ended, each act in the log."""

import json
import re

import pytest

from portal.people.staff.roles import Role
from portal.shared import ids
from tests.people.browser import Browser, log_of
from tests.people.site import ADA, Site

HERE = "/studio/forms"
SLUG = "hear-from-us"
KEYS = f"{HERE}/{SLUG}/keys"


def make(browser: Browser, name: str = "Our web shop") -> str:
    """The key, as the one page shows it."""
    answer = browser.post(KEYS, **{"from_page": HERE, f"{SLUG}-name": name})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    found = re.search(r"lc_form_[\w-]{43}", answer.text)
    assert found
    return found[0]


def sign_up_by(site: Site, key: str) -> int:
    asked = json.loads(site.get(f"/api/v1/forms/{SLUG}").text)["notice"]
    body: dict[str, object] = {
        "form": SLUG,
        "name": "Ada",
        "email": ADA,
        "ticked": [{"purpose": "offers", "channel": "email"}],
    }
    body["notice"] = {name: asked[name] for name in ("sha256", "delivery")}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": ids.new_id()}
    return site.post("/api/v1/signups", json=body, headers=headers).status_code


def test_a_key_made_in_the_studio_signs_up_is_seen_to_be_used_and_opens_nothing_once_ended(site: Site) -> None:
    mara = Browser(site).by_start_link(role="marketer")
    key = make(mara)
    page = mara.get(HERE).text
    assert "Never used" in page
    assert key not in page
    assert sign_up_by(site, key) == sign_up_by(site, key) == 202
    assert "Last used" in mara.get(HERE).text
    assert site.count("form_key_uses") == 1
    for _ in range(2):  # a second press of the button is no different
        answer = mara.post(f"{KEYS}/end", from_page=HERE, name="Our web shop")
        assert (answer.status_code, answer.location) == (303, f"{HERE}#keys-{SLUG}")
    assert sign_up_by(site, key) == 401
    assert "Ended" in mara.get(HERE).text
    assert [act for act in log_of(site) if "key of a form" in act] == ["ended a key of a form", "made a key of a form"]


def test_a_key_is_stored_as_a_digest_alone(site: Site) -> None:
    key = make(Browser(site).by_start_link(role="publisher"))
    assert not [line for line in site.dump() if key in line]


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Say which system"), ("x" * 65, "64"), ("a\nb", "line"), ("Our web shop", "already")],
)
def test_a_name_that_will_not_do_comes_back_with_what_to_do(site: Site, name: str, words: str) -> None:
    mara = Browser(site).by_start_link()
    make(mara)
    answer = mara.post(KEYS, **{"from_page": HERE, f"{SLUG}-name": name})
    assert answer.status_code == 422
    assert words in answer.text
    assert site.count("form_keys") == 1


def test_there_is_no_key_of_a_form_that_is_not_there(site: Site) -> None:
    mara = Browser(site).by_start_link()
    for path in (f"{HERE}/nothing/keys", f"{HERE}/nothing/keys/end"):
        assert mara.post(path, from_page=HERE, name="x").status_code == 404


def test_who_may_not_hand_out_keys_sees_them_without_a_button(site: Site) -> None:
    make(Browser(site).by_start_link())
    otto = Browser(site).by_start_link(role=Role.PRIVACY, email="otto@people.customerhub.net")
    page = otto.get(HERE).text
    assert "Our web shop" in page
    assert ">Make a key</button>" not in page
    assert otto.post(f"{KEYS}/end", name="Our web shop").status_code == 403
