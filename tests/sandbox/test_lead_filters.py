"""Filters in an address, in plain words, and what is refused; on the list itself, with their order and totals."""

from html import unescape
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.overlay import Options
from portal.sandbox.drives.question import FIELDS, OPS, ORDERS, Filter, Question, checked_filter
from portal.sandbox.leads.address import Asked, read_address, read_filter, write_filter, write_query
from portal.sandbox.leads.filters import filter_in_words, offers, question_in_words
from tests.sandbox.small import LEADS, OWNERS, SOURCES, STAGES, TAGS
from tests.sandbox.visitor import Visitor

OPTIONS = Options(STAGES, TAGS, OWNERS, SOURCES, ("", "Buyer"), ("call", "note"))

# Letters that addresses, filters or nothing give a meaning to: few, since drawing from all there are takes too long.
texts = st.text("aZ0 ,\\:;&=+%#?/|~'\"<>.-_éßı漢🙂\u0301\u00a0", min_size=1, max_size=12)
some_texts = texts.map(lambda text: text if text.strip() else "a")
values = {
    "stage": st.sampled_from(STAGES),
    "tag": st.sampled_from(TAGS),
    "money": st.integers(0, 10**15 - 1).map(str),
    "days": st.integers(0, 9999).map("{}d".format),
    "moment": st.dates().map(str),
    "yes": st.sampled_from(("yes", "no")),
}


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(tuple(FIELDS)))
    shape = FIELDS[field].shape
    op = draw(st.sampled_from(tuple(OPS[shape])))
    least, most = OPS[shape][op]
    kind = "days" if op in ("within", "before") else shape
    value = values.get(field, values.get(kind, some_texts))
    return checked_filter(field, op, draw(st.lists(value, min_size=least, max_size=min(most, 4))))


def asked(query: str) -> Asked:
    pairs = [part.partition("=")[::2] for part in query.removeprefix("?").split("&") if part]
    return read_address(MultiDict([(name, unquote_plus(value)) for name, value in pairs]), stages=STAGES, tags=TAGS)


@given(st.lists(filters(), max_size=5), st.booleans(), st.sampled_from(tuple(ORDERS)), st.integers(1, 99))
def test_an_address_reads_back_as_the_question_that_wrote_it(
    some: list[Filter], any_of: bool, sort: str, page: int
) -> None:
    question = Question(tuple(dict.fromkeys(some)), any_of, "a & b", f"-{sort}")
    found, at = asked(write_query(question, page=page))
    assert (set(found.filters), found.any_of, found.q, found.sort, at) == (set(some), any_of, "a & b", f"-{sort}", page)
    assert write_query(asked(write_query(found)).question) == write_query(found)


@given(filters())
def test_every_filter_can_be_written_read_and_said(one: Filter) -> None:
    assert read_filter(write_filter(one)) == one
    assert filter_in_words(one, currency="USD")


def test_an_address_is_readable() -> None:
    question = Question(
        (
            Filter("stage", "is", ("Proposal", "Won")),
            Filter("last", "before", ("60d",)),
            Filter("value", "from", ("100000",)),
            Filter("tag", "has", ("Fleet",)),
            Filter("company", "has", ("Vance, Lind: both",)),
        ),
        any_of=True,
    )
    assert write_query(question) == (
        "?tag=Fleet&f=stage:is:Proposal,Won&f=last:before:60d&f=value:from:100000"
        "&f=company:has:Vance%5C,+Lind:+both&any=1"
    )


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Filter("stage", "is", ("Proposal", "Won")), "Stage is Proposal or Won"),
        (Filter("stage", "not", ("New", "Won", "Lost")), "Stage is not New, Won or Lost"),
        (Filter("tag", "has", ("Fleet", "Net 30")), "Tags include Fleet and Net 30"),
        (Filter("tag", "lacks", ("Fleet",)), "Tags include none of Fleet"),
        (Filter("company", "has", ("lind",)), "Company contains “lind”"),
        (Filter("email", "none"), "E-mail is missing"),
        (Filter("contact", "is", ("no",)), "Is not a contact yet"),
        (Filter("value", "between", ("100000", "250050")), "Open deal between $1,000 and $2,500.50"),
        (Filter("last", "before", ("60d",)), "Last activity more than 60 days ago"),
        (Filter("created", "within", ("1d",)), "Created in the last day"),
        (Filter("created", "before", ("1d",)), "Created more than a day ago"),
        (Filter("created", "from", ("2026-03-01",)), "Created on or after Mar 1, 2026"),
        (Filter("kind", "is", ("call", "note")), "Kind of last activity is a call or a note"),
        (Filter("role", "is", ("",)), "Role is (none)"),
    ],
)
def test_a_filter_in_plain_words(one: Filter, words: str) -> None:
    assert filter_in_words(one, currency="USD") == words


