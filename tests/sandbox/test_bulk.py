"""Selecting leads over pages, with and without scripts, and doing one thing with all of them."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor, hidden_in
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

TAG = "Spring fair"


def tick(visitor: Visitor, query: str, *ids: str, then: str = "") -> TestResponse:
    """What a browser without scripts sends: every hidden field of the list's form, and the ticks of that page."""
    page = visitor.get(f"/leads{query}").text
    ticked = {f"pick-{one}": "on" for one in (*ids, *ticked_in(page))}
    address = re.search(r'action="(/leads/selection[^"]*)"', page)
    assert address
    return visitor.post(address[1].replace("&amp;", "&"), hidden_in(page) | ticked | {"then": then})


def ticked_in(page: str) -> list[str]:
    return re.findall(r'name="pick-(\w+)" checked', page)


def shown_in(page: str) -> list[str]:
    return re.findall(r'name="pick-(\w+)"', page)


def do(visitor: Visitor, address: str, **typed: str) -> TestResponse:
    return visitor.send(address, shown=address, **typed)


def leads(visitor: Visitor, *ids: str) -> list[dict[str, Any]]:
    return [visitor.lead(one) for one in ids]


def test_a_selection_survives_three_pages_without_scripts(ada: Visitor) -> None:
    answer = tick(ada, "?sort=name", (first := shown_in(ada.get("/leads?sort=name").text)[0]), then="next")
    assert answer.headers["Location"] == "/leads?sort=name&page=2"
    second = shown_in(ada.get("/leads?sort=name&page=2").text)[:2]
    assert tick(ada, "?sort=name&page=2", *second, then="next").headers["Location"] == "/leads?sort=name&page=3"
    third = shown_in(ada.get("/leads?sort=name&page=3").text)[3]
    assert tick(ada, "?sort=name&page=3", third, then="tag").headers["Location"] == "/leads/bulk/tag"
    page = ada.get("/leads?sort=name").text
    assert ticked_in(page) == [first]
    assert "<output data-picked-count>4</output> selected" in page
    assert do(ada, "/leads/bulk/tag?value=Net+30&do=add").status_code == 303
    assert all("Net 30" in lead["tags"] for lead in leads(ada, first, *second, third))


def test_a_tick_taken_off_on_a_later_visit_is_taken_off(ada: Visitor) -> None:
    one, two = shown_in(ada.get("/leads").text)[:2]
    tick(ada, "", one, two)
    page = ada.get("/leads").text
    assert ticked_in(page) == [one, two]
    ada.post("/leads/selection", hidden_in(page) | {f"pick-{two}": "on"})
    assert ticked_in(ada.get("/leads").text) == [two]
    tick(ada, "", then="clear")
    assert ticked_in(ada.get("/leads").text) == []


def test_all_that_a_list_finds_can_be_selected_but_for_some(ada: Visitor) -> None:
    query = "?stage=New&sort=name"
    total = ada.list(query)["total"]
    tick(ada, query, then="all")
    page = ada.get(f"/leads{query}").text
    assert ticked_in(page) == shown_in(page)
    assert f">{total}</output> selected" in page
    left_out = shown_in(page)[0]
    ada.post(f"/leads/selection{query}", hidden_in(page) | {f"pick-{one}": "on" for one in shown_in(page)[1:]})
    assert f">{total - 1}</output> selected" in ada.get(f"/leads{query}").text
    other = ada.get("/leads").text
    assert ticked_in(other) == []
    assert "another list" in other
    answer = do(ada, "/leads/bulk/owner?value=Ines")
    assert answer.headers["Location"] == f"/leads{query}"
    owners = {item["id"]: item["owner"] for item in ada.list(query)["items"]}
    was = ada.lead(left_out)["owner"]
    assert owners.pop(left_out) == was
    assert set(owners.values()) == {"Ines"}


def test_a_tick_on_another_list_begins_anew(ada: Visitor) -> None:
    tick(ada, "?stage=New", then="all")
    other = shown_in(ada.get("/leads?stage=Won").text)[0]
    tick(ada, "?stage=Won", other)
    assert ">1</output> selected" in ada.get("/leads").text


def test_all_of_a_page_can_be_ticked_without_scripts(ada: Visitor) -> None:
    tick(ada, "?page=3", then="page")
    assert len(ticked_in(ada.get("/leads?page=3").text)) == 20


