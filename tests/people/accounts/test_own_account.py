"""One's own page: what was agreed to, what was watched, and how to take either back."""

import pytest

from tests.people.browser import Browser, log_of
from tests.people.site import ADA, BEN, Site
from tests.people.webinars.conftest import Studio


@pytest.fixture
def ada(site: Site) -> Browser:
    """Ada, who agreed to offers and not to webinars, signed in."""
    site.agreed(ADA, "offers_email")
    return Browser(site).by_mail(ADA)


def test_the_page_shows_what_was_agreed_to_in_its_words(ada: Browser) -> None:
    page = ada.get("/account").text
    assert "CustomerHub may e-mail me its offers and goodies." in page
    assert "Agreed" in page
    assert "You ticked no box" not in page


def test_one_press_takes_it_back_and_the_ledger_says_so(ada: Browser) -> None:
    assert ada.site.may_write_to(ADA, "offers")
    ada.post("/account/consents/withdraw", from_page="/account", purpose="offers", channel="email")
    assert not ada.site.may_write_to(ADA, "offers")
    assert ada.site.steps(ADA)[-1] == ("offers", "confirmed", "withdrawn")
    assert "Taken back" in ada.get("/account").text
    before = ada.site.count("consent_records")
    for purpose in ("offers", "webinars", "nothing", ""):
        ada.post("/account/consents/withdraw", from_page="/account", purpose=purpose, channel="email")
    assert ada.site.count("consent_records") == before
    assert ada.site.verify().is_sound


def test_who_agreed_to_nothing_is_told_so(site: Site) -> None:
    site.agreed(BEN)
    page = Browser(site).by_mail(BEN).get("/account").text
    assert "You ticked no box" in page
    assert "Nothing yet" in page


def test_nobody_else_sees_it(ada: Browser) -> None:
    stranger = Browser(ada.site)
    assert stranger.get("/account").location == "/sign-in?next=/account"
    for path in ("name", "consents/withdraw", "watched/forget", "passkeys", "passkeys/options", "sessions/end"):
        assert stranger.post(f"/account/{path}").location == "/sign-in"
    assert Browser(ada.site).by_start_link().get("/account").location == "/sign-in?next=/account"


def test_a_name_is_changed_and_an_empty_one_comes_back_with_words(ada: Browser) -> None:
    assert ada.post("/account/name", from_page="/account", name="Ada L.").location == "/account#your-name"
    assert 'value="Ada L."' in ada.get("/account").text
    answer = ada.post("/account/name", from_page="/account", name="   ")
    assert answer.status_code == 422
    assert "Type your name." in answer.text


class TestWatching:
    """With a webinar that is public."""

    @pytest.fixture
    def ada(self, studio: Studio) -> Browser:
        studio.publish()
        site = Site(studio.app)
        site.agreed(ADA)
        return Browser(site).by_mail(ADA)

    def watch(self, browser: Browser, position: str) -> int:
        page = "/webinars/second-message"
        return browser.post(f"{page}/watched", from_page=page, position=position).status_code

    def test_where_somebody_stopped_is_kept_and_shown(self, ada: Browser) -> None:
        assert "data-watched" in ada.get("/webinars/second-message").text
        assert [self.watch(ada, position) for position in ("4", "2", "9999")] == [204, 204, 204]
        assert ada.site.rows("select position, furthest from watched") == [(6, 6)]
        assert 'href="/webinars/second-message?t=' in ada.get("/account").text

    def test_the_furthest_stays_when_somebody_goes_back(self, ada: Browser) -> None:
        self.watch(ada, "4")
        self.watch(ada, "1")
        assert ada.site.rows("select position, furthest from watched") == [(1, 4)]

    def test_it_is_forgotten_one_by_one_or_all_at_once(self, ada: Browser) -> None:
        for field in ({"webinar": "second-message"}, {}):
            self.watch(ada, "3")
            ada.post("/account/watched/forget", from_page="/account", **field)
            assert ada.site.count("watched") == 0

    def test_without_signing_in_nothing_is_kept_and_the_page_does_not_ask_for_it(self, ada: Browser) -> None:
        stranger = Browser(ada.site)
        assert "data-watched" not in stranger.get("/webinars/second-message").text
        assert self.watch(stranger, "3") == 403
        assert self.watch(Browser(ada.site).by_start_link(), "3") == 403
        assert ada.site.count("watched") == 0

    @pytest.mark.parametrize("position", ["", "-1", "1.5", "x", "9" * 30, "٣"])
    def test_a_position_that_is_none_is_refused(self, ada: Browser, position: str) -> None:
        assert self.watch(ada, position) == 400

    def test_a_webinar_that_is_none_is_not_there(self, ada: Browser) -> None:
        assert ada.post("/webinars/nothing/watched", from_page="/account", position="1").status_code == 404


def test_what_was_done_stands_in_the_log(ada: Browser) -> None:
    ada.post("/account/sessions/end", from_page="/account")
    ada.post("/sign-out", from_page="/account")
    assert log_of(ada.site) == ["signed out", "ended a session", "signed in"]
