"""Filters as one meets them: chips above the list, the form of each, how many it would find, and an empty list."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.sandbox.drives.question import FIELDS
from portal.sandbox.leads.filter_forms import RANGE
from tests.sandbox.small import LEADS
from tests.sandbox.visitor import Visitor

CHIP = re.compile(r'<span class="menu-label">([^<]*)</span><span class="menu-words">([^<]*)</span>')
OFF = re.compile(r'<a href="([^"]*)" class="chip-off">')


def fill(visitor: Visitor, address: str = "/leads", **sent: Any) -> TestResponse:
    """Fill in the form of one filter."""
    return visitor.get("/leads/filter", query_string={"list": address, **sent})


def asked(answer: TestResponse) -> list[str]:
    """The filters of the list that the form led to."""
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(str(answer.location)).query)
    return [*(f"stage:is:{value}" for value in query.get("stage", ())), *query.get("f", ())]


@pytest.mark.parametrize(
    ("sent", "becomes"),
    [
        ({"field": "stage", "op": "is", "value": ["Won", "Lost"]}, "stage:is:Won,Lost"),
        ({"field": "stage", "op": "not", "value": "Won"}, "stage:not:Won"),
        ({"field": "tag", "op": "any", "value": ["Fleet", "Net 30"]}, "tag:any:Fleet,Net 30"),
        ({"field": "tag", "op": "none", "value": ["Fleet"]}, "tag:none"),
        ({"field": "company", "op": "has", "text": " thistle ,copper "}, "company:has:thistle,copper"),
        ({"field": "email", "op": "none"}, "email:none"),
        ({"field": "contact", "op": "is", "value": "yes"}, "contact:is:yes"),
        ({"field": "value", "op": RANGE, "low": "100", "high": "1,250.5"}, "value:between:10000,125050"),
        ({"field": "value", "op": RANGE, "low": "$100.05", "high": ""}, "value:from:10005"),
        ({"field": "value", "op": RANGE, "low": " ", "high": "0"}, "value:to:0"),
        ({"field": "last", "op": "within", "days": "7"}, "last:within:7d"),
        ({"field": "last", "op": "before", "days": " 60 "}, "last:before:60d"),
        ({"field": "created", "op": RANGE, "low": "2026-01-01", "high": ""}, "created:from:2026-01-01"),
        (
            {"field": "created", "op": RANGE, "low": "2026-01-01", "high": "2026-02-01"},
            "created:between:2026-01-01,2026-02-01",
        ),
    ],
)
def test_what_is_filled_in_becomes_a_filter_of_the_list_which_shows_it_as_a_chip(
    ada: Visitor, sent: dict[str, Any], becomes: str
) -> None:
    answer = fill(ada, "/leads?sort=name&cols=name,phone", **sent)
    assert asked(answer) == [becomes]
    assert "sort=name" in str(answer.location)
    assert "cols=name,phone" in str(answer.location)
    page = ada.get(str(answer.location))
    assert page.status_code == 200
    assert len(OFF.findall(page.text)) == 1
    label = FIELDS[sent["field"]].label
    assert [chip[0] for chip in CHIP.findall(page.text)] == [label if sent["field"] != "contact" else ""] or (
        sent["field"] == "contact" and "Is a contact" in page.text
    )


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"field": "stage", "op": "is"}, "Nothing is chosen yet"),
        ({"field": "company", "op": "has", "text": " , "}, "Nothing is chosen yet"),
        ({"field": "value", "op": RANGE, "low": "", "high": ""}, "Nothing is chosen yet"),
        ({"field": "value", "op": RANGE, "low": "a lot"}, "That is no amount"),
        ({"field": "value", "op": RANGE, "low": "-5"}, "That is no amount"),
        ({"field": "value", "op": RANGE, "low": "1.234"}, "That is no amount"),
        ({"field": "value", "op": RANGE, "low": "٣"}, "That is no amount"),
        ({"field": "value", "op": RANGE, "low": "9" * 400}, "That is no amount"),
        ({"field": "last", "op": "within", "days": ""}, "Nothing is chosen yet"),
        ({"field": "last", "op": "within", "days": "a week"}, ""),
        ({"field": "last", "op": "within", "days": "9" * 50}, ""),
        ({"field": "created", "op": RANGE, "low": "2026-02-31"}, ""),
        ({"field": "stage", "op": "spiral", "value": "Won"}, ""),
        ({"field": "company", "op": "has", "text": "x" * 10_000}, ""),
    ],
)
def test_what_makes_no_filter_comes_back_with_words_beside_it(ada: Visitor, sent: dict[str, Any], words: str) -> None:
    answer = fill(ada, **sent)
    assert answer.status_code == 422
    assert '<p class="error"' in answer.text
    assert words in unescape(answer.text)
    data = ada.get("/leads/count", query_string={"list": "/leads", **sent})
    assert data.status_code == 422
    assert data.get_json()["title"]


@pytest.mark.parametrize(
    "sent",
    [
        {"field": "luck"},
        {"field": ""},
        {"field": "stage", "list": "/elsewhere"},
        {"field": "stage", "list": "/leads?f=luck:is:good"},
        {"field": "stage", "op": "is", "value": "<script>alert(1)</script>"},
        {"field": "tag", "op": "has", "value": "Nope"},
    ],
)
def test_what_no_form_offers_is_refused(ada: Visitor, sent: dict[str, str]) -> None:
    answer = ada.get("/leads/filter", query_string={"list": "/leads"} | sent)
    assert answer.status_code in (400, 422)
    assert "<script>alert" not in answer.text


def test_a_chip_changes_its_own_filter_and_takes_itself_off(ada: Visitor) -> None:
    address = "/leads?f=stage:is:Won,Lost&f=owner:is:Ines&f=value:known"
    page = ada.get(address).text
    assert [unescape(words) for _, words in CHIP.findall(page)] == ["is Won or Lost", "is Ines", "is there"]
    assert [unescape(off) for off in OFF.findall(page)] == [
        "/leads?f=owner:is:Ines&f=value:known",
        "/leads?f=stage:is:Won,Lost&f=value:known",
        "/leads?f=stage:is:Won,Lost&f=owner:is:Ines",
    ]
    changed = fill(ada, address, at="1", field="owner", op="is", value="Tobias")
    assert asked(changed) == ["stage:is:Won,Lost", "owner:is:Tobias", "value:known"]
    assert asked(fill(ada, address, at="7", field="owner", op="is", value="Tobias"))[1:] == [
        *("owner:is:Ines", "value:known", "owner:is:Tobias"),
    ]


def test_the_form_of_a_chip_holds_what_the_filter_asks_for(ada: Visitor) -> None:
    page = ada.get("/leads?f=stage:not:Won,Lost&f=value:between:10050,20000&f=last:before:45d").text
    assert re.search(r'<option value="not" selected>', page)
    assert re.search(r'name="value" value="Won" checked', page)
    assert not re.search(r'name="value" value="New" checked', page)
    assert 'name="low" value="100.50"' in page
    assert 'name="high" value="200"' in page
    assert '<option value="before" selected>' in page
    assert 'name="days" value="45"' in page


def test_all_filters_are_met_or_any_of_them(ada: Visitor) -> None:
    address = "/leads?f=owner:is:Ines&stage=Won"
    page = unescape(ada.get(address).text)
    other = re.search(r'href="([^"]+)">Match any of these', page)
    assert other
    any_of = ada.list(other[1].removeprefix("/leads"))["total"]
    all_of = ada.list("?f=owner:is:Ines&stage=Won")["total"]
    assert 0 < all_of < any_of < LEADS
    assert "Match all of these" in ada.get(other[1]).text
    assert "Match any" not in ada.get("/leads?stage=Won").text


def test_how_many_a_filter_would_find_is_told_before_it_is_applied(ada: Visitor) -> None:
    sent = {"list": "/leads?f=owner:is:Ines", "field": "stage", "op": "is", "value": ["Won", "Lost"]}
    counted = ada.get("/leads/count", query_string=sent).get_json()
    assert counted == {"total": ada.list("?f=owner:is:Ines&f=stage:is:Won,Lost")["total"], "of": LEADS}
    replaced = ada.get("/leads/count", query_string=sent | {"at": "0"}).get_json()
    assert replaced["total"] == ada.list("?f=stage:is:Won,Lost")["total"]
    assert ada.get("/leads/count?list=/contacts").get_json()["total"] == LEADS // 10


def test_an_empty_list_says_which_filter_to_take_off_and_what_that_finds(ada: Visitor) -> None:
    page = unescape(ada.get("/leads?f=stage:is:Won&f=value:known&q=osric").text)
    assert "No lead fits" in page
    ways = re.findall(r'<a class="button" href="(/leads\?[^"]*)">.*?<b>([\d,]+)<', page)
    assert len(ways) == 1
    for address, count in ways:
        assert ada.list(address.removeprefix("/leads"))["total"] == int(count) > 0
    hopeless = ada.get("/leads?f=stage:is:Won&f=stage:is:Lost&q=zzzzzz").text
    assert "even without any one of them" in hopeless


def test_a_search_without_scripts_keeps_filters_and_shape(ada: Visitor) -> None:
    form = {"list": "/leads?f=stage:is:Won,Lost&f=value:known&cols=name,phone&sort=name", "q": " vance "}
    answer = ada.get("/leads/filter", query_string=form)
    assert answer.status_code == 303
    query = parse_qs(urlsplit(str(answer.location)).query)
    assert query["f"] == ["stage:is:Won,Lost", "value:known"]
    assert (query["q"], query["cols"], query["sort"]) == (["vance"], ["name,phone"], ["name"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.sampled_from(tuple(FIELDS)),
    st.sampled_from(("is", "not", "has", "any", "within", "before", RANGE, "known", "none", "?")),
    st.fixed_dictionaries({name: st.text(max_size=12) for name in ("value", "text", "days", "low", "high", "at")}),
)
def test_whatever_is_typed_leads_to_a_list_or_to_words(ada: Visitor, field: str, op: str, sent: dict[str, str]) -> None:
    answer = fill(ada, field=field, op=op, **sent)
    assert answer.status_code in (303, 400, 422)
    if answer.status_code == 303:
        assert ada.get(str(answer.location)).status_code == 200
