"""Files of leads: read back by readers of their formats, marked as invented, and never a formula."""

import csv
import io
import json
import re

import pytest
from flask import Flask

from portal.sandbox.leads import export_routes
from portal.sandbox.leads.export import COLUMNS, MARK, safe_cell
from tests.sandbox.test_bulk import tick
from tests.sandbox.visitor import Visitor

HOSTILE = ('=cmd|"/C calc"!A0', "+1+1", "-2", "@SUM(A1)", "\t=1", ' "quoted", and; more\\', "  =1+1", "＝1")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cards_of(text: str) -> list[dict[str, str]]:
    """A small reader of RFC 6350: unfolds, splits, takes the escapes away; parameters stay with the name."""
    assert "\n" not in text.replace("\r\n", "")
    cards: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            cards.append({})
        assert name not in cards[-1], name
        cards[-1][name] = value
    assert all((card["VERSION"], card["END"]) == ("4.0", "VCARD") for card in cards)
    return cards


def plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def test_a_table_holds_every_lead_of_the_list_in_its_order_and_marks_each(ada: Visitor) -> None:
    answer = ada.get("/leads/export?sort=name&stage=New&as=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="practice-data-small-shop-leads.csv"'
    rows = rows_of(answer.text)
    listed = ada.list("?sort=name&stage=New")
    assert len(rows) == listed["total"]
    assert {row["Practice data"] for row in rows} == {"Invented"}
    assert [row["Name"] for row in rows] == [safe_cell(item["name"]) for item in listed["items"]]
    assert list(rows[0]) == ["Practice data", *(column.name for column in COLUMNS.values())]


def test_a_table_has_the_columns_that_were_asked_for(ada: Visitor) -> None:
    for address in ("columns=email,name", "column-email=1&column-name=1"):
        assert ada.get(f"/leads/export?as=csv&{address}").text.startswith("Practice data,Name,E-mail\r\n")


def test_for_excel_a_table_begins_with_the_mark_of_utf_8(ada: Visitor) -> None:
    assert ada.get("/leads/export?as=csv&excel=1").data.startswith(b"\xef\xbb\xbfPractice data,")
    assert ada.get("/leads/export?as=csv").data.startswith(b"Practice data,")


def test_data_is_json_that_says_what_it_is(ada: Visitor) -> None:
    found = json.loads(ada.get("/leads/export?as=json&sort=name").text)
    assert found["practice_data"] == MARK
    assert len(found["leads"]) == 120
    assert all(lead["invented"] is True for lead in found["leads"])
    item = ada.list("?sort=name")["items"][0]
    assert {key: value for key, value in found["leads"][0].items() if key in item} == item
    some = json.loads(ada.get("/leads/export?as=json&columns=name").text)["leads"][0]
    assert set(some) == {"invented", "id", "name"}
    assert json.loads(ada.get("/leads/export?as=json&q=nobody+at+all").text)["leads"] == []


def test_cards_hold_what_a_card_can(ada: Visitor) -> None:
    answer = ada.get("/leads/export?as=vcard&sort=name")
    assert answer.content_type == "text/vcard; charset=utf-8"
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75
    cards = cards_of(answer.text)
    listed = {item["id"]: item for item in json.loads(ada.get("/leads/export?as=json").text)["leads"]}
    assert len(cards) == 120
    for card in cards:
        lead = listed[card["UID;VALUE=text"].removeprefix("practice-data-")]
        assert plain(card["FN"]) == lead["name"]
        assert plain(card.get("ORG", "")) == lead["company"]
        assert plain(card.get("EMAIL", "")) == (lead["email"] or "")
        assert card.get("TEL;VALUE=uri", "tel:") == f"tel:{lead['phone'] or ''}"
        assert re.split(r"(?<!\\),", card["CATEGORIES"]) == ["Practice data", *lead["tags"]]
        assert card["NOTE"].startswith(MARK)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_visitor_typed_stays_text_in_every_format(ada: Visitor, text: str) -> None:
    long = f"{text} Öäü \N{BICYCLE}" * 4
    ada.edit("L001", name=text.strip() or "x", company=long[:100])
    lead = ada.lead("L001")
    [row] = [row for row in rows_of(ada.get("/leads/export?as=csv").text) if row["Company"].endswith(lead["company"])]
    assert all(cell.lstrip()[:1] not in tuple("=+-@\t＝") for cell in row.values() if cell)
    assert row["Name"].removeprefix("'") == lead["name"]
    [item] = [item for item in json.loads(ada.get("/leads/export?as=json").text)["leads"] if item["id"] == "L001"]
    assert (item["name"], item["company"]) == (lead["name"], lead["company"])
    cards = cards_of(ada.get("/leads/export?as=vcard").text)
    [card] = [card for card in cards if card["UID;VALUE=text"] == "practice-data-L001"]
    assert (plain(card["FN"]), plain(card["ORG"])) == (lead["name"], lead["company"])


def test_no_line_of_a_visitors_text_can_end_a_card(ada: Visitor) -> None:
    ada.edit("L001", name="A\\nEND:VCARD", company="B;C,D\\")
    [card] = [
        card
        for card in cards_of(ada.get("/leads/export?as=vcard").text)
        if card["UID;VALUE=text"] == "practice-data-L001"
    ]
    assert plain(card["FN"]) == "A\\nEND:VCARD"
    assert plain(card["ORG"]) == "B;C,D\\"


def test_the_selection_can_be_taken_out(ada: Visitor) -> None:
    answer = tick(ada, "?sort=name", "L001", "L004", then="export")
    assert answer.headers["Location"] == "/leads/export?of=selection"
    page = ada.get("/leads/export?of=selection").text
    assert "Export 2 leads" in page
    assert 'name="of" value="selection"' in page
    assert {item["id"] for item in json.loads(ada.get("/leads/export?of=selection&as=json").text)["leads"]} == {
        "L001",
        "L004",
    }


def test_the_page_keeps_the_list_that_it_was_opened_from(ada: Visitor) -> None:
    page = ada.get("/leads/export?tag=Net+30&sort=name").text
    assert '<input type="hidden" name="tag" value="Net 30">' in page
    assert '<input type="hidden" name="sort" value="name">' in page
    assert f"Export {ada.list('?tag=Net+30')['total']} leads" in page
    assert 'href="/leads/export?tag=Net+30' in ada.get("/leads?tag=Net+30").text


def test_what_there_is_not_is_refused_in_words(ada: Visitor) -> None:
    for query in ("as=xlsx", "as=csv&columns=secret", "as=csv&column-secret=1", "stage=Nope", "unknown=1"):
        assert ada.get(f"/leads/export?{query}").status_code == 400


def test_only_the_open_drives_leads_are_in_a_file(ada: Visitor, ben: Visitor) -> None:
    ada.create(name="Ada's Secret")
    assert "Ada's Secret" in ada.get("/leads/export?as=csv").text
    assert "Ada's Secret" not in ben.get("/leads/export?as=csv").text


def test_a_file_is_read_in_parts_and_a_reader_who_leaves_holds_nothing_open(
    app: Flask, ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_routes, "AT_ONCE", 10)
    pool = app.extensions["database"].reader.pool
    monkeypatch.setattr("portal.sandbox.leads.export.ROWS_IN_A_PIECE", 5)
    answer = ada.get("/leads/export?as=csv", buffered=False)
    pieces = iter(answer.response)
    for _ in range(4):
        next(pieces)
    assert pool.checkedout() == 0
    answer.close()
    assert pool.checkedout() == 0
