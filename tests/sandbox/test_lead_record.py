"""One record: tags, calls, parts of the timeline, a history with a way back at every line, its place in a list."""

import json
import re
from html import unescape
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event

from portal.sandbox.leads.story import PAGE
from portal.sandbox.leads.tags import MOST_TAG, MOST_TAGS
from tests.sandbox.small import SOURCES
from tests.sandbox.visitor import Visitor, hidden_in

SCRIPT = "<script>alert(1)</script>"
LINE = re.compile(r'<input type="hidden" name="act" value="(\d+)"><input type="hidden" name="field" value="(\w+)">')


def test_every_fact_is_edited_where_it_stands(ada: Visitor) -> None:
    typed = {"role": "Head buyer", "owner": "Ines", "source": SOURCES[2], "company": "Thistledown"}
    assert ada.edit("L001", **typed).status_code == 303
    lead = ada.lead("L001")
    assert {name: lead[name] for name in typed} == typed
    assert "Changed role, company, owner and source of" in unescape(ada.get("/leads/L001").text)


def test_a_company_typed_by_its_name_is_that_company(ada: Visitor) -> None:
    ada.edit("L000", company="  THISTLEDOWN ")
    assert '<a href="/companies/C2">THISTLEDOWN</a>' in ada.get("/leads/L000").text
    ada.edit("L000", company="Nobody's company")
    assert "/companies/" not in ada.get("/leads/L000").text.partition('<main class="shell-main"')[2]


@pytest.mark.parametrize(("field", "value"), [("owner", "Nobody"), ("source", "Thin air"), ("role", "x" * 61)])
def test_a_fact_that_there_is_not_is_refused_with_what_was_typed(ada: Visitor, field: str, value: str) -> None:
    answer = ada.edit("L001", **{field: value, "name": "Kept <typed>"})
    assert answer.status_code == 422
    assert 'value="Kept &lt;typed&gt;"' in answer.text
    assert ada.lead("L001")["name"] != "Kept <typed>"


def test_tags_are_added_and_taken_off_one_by_one(ada: Visitor) -> None:
    before = ada.lead("L001")["tags"]
    assert ada.send("/leads/L001/tags", tag="Net 30").headers["Location"] == "/leads/L001"
    ada.send("/leads/L001/tags", tag=" prefers   post ")
    assert ada.lead("L001")["tags"] == sorted([*before, "Net 30", "prefers post"])
    ada.send("/leads/L001/tags", tag="NET 30")  # it is there, written otherwise
    assert ada.lead("L001")["tags"].count("Net 30") == 1
    ada.send("/leads/L001/tags/remove", tag="Net 30")
    ada.send("/leads/L001/tags/remove", tag="Net 30")
    assert ada.lead("L001")["tags"] == sorted([*before, "prefers post"])
    ada.undo()
    assert "Net 30" in ada.lead("L001")["tags"]


def test_ten_tabs_that_each_add_a_tag_lose_none(ada: Visitor) -> None:
    shown = ada.hidden("/leads/L001")
    for number in range(10):
        assert ada.post("/leads/L001/tags", shown | {"tag": f"Tab {number}"}).status_code == 303
    assert {f"Tab {number}" for number in range(10)} <= set(ada.lead("L001")["tags"])


@pytest.mark.parametrize("tag", ["", "   ", "x" * (MOST_TAG + 1), "x" * 10_000, "a\x00b"])
def test_what_can_be_no_tag_is_refused_with_what_was_typed(ada: Visitor, tag: str) -> None:
    before = ada.lead("L001")["tags"]
    answer = ada.send("/leads/L001/tags", tag=tag)
    assert answer.status_code == 422
    assert 'aria-describedby="tag-error"' in answer.text
    assert ada.lead("L001")["tags"] == before


def test_a_lead_takes_so_many_tags_and_no_more(ada: Visitor) -> None:
    answers = [ada.send("/leads/L005/tags", tag=f"Tag {number}") for number in range(MOST_TAGS + 2)]
    assert answers[-1].status_code == 422
    assert f"{MOST_TAGS} tags are as many as a lead can have" in answers[-1].text
    assert len(ada.lead("L005")["tags"]) == MOST_TAGS


def test_a_tag_is_text_and_twinned_as_text_is(ada: Visitor) -> None:
    ada.send("/leads/L001/tags", tag=SCRIPT)
    ada.send("/leads/L001/tags", tag="ann.acme@gmail.com")
    page = ada.get("/leads/L001").text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert "ann.acme@gmail" not in json.dumps(ada.lead("L001"))
    assert ada.get("/leads").text.count(SCRIPT) == 0


def test_tags_that_make_a_number_together_are_refused(ada: Visitor) -> None:
    assert ada.send("/leads/L001/tags", tag="call 415 867").status_code == 303
    answer = ada.send("/leads/L001/tags", tag="call 415 867 5309")
    assert answer.status_code == 303  # swapped by a twin
    assert "5309" not in json.dumps(ada.lead("L001"))


