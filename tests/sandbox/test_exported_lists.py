"""Files of companies, deals and tasks: what their lists hold, marked as invented, and never a formula."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from portal.sandbox.leads import taking_out
from portal.sandbox.leads.export import MARK
from tests.sandbox.test_export import HOSTILE, cards_of, plain, rows_of
from tests.sandbox.visitor import Visitor

LISTS = {
    "companies": ("/companies?sort=value", "/companies/export?sort=value", "Company"),
    "deals": ("/deals?stage=Proposal", "/deals/export?stage=Proposal", "Deal"),
    "tasks": ("/tasks?show=late", "/tasks/export?show=late", "Task"),
}


@pytest.mark.parametrize("what", LISTS)
def test_a_table_holds_the_list_as_it_is_filtered_and_marks_each_row(ada: Visitor, what: str) -> None:
    shown, address, head = LISTS[what]
    answer = ada.get(f"{address}&as=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    name = f'attachment; filename="practice-data-small-shop-{what}.csv"'
    assert answer.headers["Content-Disposition"] == name
    rows = rows_of(answer.text)
    assert rows
    assert {row["Practice data"] for row in rows} == {"Invented"}
    page = ada.get(shown).text
    places = [page.index(f"/{what}/{item['id']}") for item in data(ada, address, what)]
    assert places == sorted(places)
    assert len(rows) == len(set(re.findall(rf'href="/{what}/([0-9A-Z]+)[?"]', page)))
    assert [row[head] for row in rows] == [list(item.values())[2] for item in data(ada, address, what)]
    everything = rows_of(ada.get(f"/{what}/export?as=csv").text)
    assert len(everything) >= len(rows)


@pytest.mark.parametrize("what", LISTS)
def test_data_says_what_it_is_and_so_does_each_row(ada: Visitor, what: str) -> None:
    found = json.loads(ada.get(f"/{what}/export?as=json").text)
    assert found["practice_data"] == MARK
    assert found[what]
    assert all(row["invented"] is True for row in found[what])


def test_money_is_in_minor_units_as_data_and_with_its_currency_in_a_table(ada: Visitor) -> None:
    [first, *_] = data(ada, "/deals/export?stage=Proposal", "deals")
    [row, *_] = rows_of(ada.get("/deals/export?stage=Proposal&as=csv").text)
    assert row["Amount"] == f"{first['amount'] // 100}.{first['amount'] % 100:02} USD"
    assert first["currency"] == "USD"


def test_a_table_for_excel_begins_with_the_mark_of_utf_8(ada: Visitor) -> None:
    assert ada.get("/deals/export?as=csv&excel=1").data.startswith(b"\xef\xbb\xbfPractice data,")


def test_companies_are_cards_of_organizations(ada: Visitor) -> None:
    answer = ada.get("/companies/export?as=vcard")
    assert answer.content_type == "text/vcard; charset=utf-8"
    companies = data(ada, "/companies/export", "companies")
    cards = cards_of(answer.text)
    assert [plain(card["FN"]) for card in cards] == [company["name"] for company in companies]
    for card, company in zip(cards, companies, strict=True):
        assert card["KIND"] == "org"
        assert plain(card["ORG"]) == company["name"]
        assert plain(card["ADR"].split(";")[3]) == company["town"]
        assert card["CATEGORIES"].startswith("Practice data")
        assert card["NOTE"].startswith(MARK)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_visitor_typed_stays_text(ada: Visitor, text: str) -> None:
    ada.send("/tasks", lead_id="", words=text, due="today")
    ada.send("/deals/new?lead=L001", shown="/deals/new?lead=L001", title=text, lead="L001", stage="New")
    for what, head, key in (("tasks", "Task", "words"), ("deals", "Deal", "title")):
        typed = [item[key] for item in data(ada, f"/{what}/export", what) if item[key] == text.strip()]
        assert typed, what
        rows = rows_of(ada.get(f"/{what}/export?as=csv").text)
        assert [row[head].removeprefix("'") for row in rows].count(typed[0]) == len(typed)
        assert all(cell.lstrip()[:1] not in tuple("=+-@\t＝") for row in rows for cell in row.values() if cell)


@pytest.mark.parametrize("what", LISTS)
def test_the_page_keeps_the_list_that_it_was_opened_from(ada: Visitor, what: str) -> None:
    shown, address, _ = LISTS[what]
    assert f'href="{address}"' in ada.get(shown).text
    name, _, value = address.partition("?")[2].partition("=")
    page = ada.get(address).text
    assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert f'href="{shown}"' in page
    assert f"Export {len(data(ada, address, what))} " in page
    assert ('value="vcard"' in page) is (what == "companies")


@pytest.mark.parametrize(
    "address",
    [
        "/companies/export?as=xlsx",
        "/companies/export?as=csv&sort=nothing",
        "/deals/export?as=vcard",
        "/deals/export?as=csv&stage=Nope",
        "/deals/export?as=csv&unknown=1",
        "/tasks/export?as=vcard",
        "/tasks/export?show=nothing",
    ],
)
def test_what_there_is_not_is_refused_in_words(ada: Visitor, address: str) -> None:
    assert ada.get(address).status_code == 400


def test_only_the_open_drives_rows_are_in_a_file(ada: Visitor, ben: Visitor) -> None:
    ada.send("/tasks", lead_id="", words="Ada's own task", due="today")
    assert "Ada's own task" in ada.get("/tasks/export?as=csv").text
    assert "Ada's own task" not in ben.get("/tasks/export?as=csv").text


def test_a_file_is_read_in_parts_and_a_reader_who_leaves_holds_nothing_open(
    app: Flask, ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_out, "AT_ONCE", 10)
    monkeypatch.setattr("portal.sandbox.leads.export.ROWS_IN_A_PIECE", 5)
    pool = app.extensions["database"].reader.pool
    answer = ada.get("/deals/export?as=csv", buffered=False)
    pieces = iter(answer.response)
    for _ in range(4):
        next(pieces)
    assert pool.checkedout() == 0
    answer.close()
    assert pool.checkedout() == 0


def data(visitor: Visitor, address: str, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(visitor.get(f"{address}{'&' if '?' in address else '?'}as=json").text)[
        what
    ]
    return found
