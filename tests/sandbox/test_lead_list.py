"""The list of leads: filters, search, order and pages, all of them in the address; as a page and as data."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.sandbox.database import Database
from portal.sandbox.drives.question import ORDERS
from tests.sandbox.small import LEADS, STAGES, TAGS
from tests.sandbox.visitor import Visitor


def names(answer: TestResponse) -> list[str]:
    return [
        unescape(name)
        for name in re.findall(r'<th class="list-name"[^>]*><a href="/leads/\w+[^"]*">([^<]*)</a>', answer.text)
    ]


def ids(answer: TestResponse) -> list[str]:
    return re.findall(r'href="/leads/(L\d+|[0-9a-z]{16})["?]', answer.text)


def test_the_page_and_the_data_tell_the_same_list(ada: Visitor) -> None:
    for query in ("", "?page=3", "?stage=Won&sort=-value", "?tag=Net+30&q=vance", "?sort=email&page=2"):
        assert ids(ada.get(f"/leads{query}")) == [item["id"] for item in ada.list(query)["items"]]


def test_fifty_to_a_page_with_the_exact_total(ada: Visitor) -> None:
    pages = [ada.list(f"?page={page}") for page in (1, 2, 3)]
    assert [len(page["items"]) for page in pages] == [50, 50, 20]
    assert {page["total"] for page in pages} == {LEADS}
    assert len({item["id"] for page in pages for item in page["items"]}) == LEADS
    page = ada.get("/leads?page=3").text
    assert "101 to 120 of <b>120</b>" in page
    assert "Page 3 of 3" in page


def test_data_has_minor_units_with_a_currency_and_moments_in_utc(ada: Visitor) -> None:
    item = ada.lead("L007")
    assert (item["value"], item["currency"]) == (70_350, "USD")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT09:00:00Z", item["created"])
    assert item["tags"] == ["Fleet", "Net 30"]
    assert {"id", "name", "company", "email", "phone", "stage", "owner", "source", "address", "deal", "last"} <= set(
        item
    )
    assert [entry["at"] for entry in item["timeline"]] == sorted((one["at"] for one in item["timeline"]), reverse=True)
    assert "$703.50" in ada.get("/leads?f=value:between:70350,70350").text


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_filters(ada: Visitor, stage: str) -> None:
    found = ada.list(f"?stage={stage}")
    assert found["total"] == LEADS / len(STAGES)
    assert {item["stage"] for item in found["items"]} == {stage}


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_filters_to_the_letter(ada: Visitor, tag: str) -> None:
    answer = ada.get("/leads.json", query_string={"tag": tag}).get_json()
    assert answer["total"] == LEADS / 5 * (4 - TAGS.index(tag))
    assert all(tag in item["tags"] for item in answer["items"])


@pytest.mark.parametrize(
    ("q", "total"),
    [
        ("vance", 24),
        ("VANCE mari", 24),
        ("ÉLODIE", 24),
        ("strasse", 24),
        ("o'neil", 24),
        ("thistledown", 48),
        ("100%", 24),
        ("under_score", 24),
        ("_", 24),
        ("%", 24),
        ("lead7@", 3),
        ("vance osric", 0),
        ("   ", LEADS),
        ("' OR 1=1 --", 0),
    ],
)
def test_search_finds_parts_of_names_companies_and_addresses(ada: Visitor, q: str, total: int) -> None:
    assert ada.get("/leads.json", query_string={"q": q}).get_json()["total"] == total


@pytest.mark.parametrize("sort", ORDERS)
def test_every_order_goes_both_ways_and_who_has_no_value_comes_last(ada: Visitor, sort: str) -> None:
    keys = {"created": "created", "last": "last"}
    for sign in ("", "-"):
        items = [item for page in (1, 2, 3) for item in ada.list(f"?sort={sign}{sort}&page={page}")["items"]]
        values = [item[keys.get(sort, sort)] for item in items]
        values = [value["at"] if isinstance(value, dict) else value for value in values]
        if sort == "stage":
            values = [STAGES.index(value) for value in values]
        elif sort in ("name", "company"):
            values = [value.casefold() for value in values]
        elif sort == "tags":
            values = [str(value).replace("'", '"') if value else "~" for value in values]
        present = [value for value in values if value is not None]
        if sort != "tags":
            assert present == sorted(present, reverse=bool(sign))
        assert values == present + [None] * (len(values) - len(present))
        assert len({item["id"] for item in items}) == LEADS


def test_the_address_restores_the_view(ada: Visitor) -> None:
    page = ada.get("/leads?stage=Won&tag=Fleet&q=osric&sort=-value").text
    assert '<span class="menu-label">Stage</span><span class="menu-words">is Won</span>' in page
    assert '<span class="menu-label">Tags</span><span class="menu-words">include Fleet</span>' in page
    assert 'name="q" value="osric"' in page
    assert 'aria-sort="descending"' in page


def test_the_heads_of_columns_sort_and_keep_the_filters(ada: Visitor) -> None:
    page = ada.get("/leads?stage=Won&q=osric&tag=Fleet").text
    heads = dict(re.findall(r'<th class="(list-\w+)[^>]*scope="col"[^>]*><a href="([^"]+)"', page))
    assert unescape(heads["list-name"]) == "/leads?stage=Won&tag=Fleet&q=osric&sort=name"
    assert unescape(heads["list-value"]) == "/leads?stage=Won&tag=Fleet&q=osric&sort=-value"
    assert unescape(heads["list-last"]) == "/leads?stage=Won&tag=Fleet&q=osric&sort=last"
    risen = unescape(ada.get("/leads?sort=name").text)
    assert '<a href="/leads?sort=-name">Name' in risen
    assert 'aria-sort="ascending"' in risen
    for address in heads.values():
        assert ada.get(unescape(address)).status_code == 200


def test_a_lead_opened_from_a_list_knows_its_place_there_and_leads_on(ada: Visitor) -> None:
    view = "?stage=Won&q=osric&sort=-value"
    listed = [item["id"] for item in ada.list(view)["items"]]
    assert f'href="/leads/{listed[1]}{view}"' in unescape(ada.get(f"/leads{view}").text)
    page = unescape(ada.get(f"/leads/{listed[1]}{view}").text)
    assert f"2 of {len(listed)}<" in page
    assert f'href="/leads/{listed[0]}{view}" rel="prev"' in page
    assert f'href="/leads/{listed[2]}{view}" rel="next"' in page
    assert f'href="/leads{view}"' in page
    assert ada.send(f"/leads/{listed[1]}{view}", note="Kept in view").headers["Location"] == f"/leads/{listed[1]}{view}"
    ada.send(f"/leads/{listed[1]}{view}", stage="Lost")
    assert 'rel="next"' not in ada.get(f"/leads/{listed[1]}{view}").text
    assert ada.send(f"/leads/{listed[0]}/delete{view}").headers["Location"] == f"/leads{view}"
    for address in (f"/leads/{listed[2]}", f"/leads/{listed[2]}/delete"):
        assert ada.send(f"{address}?stage=Nope", name="Never Stored").status_code == 400
    assert ada.get(f"/leads/{listed[2]}?stage=Nope").status_code == 400
    assert "Never Stored" not in ada.list(view)["items"][0]["name"]


def test_a_row_shows_the_tags_it_has_room_for_and_counts_the_rest(ada: Visitor) -> None:
    query = {"tag": 'Says "hi"'}
    first = ada.get("/leads.json", query_string=query).get_json()["items"][0]["id"]
    page = unescape(ada.get("/leads", query_string=query).text)
    tags = re.findall(rf'href="/leads/{first}.*?<td class="list-tags">(.*?)</td>', page, re.DOTALL)[0]
    assert re.findall(r'class="tag"[^>]*>([^<]+)<', tags) == ["Fleet", "+3"]
    assert '<span class="visually-hidden">Net 30, Says "hi", Öffentlich</span>' in tags


def test_pages_keep_the_view(ada: Visitor) -> None:
    page = ada.get("/leads?sort=name&page=2").text
    assert 'href="/leads?sort=name" rel="prev"' in page
    assert 'href="/leads?sort=name&amp;page=3" rel="next"' in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("?stage=Nope", 400, "There is no such stage"),
        ("?tag=fleet", 400, "There is no such tag"),
        ("?sort=luck", 400, "There is no such sort"),
        ("?sort=--name", 400, "There is no such sort"),
        ("?page=4", 404, "There is no page 4"),
        ("?page=0", 400, "There is no such page"),
        ("?page=-1", 400, "There is no such page"),
        ("?page=1e3", 400, "There is no such page"),
        ("?page=٣", 400, "There is no such page"),
        ("?page=99999999999999999999", 400, "There is no such page"),
        ("?color=red", 400, "There is no filter called color"),
        ("?stage=Won&stage=Lost", 400, "cannot be read"),
        (f"?q={'x' * 201}", 400, "cannot be searched for"),
        ("?q=a%07b", 400, "cannot be searched for"),
        ("?q=%00", 400, "cannot be read"),
        ("?q=%ff", 400, "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(ada: Visitor, query: str, status: int, words: str) -> None:
    page = ada.get(f"/leads{query}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert words in unescape(page.text)
    data = ada.get(f"/leads.json{query}")
    assert (data.status_code, data.mimetype) == (status, "application/problem+json")
    assert words in data.get_json()["title"]


def test_an_empty_filter_is_no_filter(ada: Visitor) -> None:
    assert ada.list("?stage=&tag=&q=&sort=&page=")["total"] == LEADS


def test_an_empty_list_teaches(ada: Visitor) -> None:
    assert "Take a filter off" in ada.get("/leads?q=nobody").text
    assert ada.list("?q=nobody") == {"total": 0, "items": []}
    hidden = ada.hidden("/leads")
    for number in range(LEADS):
        ada.post(f"/leads/L{number:03}/delete", hidden)
    page = ada.get("/leads").text
    assert "No lead is left" in page
    assert "of 0 leads" in page


def test_what_looks_dangerous_is_shown_as_text(ada: Visitor) -> None:
    for name in (
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "\u202egnp.exe",
        "раураl",
        "{{ 7 * 7 }}",
        "'; DROP TABLE drives",
    ):
        ada.edit("L001", name=name)
        assert names(ada.get("/leads", query_string={"q": name}))[0] == name
        assert ada.get("/leads.json", query_string={"q": name}).get_json()["items"][0]["name"] == name
    assert "<script>alert" not in ada.get("/leads?q=script").text


def test_a_page_of_the_list_that_was_asked_for_before_asks_the_database_nothing(
    ada: Visitor, database: Database
) -> None:
    for address in ("/leads", "/leads?sort=name&page=2", "/leads?stage=Won&q=vance"):
        ada.get(address)  # a scenario's columns and rows are read once, a drive's own once after each of its acts
        with statements(database) as asked:
            ada.get(address)
        assert asked == []  # beside session and drive, which are peeked at
        ada.edit("L001", name=f"Changed for {address}")
        with statements(database) as asked:
            assert f"Changed for {address}" in unescape(ada.get("/leads").text)
        assert 0 < len(asked) <= 4, asked


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*told: Any) -> None:
        asked.extend(statement for statement in told[2:3] if statement != "BEGIN")

    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.reader, "before_cursor_execute", note)


def test_a_page_that_was_drawn_before_carries_the_token_of_its_own_request(ada: Visitor) -> None:
    first, again = ada.hidden("/leads?sort=name"), ada.hidden("/leads?sort=name")
    assert first["csrf_token"]
    assert ada.post("/undo", again | {"back": ""}).status_code == 303
    assert "\x1e" not in ada.get("/leads?sort=name").text


def test_a_page_that_was_drawn_before_is_nobody_elses(ada: Visitor, ben: Visitor) -> None:
    address = "/leads?sort=name&cols=name,phone"
    assert ada.hidden(address)["drive"] != ben.hidden(address)["drive"]
    ada.create(name="Aaa Only Here", stage="New")
    assert ">Aaa Only Here<" in ada.get(address).text
    assert "Aaa Only Here" not in ben.get(address).text
    ada.undo()
    ada.get("/leads")
    assert ">Aaa Only Here<" not in ada.get(address).text