def test_a_question_in_plain_words() -> None:
    both = (Filter("stage", "is", ("Won",)), Filter("last", "within", ("7d",)))
    assert question_in_words(Question(), currency="USD") == "All leads."
    assert question_in_words(Question(both), currency="USD") == (
        "Leads where stage is Won, and last activity in the last 7 days."
    )
    assert question_in_words(Question(both, any_of=True), currency="USD") == (
        "Leads where any of this is so: stage is Won, or last activity in the last 7 days."
    )


def test_a_form_is_offered_every_field_with_its_comparisons_and_choices() -> None:
    found = {offer.field: offer for offer in offers(OPTIONS)}
    assert set(found) == set(FIELDS)
    assert [one.value for one in found["stage"].choices] == list(STAGES)
    assert [one.words for one in found["last"].comparisons][:2] == ["in the last N days", "more than N days ago"]
    assert not found["company"].choices


@pytest.mark.parametrize(
    ("query", "title", "detail"),
    [
        ("f=luck:is:good", "There is no filter called luck", "There are: stage, tag,"),
        ("f=", "", ""),
        ("f=:::", "There is no filter called", "There are: stage"),
        ("f=stage", "knows no “”", "It knows: is, not."),
        ("f=stage:above:New", "knows no “above”", "It knows: is, not."),
        ("f=stage:is", "has 0 values", "It takes 1 to 50."),
        ("f=stage:is:Nope", "There is no such stage", "There are: New, Contacted"),
        ("f=tag:lacks:fleet", "There is no such tag", "There are: Fleet"),
        ("f=last:before:60", "no number of days", "Write 60d"),
        ("f=last:before:99999d", "no number of days", "Write 60d"),
        ("f=last:before:60d,5d", "has 2 values", "It takes one."),
        ("f=created:from:2026-02-30", "is no date", "Write 2026-01-31."),
        ("f=created:between:2026-02-03", "has 1 values", "It takes two."),
        ("f=value:from:-5", "is no amount", "minor units"),
        ("f=value:from:1e9", "is no amount", "minor units"),
        ("f=value:from:٣", "is no amount", "minor units"),
        (f"f=value:from:{'9' * 16}", "is no amount", "minor units"),
        ("f=contact:is:maybe", "is no answer", "Write yes or no."),
        ("f=email:known:yes", "has 1 values", "It takes none."),
        ("f=company:has:%20", "asks for nothing", "Write a part"),
        ("f=company:has:a%07", "cannot be read", "characters that cannot be shown"),
        ("f=company:has:a&f=company:has:%00", "cannot be read", "character"),
        (f"f=company:has:{'x' * 201}", "is too long", "200 letters"),
        ("&".join(f"f=company:has:{n}" for n in range(21)), "too much to ask", "20 filters"),
        ("f=company:has:" + ",".join(map(str, range(51))), "has 51 values", "1 to 50"),
        ("any=2", "met all, or any", "any=1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(ada: Visitor, query: str, title: str, detail: str) -> None:
    answer = ada.get(f"/leads.json?{query}")
    if not title:
        assert answer.get_json()["total"] == LEADS
        return
    assert answer.status_code == 400, answer.text
    assert title in answer.get_json()["title"]
    assert detail in answer.get_json()["detail"]
    assert ada.get(f"/leads?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("f=stage:is:Won,Lost", lambda item: item["stage"] in ("Won", "Lost")),
        ("f=stage:not:Won,Lost", lambda item: item["stage"] not in ("Won", "Lost")),
        ("f=tag:has:Fleet,Net 30", lambda item: {"Fleet", "Net 30"} <= set(item["tags"])),
        ("f=tag:lacks:Net 30", lambda item: "Net 30" not in item["tags"]),
        ("f=owner:is:Ines&f=source:is:Phone", lambda item: (item["owner"], item["source"]) == ("Ines", "Phone")),
        ("any=1&f=owner:is:Ines&f=source:is:Phone", lambda item: item["owner"] == "Ines" or item["source"] == "Phone"),
        ("any=1&stage=Won&tag=Fleet", lambda item: item["stage"] == "Won" or "Fleet" in item["tags"]),
        ("f=company:has:THISTLE", lambda item: "thistle" in item["company"].lower()),
        ("f=email:none", lambda item: item["email"] is None),
        ("f=phone:known", lambda item: item["phone"] is not None),
        ("f=value:between:20000,50000", lambda item: item["value"] is not None and 20_000 <= item["value"] <= 50_000),
        ("f=value:none", lambda item: item["value"] is None),
    ],
)
def test_a_filter_finds_what_it_says(ada: Visitor, query: str, fits: Any) -> None:
    def every(query: str) -> list[dict[str, Any]]:
        return [item for page in (1, 2, 3) for item in ada.list(f"?sort=name&page={page}{query}").get("items", [])]

    expected = [item["id"] for item in every("") if fits(item)]
    assert 0 < len(expected) < LEADS
    assert [item["id"] for item in every(f"&{query}")] == expected
    assert f"<b>{len(expected)}</b> of 120 leads" in unescape(ada.get(f"/leads?{query}").text)
