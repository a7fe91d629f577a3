"""Offers as marketing writes them: a round a month or one window, refused where they make no sense."""

from datetime import date
from pathlib import Path

import pytest

from portal.people.offers import catalog
from portal.people.offers.catalog import BadOffer, Round, find_offer
from tests.people.site import OFFER, Site


def test_the_sample_offer_is_open_on_any_day_of_any_year() -> None:
    offer = find_offer("setup-day")
    assert offer is not None
    for today in (date(2026, 2, 28), date(2028, 2, 29), date(2031, 12, 31), date(2027, 1, 1)):
        assert offer.round_on(today).is_open_on(today)


def test_a_month_is_a_round_and_the_next_one_starts_empty() -> None:
    offer = find_offer("setup-day")
    assert offer is not None
    assert offer.round_on(date(2026, 2, 14)) == Round(
        key="2026-02", opens_on=date(2026, 2, 1), closes_on=date(2026, 2, 28)
    )
    assert offer.round_on(date(2026, 3, 1)).key == "2026-03"


@pytest.mark.parametrize(("today", "is_open"), [(1, False), (2, True), (30, True), (31, False)])
def test_a_window_includes_its_first_and_its_last_day(today: int, is_open: bool) -> None:
    window = Round(key="only", opens_on=date(2026, 1, 2), closes_on=date(2026, 1, 30))
    assert window.is_open_on(date(2026, 1, today)) is is_open


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("places = 60", "places = 0"),
        ('\nevery = "month"', '\nevery = "week"'),
        ("places = 60", "places = "),
        ("places = 60", 'places = 60\nprize = "gold"'),
        ("\ntitle = ", "\nheading = "),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused_by_the_name_of_its_file(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (catalog.FOLDER / "setup-day.toml").read_text("utf-8")
    assert old in words
    (tmp_path / "odd.toml").write_text(words.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    with pytest.raises(BadOffer, match=r"odd\.toml"):
        catalog.offers.__wrapped__()


def test_the_list_shows_what_is_left(site: Site) -> None:
    site.agreed("ada@people.customerhub.net")
    page = site.get("/offers/").text
    assert OFFER in page
    assert '<span class="big-figure">59</span> of 60' in page


def test_no_page_of_signing_up_sets_a_cookie(site: Site) -> None:
    mail = site.agreed("ada@people.customerhub.net", "offers_email")
    for path in ("/offers/", OFFER, "/sign-up", "/sign-up/sent", mail.confirm, f"{mail.confirm}/done", mail.opt_out):
        assert "Set-Cookie" not in site.get(path).headers, path


def test_pages_behind_a_secret_link_are_kept_by_nobody(site: Site) -> None:
    mail = site.agreed("ada@people.customerhub.net", "offers_email")
    for path in (mail.confirm, f"{mail.confirm}/done", mail.opt_out):
        headers = site.get(path).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Robots-Tag"] == "noindex"