def test_one_by_one_no_more_than_so_many_can_be_selected(ada: Visitor) -> None:
    shown = ",".join(f"X{number}" for number in range(499))
    sent = ada.hidden("/leads") | {"shown": shown, "then": "page"}
    ada.post("/leads/selection", sent)
    answer = ada.post("/leads/selection", sent | {"shown": "Y1,Y2", "then": "page"})
    assert "One by one 500 leads can be selected" in ada.get(answer.headers["Location"]).text
    assert ">499</output> selected" in ada.get("/leads").text


def test_ids_that_are_not_of_this_drive_are_left_out_and_said_so(ada: Visitor, ben: Visitor) -> None:
    bens = ben.create(name="Ben's Own")
    before = ben.everything()
    sent = ada.hidden("/leads") | {"shown": f"L001,{bens},<b>,L999", f"pick-{bens}": "on", "pick-L001": "on"}
    ada.post("/leads/selection", sent | {"pick-L999": "on", "pick-<b>": "on"})
    page = ada.get("/leads/bulk/delete").text
    assert "<dt>are no longer here</dt><dd>2</dd>" in page
    assert "<dt>would be deleted</dt><dd>1</dd>" in page
    assert do(ada, "/leads/bulk/delete").status_code == 303
    assert ben.everything() == before


def test_an_act_is_previewed_without_effect_and_taken_back_as_one(ada: Visitor) -> None:
    before = ada.everything()
    tick(ada, "?tag=Fleet&sort=name", then="all")
    total = ada.list("?tag=Fleet")["total"]
    for address, words in (
        ("/leads/bulk/tag?value=Net+30&do=add", "Tagged {} leads Net 30"),
        ("/leads/bulk/tag?value=Net+30&do=remove", "Took the tag Net 30 off {} leads"),
        ("/leads/bulk/owner?value=Tobias", "Gave {} leads to Tobias"),
        ("/leads/bulk/stage?value=Contacted", "Moved {} leads to Contacted"),
        ("/leads/bulk/delete", "Deleted {} leads"),
    ):
        page = ada.get(address).text
        change = int(re.search(r"<dt>would (?:change|be deleted)</dt><dd>(\d+)</dd>", page)[1])  # type: ignore[index]
        assert 0 < change <= total
        assert ada.everything() == before
        answer = do(ada, address)
        assert answer.status_code == 303
        assert words.format(change) in ada.get(answer.headers["Location"]).text
        changed = ada.everything()
        assert changed != before
        ada.undo()
        assert ada.everything() == before
        if "delete" not in address:
            assert "<dt>are so already</dt>" in page


def test_what_a_tag_act_leaves_alone_is_counted(ada: Visitor) -> None:
    tick(ada, "?sort=name", then="all")
    page = ada.get("/leads/bulk/tag?value=Fleet&do=add").text
    have = ada.list("?tag=Fleet")["total"]
    assert f"<dt>are so already</dt><dd>{have}</dd>" in page
    do(ada, "/leads/bulk/tag?value=Fleet&do=add")
    assert ada.list("?tag=Fleet")["total"] == 120
    again = ada.get("/leads/bulk/tag?value=Fleet&do=add").text
    assert "There is nothing to change" in again


def test_a_lead_moves_with_its_newest_open_deal_or_the_rule_is_told(ada: Visitor) -> None:
    tick(ada, "?stage=New", then="all")
    page = unescape(ada.get("/leads/bulk/stage?value=Won").text)
    assert "Won asks for a day on which it closes, which their deal lacks" in page
    assert "<dt>open deals move along</dt>" in page
    answer = do(ada, "/leads/bulk/stage?value=Won")
    assert answer.status_code == 303


def test_where_the_stage_asks_for_a_reason_the_page_does(ada: Visitor) -> None:
    tick(ada, "?stage=New", then="all")
    address = "/leads/bulk/stage?value=Lost"
    refused = do(ada, address, reason="")
    assert refused.status_code == 422
    assert "Type why these deals are decided." in refused.text
    assert do(ada, address, reason="x" * 201).status_code == 422
    answer = do(ada, address, reason="Budget, says jane@gmail.com")
    assert answer.status_code == 303
    assert "looked real" in ada.get(answer.headers["Location"]).text


