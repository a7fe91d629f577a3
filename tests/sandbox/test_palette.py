"""The palette: records, views, places and acts by a few letters, as a page that needs no scripts."""

import pytest

from portal.sandbox.palette.acts import ACTS, PLACES
from tests.sandbox.visitor import Visitor


def test_without_a_word_it_offers_where_to_go_and_what_to_do(ada: Visitor) -> None:
    page = ada.get("/palette").text
    for entry in (*PLACES, *ACTS):
        assert entry.words in page


@pytest.mark.parametrize("entry", PLACES, ids=lambda entry: entry.words)
def test_every_place_is_there(ada: Visitor, entry: tuple[str, ...]) -> None:
    assert ada.get(entry[3]).status_code == 200


@pytest.mark.parametrize("entry", [entry for entry in ACTS if entry.sends is None], ids=lambda entry: entry.words)
def test_every_form_is_there(ada: Visitor, entry: tuple[str, ...]) -> None:
    assert ada.get(entry[3]).status_code == 200


@pytest.mark.parametrize("entry", [entry for entry in ACTS if entry.sends is not None], ids=lambda entry: entry.words)
def test_every_act_is_taken(ada: Visitor, entry: tuple[str, str, str, str, tuple[tuple[str, str], ...]]) -> None:
    assert ada.send(entry[3], **dict(entry[4])).status_code == 303


def test_it_finds_leads_companies_and_deals_by_part_of_a_name(ada: Visitor) -> None:
    assert 'href="/leads/L000"' in ada.get("/palette?q=marisol").text
    assert 'href="/companies/C1"' in ada.get("/palette?q=thistledown").text
    assert 'href="/deals/D003"' in ada.get("/palette?q=number+3").text
    assert 'href="/leads?q=marisol"' in ada.get("/palette?q=marisol").text


def test_a_word_with_a_slip_still_finds_an_act(ada: Visitor) -> None:
    assert 'href="/pipeline"' in ada.get("/palette?q=pipline").text


def test_slips_are_forgiven_in_every_record_and_what_is_saved(ada: Visitor) -> None:
    assert 'href="/companies/C1"' in ada.get("/palette?q=thisteldown").text
    ada.send("/tasks", words="Measure the hallway", due="today", kind="meet", lead_id="L001")
    ada.send("/views", list="/leads?stage=Won", name="Our friends")
    for sought, address in (("hallway", "/tasks/"), ("halway", "/tasks/"), ("our freinds", "/leads?view=")):
        assert f'href="{address}' in ada.get("/palette", query_string={"q": sought}).text, sought


def test_a_task_that_is_done_is_not_found(ada: Visitor) -> None:
    ada.send("/tasks", words="Measure the hallway", due="today", kind="meet")
    task = ada.get("/palette?q=hallway").text.partition('href="/tasks/')[2].partition('"')[0]
    ada.send(f"/tasks/{task}/done", done="yes")
    assert f'href="/tasks/{task}"' not in ada.get("/palette?q=hallway").text


def test_the_list_of_all_that_fit_seeks_exactly_that(ada: Visitor) -> None:
    for name in ("Ampers & Sons", "Ampers & Daughters"):
        ada.create(name=name)
    for _ in range(6):
        ada.create(name="Ampers & Cousins")
    assert 'href="/leads?q=ampers+%26"' in ada.get("/palette", query_string={"q": "ampers &"}).text


def test_it_finds_what_was_saved(ada: Visitor, ben: Visitor) -> None:
    ada.send("/segments/new?stage=Won", shown="/segments/new?stage=Won", name="Our friends")
    assert "Our friends" in ada.get("/palette?q=friends").text
    assert "Our friends" not in ben.get("/palette?q=friends").text


def test_nothing_found_says_what_to_try(ada: Visitor) -> None:
    assert "Nothing fits" in ada.get("/palette?q=qqqqqqqq").text


def test_what_is_typed_is_text(ada: Visitor) -> None:
    page = ada.get("/palette", query_string={"q": '"><script>alert(1)</script>&page=2'}).text
    assert "<script>alert(1)" not in page
    assert ada.get("/palette", query_string={"q": "x" * 500}).status_code == 400
    assert ada.get("/palette?q=%00").status_code == 400