def test_a_call_is_logged_with_what_was_said(ada: Visitor) -> None:
    assert ada.send("/leads/L001/calls", minutes="9", said="Wants 40 pallets").status_code == 303
    assert ada.send("/leads/L001/calls", minutes="", said="").status_code == 303
    timeline = ada.lead("L001")["timeline"]
    assert [(one["kind"], one["words"], one["body"]) for one in timeline[:2]] == [
        ("missed", "No answer", ""),
        ("call", "Call, 9 min", "Wants 40 pallets"),
    ]
    assert ada.lead("L001")["last"]["words"] == "No answer"
    ada.undo()
    assert ada.lead("L001")["last"]["words"] == "Call, 9 min. Wants 40 pallets"


@pytest.mark.parametrize("minutes", ["nine", "-1", "601", "1e3", "٣", "x" * 1000])
def test_minutes_that_are_none_are_refused_with_what_was_said(ada: Visitor, minutes: str) -> None:
    answer = ada.send("/leads/L001/calls", minutes=minutes, said="Kept <words>")
    assert answer.status_code == 422
    assert "Kept &lt;words&gt;" in answer.text
    assert ada.lead("L001")["timeline"][0]["words"] != "No answer"


def test_the_timeline_is_narrowed_to_a_part_of_it(ada: Visitor) -> None:
    ada.edit("L000", stage="Won", note="About wheels")
    ada.send("/leads/L000/calls", minutes="3", said="About bells")
    entries = ada.lead("L000")["timeline"]
    everything, notes, calls, changes = (
        told(ada, f"/leads/L000{query}") for query in ("", "?show=notes", "?show=calls", "?show=changes")
    )
    assert len(everything) == len(entries)
    assert notes == ["Note"] == [one["words"] for one in entries if one["kind"] == "note"]
    assert calls == [one["words"] for one in entries if one["kind"] in ("call", "missed")]
    assert changes == ["Stage: New to Won"]
    page = ada.get("/leads/L000?show=notes&stage=Won").text
    assert re.search(r'<a href="/leads/L000\?stage=Won&amp;show=calls">Calls <span>\d+</span></a>', page)
    assert ada.send("/leads/L000?show=notes", note="More").headers["Location"] == "/leads/L000?show=notes"


def test_a_long_timeline_is_shown_a_piece_at_a_time(ada: Visitor) -> None:
    for number in range(PAGE + 5):
        ada.edit("L006", note=f"Note {number}")
    assert len(told(ada, "/leads/L006?show=notes")) == PAGE
    page = ada.get("/leads/L006?show=notes").text
    assert "5 more" in page
    older = re.search(r'href="(/leads/L006\?show=notes&amp;older=1)"', page)
    assert older
    assert len(told(ada, unescape(older[1]))) == PAGE + 5


@pytest.mark.parametrize(
    "query", ["?show=nothing", "?older=x", "?older=-1", "?older=101", "?older=99999", "?shows=notes"]
)
def test_a_part_that_there_is_not_is_refused_in_words(ada: Visitor, query: str) -> None:
    assert ada.get(f"/leads/L000{query}").status_code == 400


def test_each_line_of_the_history_has_its_own_way_back(ada: Visitor) -> None:
    before = ada.lead("L001")
    ada.edit("L001", phone="503 555 0142", owner="Tobias" if before["owner"] == "Ines" else "Ines")
    ada.edit("L001", phone="503 555 0143")
    ada.edit("L001", name="Somebody Else")
    page = ada.get("/leads/L001").text
    assert re.search(r"Phone:\s+\+1 503 555 0142\s+to\s+<b>\+1 503 555 0143</b>", page)
    act = next(act for act, field in LINE.findall(page) if field == "owner")
    assert ada.send("/leads/L001/history", act=act, field="owner").headers["Location"] == "/leads/L001"
    lead = ada.lead("L001")
    assert lead["owner"] == before["owner"]
    assert (lead["phone"], lead["name"]) == ("+15035550143", "Somebody Else")


def test_what_was_taken_back_is_struck_and_can_be_done_again(ada: Visitor) -> None:
    ada.send("/leads/L000/tags", tag="Wholesale")
    for wanted, is_there in (("Undo", True), ("Redo", False), ("Undo", True)):
        assert ("Wholesale" in ada.lead("L000")["tags"]) is is_there
        page = ada.get("/leads/L000").text
        assert ('class="history-undone"' in page) is (wanted == "Redo")
        assert page.count('name="field" value="tags"') == 1
        assert f'>{wanted}<span class="visually-hidden">: Tags</span>' in page
        act, field = LINE.findall(page)[0]
        ada.send("/leads/L000/history", act=act, field=field)


def test_of_what_a_twin_replaced_there_is_nothing_to_bring_back(ada: Visitor) -> None:
    ada.edit("L001", email="ann.acme@gmail.com")
    assert "That was never stored, so there is nothing of it to bring back" in ada.get("/leads/L001").text
    ada.edit("L001", email="ann@shop.example")
    assert ada.get("/leads/L001").text.count("never stored") == 1