def test_sent_again_or_after_another_change_it_shows_the_effect_again(ada: Visitor) -> None:
    tick(ada, "", "L001", "L002")
    address = "/leads/bulk/tag?value=Fleet&do=remove"
    form = ada.hidden(address)
    assert ada.post(address, form).status_code == 303
    after = ada.everything()
    again = ada.post(address, form)
    assert again.status_code == 409
    assert "This drive changed since you looked" in again.text
    assert ada.everything() == after
    form = ada.hidden("/leads/bulk/delete")
    ada.edit("L003", name="Changed meanwhile")
    assert ada.post("/leads/bulk/delete", form).status_code == 409
    assert ada.lead("L001")["id"] == "L001"


def test_what_there_is_not_is_refused_in_words(ada: Visitor) -> None:
    tick(ada, "", "L001")
    assert ada.get("/leads/bulk/paint").status_code == 404
    assert ada.get("/leads/bulk/tag?value=Nope").status_code == 400
    assert ada.get("/leads/bulk/owner?value=Nobody").status_code == 400
    assert ada.get("/leads/bulk/stage?value=Nowhere").status_code == 400
    assert ada.get("/leads/bulk/tag").status_code == 200
    tick(ada, "", then="clear")
    assert "Nothing is selected" in ada.get("/leads/bulk/tag").text
    answer = tick(ada, "", then="tag")
    assert "Tick some leads first" in ada.get(answer.headers["Location"]).text


def test_a_selection_belongs_to_the_drive_it_was_made_in(ada: Visitor) -> None:
    tick(ada, "", "L001")
    ada.start()
    assert ">0</output> selected" in ada.get("/leads").text
    assert "Nothing is selected" in ada.get("/leads/bulk/delete").text


def test_above_the_cap_of_own_rows_it_says_so_and_offers_the_first_that_fit(engine: Engine, tmp_path: Path) -> None:
    app = sandbox_app(tmp_path, SANDBOX_MOST_ROWS="30")
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    ada = Visitor(app).start()
    before = ada.everything()
    ada.edit("L001", name="Has a row already")
    tick(ada, "?sort=name", then="all")
    address = "/leads/bulk/owner?value=Ines"
    page = unescape(ada.get(address).text)
    assert "That is more than one act can reach" in page
    assert "room for 29 more" in page
    assert do(ada, address).status_code in (409, 422)
    offered = re.search(r'href="([^"]*first=1)">Take the first (\d+)<', page)
    assert offered
    assert do(ada, offered[1]).status_code == 303
    assert sum(item["owner"] == "Ines" for item in ada.list("?sort=name")["items"][:30]) == 30
    ada.undo()
    ada.undo()
    assert ada.everything() == before


def test_a_new_tag_is_typed_for_many_and_is_one_of_the_drives_from_then_on(ada: Visitor) -> None:
    tick(ada, "", "L001", "L004", then="tag")
    address = "/leads/bulk/tag?do=add&value=&new=Spring+fair"
    assert "Tag 2 leads Spring fair" in ada.get(address).text
    assert ada.send(address, shown=address).status_code == 303
    tagged = {item["id"] for item in json.loads(ada.get("/leads/export?as=json").text)["leads"] if TAG in item["tags"]}
    assert tagged == {"L001", "L004"}
    assert f"<option>{TAG}</option>" in ada.get("/leads/bulk/tag").text
    ada.undo()
    assert TAG not in ada.lead("L001")["tags"]
    assert "What would happen" not in ada.get("/leads/bulk/tag?do=remove&value=&new=Spring+fair").text


@pytest.mark.parametrize("typed", ["x" * 41, "jane@acme.com", "%00"])
def test_a_new_tag_that_can_be_none_is_refused_in_words(ada: Visitor, typed: str) -> None:
    tick(ada, "", "L001", "L004", then="tag")
    answer = ada.get(f"/leads/bulk/tag?do=add&new={typed}")
    assert answer.status_code in (400, 422)
    assert "Show the effect" not in answer.text or "new-error" in answer.text
    assert "What would happen" not in answer.text


def test_a_new_tag_is_written_as_the_one_that_there_is(ada: Visitor) -> None:
    tick(ada, "", "L001", then="tag")
    page = ada.get("/leads/bulk/tag?do=add&new=net+30").text
    assert "<option selected>Net 30</option>" in page
    assert '<span class="tag">net 30</span>' not in page
