"""Undo: any twenty acts, in any order, and twenty undos lead back to the same bytes; after a restart too."""

from random import Random

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.sandbox.app import create_app
from tests.sandbox.visitor import TOUCHED, Visitor
from tests.support.sides import close


def twenty_acts(visitor: Visitor, seed: int) -> None:
    """Edits, notes, stages, deletions, new leads and resets, as they come."""
    throw = Random(seed)
    for number in range(20):
        lead = throw.choice(TOUCHED)
        if visitor.get(f"/leads/{lead}.json").status_code == 404:  # deleted a while ago
            visitor.send("/reset")
        answer = throw.choice(ACTS)(visitor, lead, number)
        assert answer.status_code == 303


def rename(visitor: Visitor, lead: str, number: int) -> TestResponse:
    return visitor.edit(lead, name=f"Name {number}", email=f"real{number}@gmail.com", phone="415 867 5309")


def write(visitor: Visitor, lead: str, number: int) -> TestResponse:
    return visitor.edit(lead, note=f"Note {number}: call 415-867-5309")


def move(visitor: Visitor, lead: str, _number: int) -> TestResponse:
    return visitor.edit(lead, stage="Lost" if visitor.lead(lead)["stage"] == "Won" else "Won")


def change_all(visitor: Visitor, lead: str, number: int) -> TestResponse:
    return visitor.edit(lead, name=f"All {number}", company="Co", stage="New", note="And a note")


def delete(visitor: Visitor, lead: str, _number: int) -> TestResponse:
    return visitor.delete(lead)


def create(visitor: Visitor, _lead: str, number: int) -> TestResponse:
    return visitor.send("/leads/new", name=f"New {number}", note="Fresh")


def reset(visitor: Visitor, lead: str, number: int) -> TestResponse:
    visitor.edit(lead, name=f"Before reset {number}")
    return visitor.send("/reset")


ACTS = (rename, write, write, move, change_all, delete, create, create, reset)


def undo_all(visitor: Visitor) -> int:
    undone = 0
    while "Taken back" in visitor.get(visitor.undo().headers["Location"]).text:
        undone += 1
    return undone


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_acts_and_as_many_undos_give_the_same_bytes(ada: Visitor, seed: int) -> None:
    before = ada.everything()
    twenty_acts(ada, seed)
    ada.edit("L009", name="One more")
    assert ada.everything() != before
    assert undo_all(ada) > 20
    assert ada.everything() == before


def test_undo_reaches_over_a_restart(fresh_app: Flask) -> None:
    ada = Visitor(fresh_app).start()
    before = ada.everything()
    twenty_acts(ada, 4)
    changed = ada.everything()
    fresh_app.extensions["database"].close()
    restarted = create_app(fresh_app.extensions["settings"])
    again = Visitor(restarted)
    again.client._cookies = ada.client._cookies
    assert again.everything() == changed
    assert undo_all(again) >= 20
    assert again.everything() == before
    close(restarted)


def test_a_reset_is_one_act_and_is_undone_as_one(ada: Visitor) -> None:
    before = ada.everything()
    twenty_acts(ada, 5)
    ada.edit("L001", name="The last thing")
    changed = ada.everything()
    assert ada.send("/reset").headers["Location"] == "/leads"
    assert "Small Shop is as it was at the start<" in ada.get("/leads").text
    assert ada.everything() == before
    ada.undo()
    assert ada.everything() == changed


def test_with_nothing_to_take_back_it_says_so(ada: Visitor) -> None:
    assert "There is nothing to undo" in ada.get(ada.undo().headers["Location"]).text
    ada.send("/reset")
    assert "as it was at the start already" in ada.get("/leads").text
    assert "There is nothing to undo" in ada.get(ada.undo().headers["Location"]).text


def test_undo_leads_back_to_where_it_was_pressed(ada: Visitor) -> None:
    ada.edit("L001", name="Changed")
    assert ada.send("/undo", shown="/leads/L001").headers["Location"] == "/leads/L001"
    ada.edit("L001", name="Changed")
    view = "/leads?stage=Won&sort=-value"
    assert ada.send("/undo", shown=view).headers["Location"] == view
    created = ada.create(name="Brand New")
    assert ada.send("/undo", shown=f"/leads/{created}").headers["Location"] == "/leads"


@pytest.mark.parametrize(
    "back",
    [
        "https://shop.people.customerhub.net/",
        "//shop.people.customerhub.net",
        "/leads/../..",
        "/\\evil",
        "/leads\n",
        "",
    ],
)
def test_undo_leads_nowhere_else(ada: Visitor, back: str) -> None:
    assert ada.send("/undo", back=back).headers["Location"] == "/leads"


def test_the_layout_says_what_undo_would_take_back(ada: Visitor) -> None:
    ada.edit("L000", stage="Won")
    assert 'Undo<span class="visually-hidden">: Moved Marisol Vance from New to Won</span>' in ada.get("/leads").text
