"""Reports: titled by what they find; behind every number stand exactly as many rows."""

import re
from collections import Counter
from html import unescape

import pytest

from portal.sandbox.database import Database
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.days import day_of, today
from portal.sandbox.drives.kinds import DEALS, LEADS
from portal.sandbox.reports.report import in_percent, scale_to
from portal.sandbox.reports.routes import REPORTS
from tests.sandbox.holding import drive_of
from tests.sandbox.small import LEADS as COUNT
from tests.sandbox.small import SOURCES
from tests.sandbox.visitor import Visitor

NUMBER = re.compile(r'<a href="(/reports/\w+/rows\?of=[\w-]+)">([^<]+)</a>')


def numbers(page: str) -> list[tuple[str, str]]:
    return [(unescape(address), words) for address, words in NUMBER.findall(page)]


def counts(page: str) -> list[int]:
    return [int(words) for _, words in numbers(page) if words.isdecimal()]


def behind(visitor: Visitor, address: str) -> tuple[int, str, int]:
    """How many rows a number's page says it has, what they are worth, and how many it shows over all its pages."""
    page = visitor.get(address).text
    said = re.search(r'<p class="soft"><b>([\d,]+)</b> \w+(?:, worth ([^<]+))?</p>', page)
    assert said, address
    total = int(said[1].replace(",", ""))
    pages = [page] + [visitor.get(f"{address}&page={one}").text for one in range(2, -(-total // 50) + 1)]
    shown = sum(one.partition("<tbody>")[2].count("<tr>") for one in pages)
    return total, said[2] or "", shown


def changed(visitor: Visitor) -> Visitor:
    """A visitor who has moved, added and deleted."""
    visitor.send("/deals/D002/move", stage="Won", reason="Price")
    visitor.send("/deals/D005/move", stage="Contacted")
    visitor.send("/deals/D007/delete")
    visitor.delete("L003")
    visitor.create(name="Nerys Holloway", note="Came by")
    return visitor


@pytest.mark.parametrize("name", REPORTS)
def test_behind_every_number_stand_exactly_as_many_rows(ada: Visitor, name: str) -> None:
    found = numbers(changed(ada).get(f"/reports/{name}").text)
    assert found
    for address, words in found:
        total, worth, shown = behind(ada, address)
        assert shown == total, address
        if "%" in words:
            assert total or words == "0%"
        elif words.startswith("$") and "won-" in address:
            assert worth == words, address
        elif not words.startswith("$"):
            assert total == int(words.replace(",", "")), address


@pytest.mark.parametrize("name", REPORTS)
def test_every_number_of_a_table_leads_to_the_rows_behind_it(ada: Visitor, name: str) -> None:
    cells = re.findall(r'<td class="number">(.*?)</td>', changed(ada).get(f"/reports/{name}").text)
    tables = [cell for cell in cells if cell and not re.fullmatch(r"[\d.,]+", cell)]
    assert [cell for cell in tables if not cell.startswith("<a href=")] == []
    assert len(tables) >= 4


def test_what_open_deals_are_likely_to_bring_is_said_above_them(ada: Visitor) -> None:
    page = ada.get("/reports/forecast").text
    found = [(address, words) for address, words in numbers(page) if "of=open-" in address and words.startswith("$")]
    assert len(found) == 3
    for address, words in found:
        said = re.search(r"Likely to bring <b>([^<]+)</b>", ada.get(address).text)
        assert (said[1] if said else "$0") == words


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_on_its_own_page_says_what_it_says_among_all(ada: Visitor, name: str) -> None:
    together, alone = ada.get("/reports").text, ada.get(f"/reports/{name}").text
    finding = re.search(r"<h1>([^<]+)</h1>", alone)
    assert finding
    assert finding[1] in together
    assert set(numbers(alone)) <= set(numbers(together))


def test_the_funnel_agrees_with_the_rows(database: Database, ada: Visitor) -> None:
    changed(ada)
    with database.reading() as db:
        drive = drive_of(db, ada)
        stages = Counter(columns_of(db, drive, LEADS).texts("stage").tolist())
    told = counts(ada.get("/reports/funnel").text)
    won, proposal = stages["Won"], stages["Proposal"]
    assert told == [COUNT, won + proposal + stages["Contacted"], won + proposal, won, stages["Lost"]]


def test_the_sources_agree_with_the_rows(database: Database, ada: Visitor) -> None:
    changed(ada)
    with database.reading() as db:
        drive = drive_of(db, ada)
        leads, deals = columns_of(db, drive, LEADS), columns_of(db, drive, DEALS)
        source = dict(zip(leads.texts("id"), leads.texts("source"), strict=True))
        came = Counter(source.values())
        won = Counter(
            source[lead]
            for lead, stage in zip(deals.texts("lead_id"), deals.texts("stage"), strict=True)
            if stage == "Won" and lead in source
        )
    page = ada.get("/reports/sources").text
    for name in SOURCES:
        line = page.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]
        assert counts(line) == [came[name], won[name]]


def test_the_forecast_agrees_with_the_rows(database: Database, ada: Visitor) -> None:
    with database.reading() as db:
        drive = drive_of(db, ada)
        deals = columns_of(db, drive, DEALS)
        won = sum(
            max(amount, 0)
            for amount, at, stage in zip(
                deals.numbers("amount").tolist(),
                deals.numbers("closed_at").tolist(),
                deals.texts("stage").tolist(),
                strict=True,
            )
            if stage == "Won" and f"{day_of(drive, at):%Y-%m}" == f"{today(drive):%Y-%m}"
        )
    page = ada.get("/reports/forecast").text
    assert (f"${won // 100:,}" in page) is bool(won)


def test_a_report_follows_what_the_visitor_does(ada: Visitor, ben: Visitor) -> None:
    before = ada.get("/reports/funnel").text
    ada.edit("L000", stage="Won")
    after = ada.get("/reports/funnel").text
    assert numbers(after) != numbers(before)
    assert numbers(ben.get("/reports/funnel").text) == numbers(before)
    ada.undo()
    assert numbers(ada.get("/reports/funnel").text) == numbers(before)


def test_what_is_not_there_is_refused_in_words(ada: Visitor) -> None:
    for address in ("/reports/nothing", "/reports/funnel/rows", "/reports/funnel/rows?of=x", "/reports/x/rows?of=all"):
        assert ada.get(address).status_code == 404, address
    assert ada.get("/reports/funnel/rows?of=all&page=99").status_code == 404
    assert ada.get("/reports/funnel/rows?of=all&page=x").status_code == 400


def test_a_hostile_name_is_shown_as_text_in_the_rows(ada: Visitor) -> None:
    ada.create(name="<script>alert(1)</script>")
    page = ada.get("/reports/funnel/rows?of=all").text
    assert "<script>alert" not in page
    assert "alert(1)" in page


def test_a_drive_with_nothing_left_is_reported_without_a_fault(ada: Visitor) -> None:
    for number in range(COUNT):
        ada.delete(f"L{number:03}")
    for number in range(COUNT // 2):
        ada.send(f"/deals/D{number:03}/delete")
    page = ada.get("/reports")
    assert page.status_code == 200
    assert "No lead has come in yet" in page.text
    assert ada.get("/pipeline").status_code == 200


def test_scales_end_on_round_numbers_that_hold_the_most() -> None:
    for most in (0, 1, 3, 7, 40, 99, 101, 12_345, 999_999):
        top = scale_to(most)
        assert top >= most
        assert top <= max(4, most * 2.6)
    assert [in_percent(*one) for one in ((0, 0), (1, 3), (1, 200), (36, 100))] == ["0%", "33%", "0.5%", "36%"]
