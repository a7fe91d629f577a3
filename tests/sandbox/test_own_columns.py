"""The columns of a visitor's own list: chosen, sorted and filtered by as any other, and changed on a lead's page."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from itertools import chain
from typing import Any

import pytest
from flask import Flask

from portal.sandbox.drives.overlay import PAGE
from portal.sandbox.drives.own_columns import compared_as, hundredths
from tests.sandbox.shapes import COLUMNS, a_shape
from tests.sandbox.visitor import Visitor

OWN = (
    *({"name": "Seats", "kind": "number", "filled": 80}, {"name": "Yearly <b>", "kind": "money", "filled": 100}),
    {"name": "Renewal", "kind": "date", "filled": 50, "from": "2025-01", "to": "2025-09"},
)
REGION, REMARKS, SEATS, YEARLY, RENEWAL = "choice-1", "text-2", "number-3", "number-4", "day-5"


@pytest.fixture
def ada(fresh_app: Flask) -> Visitor:
    """A visitor whose drive stands on what was invented in columns of each kind."""
    visitor = Visitor(fresh_app)
    assert visitor.post("/shapes", {"shape": a_shape(columns=[*COLUMNS, *OWN])}).status_code == 303
    return visitor


def found(visitor: Visitor, query: str) -> list[dict[str, str]]:
    """What all leads of a list have in such columns, in its order."""
    first = visitor.get(f"/leads.json?{query}").get_json()
    pages = range(2, (first["total"] - 1) // PAGE + 2)
    rest = (lead for page in pages for lead in visitor.get(f"/leads.json?{query}&page={page}").get_json()["items"])
    return [lead["more"] for lead in chain(first["items"], rest)]


def sortable(key: str, text: str) -> int:
    """A number or a day as a number."""
    number = compared_as(key, text)
    assert isinstance(number, int)
    return number


def cells(page: str) -> list[str]:
    return re.findall(r'<td class="list-own(?: number)?">([^<]*)</td>', page)


def test_such_columns_are_offered_and_shown_in_the_order_that_is_chosen(ada: Visitor) -> None:
    form = unescape(ada.get("/leads/columns").text)
    assert form.index("> Region</label>") < form.index("> Remarks</label>") < form.index("> Renewal</label>")
    chosen = ada.get(f"/leads/columns?go=apply&order=name,{SEATS},{REGION}&show-{SEATS}=1&show-{REGION}=1")
    assert chosen.headers["Location"] == f"/leads?cols=name,{SEATS},{REGION}"
    page = ada.get(chosen.headers["Location"]).text
    more = ada.list()["items"][0]["more"]
    assert cells(page)[:2] == [more.get("Seats", ""), more["Region"]]
    assert "Yearly &lt;b&gt;" in ada.get(f"/leads?cols=name,{YEARLY}").text


def test_each_kind_sorts_as_what_it_is_and_who_has_nothing_comes_last(ada: Visitor) -> None:
    for key, name in ((SEATS, "Seats"), (RENEWAL, "Renewal")):
        for sign in ("", "-"):
            texts = [more.get(name, "") for more in found(ada, f"sort={sign}{key}")]
            known = [text for text in texts if text]
            assert texts == known + [""] * (len(texts) - len(known))
            assert known == sorted(known, key=partial(sortable, key), reverse=bool(sign))
            assert len(set(known)) > 5
    regions = [more["Region"] for more in found(ada, f"sort={REGION}")]
    assert regions == sorted(regions)


FILTERS: dict[str, Callable[[dict[str, Any]], bool]] = {
    f"{REGION}:is:Coast": lambda more: more["Region"] == "Coast",
    f"{REGION}:not:Coast": lambda more: more["Region"] != "Coast",
    f"{REMARKS}:has:asked": lambda more: "asked" in more.get("Remarks", "").lower(),
    f"{REMARKS}:none": lambda more: "Remarks" not in more,
    f"{SEATS}:between:1000,5000": lambda more: 10 <= int(more.get("Seats", "0")) <= 50,
    f"{SEATS}:known": lambda more: "Seats" in more,
    f"{YEARLY}:to:100000": lambda more: (hundredths(more["Yearly <b>"]) or 0) <= 100000,
    f"{RENEWAL}:from:2025-06-01": lambda more: more.get("Renewal", "") >= "2025-06-01",
    f"{RENEWAL}:to:2025-03-31": lambda more: "" < more.get("Renewal", "") <= "2025-03-31",
    f"{RENEWAL}:none": lambda more: "Renewal" not in more,
}


def test_a_filter_finds_just_those_that_meet_it_changed_ones_too(ada: Visitor) -> None:
    changed = {REGION: "Coast", SEATS: "33", RENEWAL: "2025-06-01", REMARKS: "", YEARLY: "7.50"}
    ada.send(f"/leads/{ada.list()['items'][0]['id']}/columns", **changed)
    everyone = found(ada, "")
    for asked, is_met in FILTERS.items():
        those = found(ada, f"f={asked}")
        assert sorted(map(str, those)) == sorted(str(more) for more in everyone if is_met(more)), asked
        assert 0 < len(those) < len(everyone), asked
        assert ada.get(f"/leads?f={asked}").status_code == 200


def test_a_chip_says_the_name_of_the_column_and_its_form_offers_what_there_is(ada: Visitor) -> None:
    page = unescape(ada.get(f"/leads?f={SEATS}:from:1000").text)
    assert re.search(r"Seats</\w+>\s*<\w+[^>]*>is at least 10<", page) or "Seats is at least 10" in page
    form = ada.get(f"/leads/filter?field={REGION}").text
    assert 'value="Coast"' in form
    assert 'value="Hills"' in form
    sent = ada.get(f"/leads/filter?field={SEATS}&op=range&low=5&high=20")
    assert sent.headers["Location"] == f"/leads?f={SEATS}:between:500,2000"
    assert ada.get(f"/leads/filter?field={SEATS}&op=range&low=many").status_code == 422
    assert ada.get(f"/segments/new?f={REGION}:is:Coast").status_code == 200


def test_what_a_lead_has_is_changed_on_its_page_told_in_its_history_and_taken_back(ada: Visitor) -> None:
    before = ada.list()["items"][0]
    address = f"/leads/{before['id']}"
    other = "Hills" if before["more"]["Region"] == "Coast" else "Coast"
    assert ada.send(f"{address}/columns", **{REGION: other, SEATS: "1,200"}).status_code == 303
    after = ada.lead(before["id"])["more"]
    assert after == before["more"] | {"Region": other, "Seats": "1,200"}
    page = unescape(ada.get(address).text)
    assert f"Changed Region, Seats of {before['name']}" in page
    assert f"Region: {other}" in page
    ada.undo()
    assert ada.lead(before["id"])["more"] == before["more"]


REFUSED = (
    (REGION, "Elsewhere", "Pick one of the choices"),
    (SEATS, "many", "Type a number"),
    (SEATS, "-5", "Type a number"),
    (RENEWAL, "tomorrow", "Type a date"),
    (REMARKS, "x" * 201, "200"),
    (REMARKS, "a\x00b", "own-2-error"),
)


def test_what_cannot_stand_in_a_column_is_refused_in_words_and_stays_typed(ada: Visitor) -> None:
    before = ada.list()["items"][0]
    for key, typed, words in REFUSED:
        answer = ada.send(f"/leads/{before['id']}/columns", **{key: typed})
        assert answer.status_code == 422
        assert words in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert ada.lead(before["id"])["more"] == before["more"]
    region = before["more"]["Region"]
    answer = ada.send(f"/leads/{before['id']}/columns", **{REGION: "Elsewhere"})
    assert f'<option value="{region}" selected>' in answer.text, "Saving once more takes nothing away."
    assert 'value="many"' in ada.send(f"/leads/{before['id']}/columns", **{SEATS: "many"}).text


def test_nobody_real_gets_in_and_markup_is_text(ada: Visitor) -> None:
    lead = ada.list()["items"][0]["id"]
    ada.send(f"/leads/{lead}/columns", **{REMARKS: "<i>write to jane@gmail.com</i>"})
    stored = ada.lead(lead)["more"]["Remarks"]
    assert "gmail" not in stored
    assert stored.startswith("<i>write to ")
    assert "<i>write to" not in ada.get(f"/leads?cols=name,{REMARKS}").text


def test_two_tabs_do_not_overwrite_each_other(ada: Visitor) -> None:
    lead = ada.list()["items"][0]["id"]
    seen = re.findall(r'name="fingerprint" value="(\w+)"', ada.get(f"/leads/{lead}").text)[-1]
    ada.send(f"/leads/{lead}/columns", **{SEATS: "7"})
    answer = ada.send(f"/leads/{lead}/columns", **{SEATS: "8", "fingerprint": seen})
    assert answer.status_code == 409
    assert "changed while you were writing" in answer.text
    assert ada.lead(lead)["more"]["Seats"] == "7"


def test_a_column_that_this_business_has_not_is_refused_in_words(ada: Visitor) -> None:
    for query in ("cols=name,choice-9", "sort=text-1", "f=number-1:known", "f=day-77:none"):
        answer = ada.get(f"/leads?{query}")
        assert answer.status_code == 400
        assert "no column" in answer.text


def test_other_businesses_have_none(fresh_app: Flask) -> None:
    ben = Visitor(fresh_app).start()
    assert "Your own columns" not in ben.get("/leads/L001").text
    assert ben.get("/leads?cols=name,text-1").status_code == 400
