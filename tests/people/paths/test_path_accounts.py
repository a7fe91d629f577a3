"""Paths of who is signed in: kept in the account, taken over only by a press, shown, forgotten, and gone with them."""

import pytest

from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.paths.conftest import HERE, Walker
from tests.people.site import ADA, Site, find_person_id

QUESTION = "does not have"


@pytest.fixture
def ada(site: Site, walker: Walker) -> Walker:
    """Ada, with an account, and signed in with the browser that walks."""
    site.agreed(ADA)
    walker.browser.by_mail(ADA)
    return walker


def steps_of(site: Site) -> list[str]:
    return [step for (step,) in site.rows("select step from path_steps order by step")]


def test_steps_are_kept_in_the_account_and_no_cookie_of_them_is_set(site: Site, ada: Walker) -> None:
    answer = ada.do(1)
    assert "paths=" not in "".join(answer.headers.getlist("Set-Cookie"))
    ada.do(3)
    ada.do(3)
    assert steps_of(site) == sorted([ada.key(1), ada.key(3)])
    assert ada.done() == [1, 3]
    elsewhere = Walker(site, ada.path)
    assert elsewhere.done() == []
    elsewhere.browser.by_mail(ADA)
    assert elsewhere.done() == [1, 3]
    elsewhere.do(1, act="/undo")
    assert ada.done() == [3]


def test_what_a_browser_kept_moves_into_the_account_by_a_press_and_not_before(site: Site, walker: Walker) -> None:
    walker.do(1)
    walker.do(2)
    site.agreed(ADA)
    walker.browser.by_mail(ADA)
    assert walker.done() == []
    assert "This browser has 2 steps done that your account does not have" in walker.look()
    assert steps_of(site) == []
    answer = walker.browser.post(f"{HERE}/take-over", from_page=HERE)
    assert answer.status_code == 303
    assert any("paths=;" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert walker.done() == [1, 2]
    assert QUESTION not in walker.look()


def test_what_a_browser_kept_can_be_forgotten_there_alone(site: Site, walker: Walker) -> None:
    walker.do(1)
    site.agreed(ADA)
    walker.browser.by_mail(ADA)
    walker.do(3)
    walker.browser.post(f"{HERE}/forget", from_page=HERE, where="browser")
    assert walker.done() == [3]
    assert QUESTION not in walker.look()


def test_nobody_takes_anything_over_without_being_signed_in(site: Site, walker: Walker) -> None:
    walker.do(1)
    answer = walker.browser.post(f"{HERE}/take-over", from_page=HERE)
    assert answer.location == f"/sign-in?next={HERE}"
    assert steps_of(site) == []


def test_the_account_shows_every_path_and_forgets_one_or_all(site: Site, ada: Walker) -> None:
    ada.do(1)
    ada.do(2)
    page = ada.browser.get("/account").text
    assert "2 of 4 steps done" in page
    assert f'href="{HERE}#step-{ada.key(3)}"' in page
    ada.browser.post("/account/paths/forget", from_page="/account", slug="another")
    assert ada.done() == [1, 2]
    ada.browser.post("/account/paths/forget", from_page="/account", slug="call-then-write")
    assert steps_of(site) == []
    ada.do(1)
    ada.browser.post("/account/paths/forget", from_page="/account")
    assert steps_of(site) == []
    assert "Your learning paths" not in ada.browser.get("/account").text


def test_whoever_is_erased_takes_their_steps_along(site: Site, ada: Walker) -> None:
    ada.do(1)
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, ADA)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="erase"))
    assert steps_of(site) == []


def test_staff_walk_as_anybody_does(site: Site, walker: Walker) -> None:
    walker.browser = Browser(site)
    walker.browser.by_start_link()
    walker.do(1)
    assert walker.done() == [1]
    assert steps_of(site) == []