def test_a_line_that_there_is_not_is_refused_in_words(ada: Visitor, ben: Visitor) -> None:
    ada.edit("L001", name="Ada's")
    act, _ = LINE.findall(ada.get("/leads/L001").text)[0]
    for sent in ({"act": "999"}, {"act": act, "field": "id"}, {"act": act, "field": "__class__"}):
        assert ada.send("/leads/L001/history", **({"field": "name"} | sent)).status_code == 409
    for number in ("", "x", "-1", "9" * 30, "٣"):
        assert ada.send("/leads/L001/history", act=number, field="name").status_code == 422
    assert ben.send("/leads/L001/history", act=act, field="name").status_code == 409
    assert ada.send("/leads/nothing/history", act=act, field="name").status_code == 404
    assert ada.lead("L001")["name"] == "Ada's"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_was_edited_taking_every_line_back_restores_every_field(ada: Visitor, seed: int) -> None:
    throw = Random(seed)
    before = facts(ada)
    for number in range(12):
        edits = {
            "name": f"Name {number}",
            "role": f"Role {number}",
            "company": throw.choice(("", "thistledown", f"Co {number}")),
            "email": f"lead{number}@shop.example",
            "phone": f"503 555 01{number:02}",
            "owner": throw.choice(("Ines", "Tobias", "You")),
            "source": throw.choice(SOURCES),
        }
        names = throw.sample(list(edits), throw.randint(1, 3))
        ada.edit("L004", **{name: edits[name] for name in names})
        ada.send("/leads/L004/tags", tag=f"Tag {number % 4}")
    assert facts(ada) != before
    first: dict[str, str] = {}
    for act, field in reversed(LINE.findall(ada.get("/leads/L004").text)):  # the newest come first
        first.setdefault(field, act)
    for field, act in first.items():
        assert ada.send("/leads/L004/history", act=act, field=field).status_code == 303
    assert facts(ada) == before


def test_next_and_previous_walk_the_list_that_one_came_from(ada: Visitor) -> None:
    query = "?stage=Won&sort=-value"
    ids = [one["id"] for one in ada.list(query)["items"]]
    page = ada.get(f"/leads/{ids[1]}{query}").text
    assert re.search(rf'href="/leads/{ids[0]}\?stage=Won&amp;sort=-value" rel="prev"', page)
    assert re.search(rf'href="/leads/{ids[2]}\?stage=Won&amp;sort=-value" rel="next"', page)
    assert f"2 of {len(ids)}" in page
    assert '<span class="typed">Stage is Won</span>' in page
    first = ada.get(f"/leads/{ids[0]}{query}").text
    assert 'rel="prev"' not in first


def test_filters_of_every_kind_name_the_list_that_one_goes_back_to(ada: Visitor) -> None:
    page = ada.get("/leads/L001?f=last:before:1d&q=vance").text
    assert "Last activity more than a day ago, “vance”" in unescape(page)
    assert ada.get("/leads/L001?f=nothing:is:1").status_code == 400


def test_the_deals_of_a_lead_say_how_far_they_have_come(ada: Visitor) -> None:
    page = ada.get("/leads/L006").text  # its deal stands on Lost
    assert "Two wheels, number 3" in page
    assert "Decided" in page
    lead = next(one["id"] for one in ada.list("?stage=Proposal")["items"] if int(one["id"][1:]) % 2 == 0)
    page = ada.get(f"/leads/{lead}").text
    assert 'aria-label="Stage 3 of 4: Proposal"' in page
    assert "Forecast" in page


def test_the_stage_beside_the_name_has_its_shape(ada: Visitor) -> None:
    title = ada.get("/leads/L000").text.partition('<div class="title">')[2].partition("</form>")[0]
    assert '<span class="stage" data-step="0">New</span>' in title


def test_the_page_asks_the_database_no_more_for_a_long_story(app: Flask, ada: Visitor) -> None:
    short = questions(app, ada, "/leads/L030")
    for number in range(20):
        ada.edit("L030", note=f"Note {number}")
        ada.send("/tasks", lead_id="L030", words=f"Task {number}", due="friday", kind="call", owner="You")
    ada.get("/leads/L030")
    assert questions(app, ada, "/leads/L030") - short <= 3  # own rows of tasks and of the history


def test_hidden_fields_of_every_form_bring_the_same_drive(ada: Visitor) -> None:
    assert (
        len(
            {hidden_in(form).get("drive") for form in ada.get("/leads/L001").text.split("<form ")[1:] if "post" in form}
        )
        == 1
    )


def told(visitor: Visitor, address: str) -> list[str]:
    """The headlines of a timeline as the page shows it."""
    page = unescape(visitor.get(address).text)
    return re.findall(r'<li class="event[^"]*">.*?<(?:b|span) class="typed">(.*?)</', page, re.DOTALL)


def facts(visitor: Visitor) -> dict[str, object]:
    lead = visitor.lead("L004")
    shown = ("name", "role", "company", "email", "phone", "stage", "owner", "source", "tags")
    return {name: lead[name] for name in shown}


def questions(app: Flask, visitor: Visitor, address: str) -> int:
    """How many statements a page costs."""
    counted: list[str] = []
    engine = app.extensions["database"].reader

    def count(_c: object, _u: object, statement: str, *_: object) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert visitor.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)
