"""A deal: moved by the rules of its stages and its lead with it, changed on its page, taken back by undo."""

import re
from html import unescape

import pytest
from flask import Flask

from portal.sandbox.database import Database
from portal.sandbox.deals.forms import MOST_TITLE
from portal.sandbox.drives.days import day_of, today
from portal.sandbox.drives.journal import count_acts
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.rows import find_row
from portal.sandbox.leads.amounts import MOST_AMOUNT, NotAnAmount, amount_of, amount_typed
from tests.sandbox.holding import drive_of
from tests.sandbox.test_lead_page import stored_bytes
from tests.sandbox.visitor import Visitor, hidden_in

# D002 of the lead L004: on Proposal, $206, with a close date. D003 of L006: won. D005 of L010: new. D004 of L008: lost.


def deal(database: Database, visitor: Visitor, deal_id: str) -> Deal | None:
    with database.reading() as db:
        return find_row(db, drive_of(db, visitor), DEALS, deal_id)


def kept(database: Database, visitor: Visitor, deal_id: str) -> Deal:
    found = deal(database, visitor, deal_id)
    assert found is not None
    return found


def acts(database: Database, visitor: Visitor) -> int:
    with database.reading() as db:
        drive_of(db, visitor)
        return count_acts(db)


def created(visitor: Visitor, **typed: str) -> str:
    answer = visitor.send("/deals/new", **typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).rpartition("/")[2]


def test_a_move_takes_the_deal_and_its_lead_along(database: Database, ada: Visitor) -> None:
    answer = ada.send("/deals/D002/move", stage="Contacted")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pipeline")
    moved = kept(database, ada, "D002")
    assert (moved.stage, moved.stage_rank, moved.moved_at, moved.closed_at) == ("Contacted", 1, 0, None)
    lead = ada.lead("L004")
    assert lead["stage"] == "Contacted"
    assert lead["timeline"][0]["words"] == "Two wheels, number 2: Proposal to Contacted"
    assert (lead["last"]["kind"], lead["last"]["words"]) == ("moved", "Two wheels, number 2: Proposal to Contacted")
    assert "Moved Two wheels, number 2 from Proposal to Contacted" in ada.get("/pipeline").text


def test_the_filters_of_the_board_are_kept_through_a_move(ada: Visitor) -> None:
    answer = ada.send("/deals/D002/move?owner=Ines&close=ahead", stage="Contacted")
    assert answer.headers["Location"] == "/pipeline?owner=Ines&close=ahead"
    assert ada.send("/deals/D002/move", stage="New", back="deal").headers["Location"] == "/deals/D002"


def test_undo_of_a_move_restores_the_deal_and_its_lead(database: Database, ada: Visitor) -> None:
    before = (deal(database, ada, "D002"), ada.lead("L004"))
    ada.send("/deals/D002/move", stage="Lost", reason="Price")
    assert (deal(database, ada, "D002"), ada.lead("L004")) != before
    ada.undo()
    assert (deal(database, ada, "D002"), ada.lead("L004")) == before


def test_winning_closes_the_deal_says_why_and_empties_what_the_lead_has_open(database: Database, ada: Visitor) -> None:
    ada.send("/deals/D002/move", stage="Won", reason="Best offer")
    won = kept(database, ada, "D002")
    assert (won.stage, won.closed_at, won.reason) == ("Won", 0, "Best offer")
    lead = ada.lead("L004")
    assert (lead["stage"], lead["deal"], lead["value"]) == ("Won", "", None)
    assert [lead["timeline"][0][name] for name in ("kind", "body")] == ["won", "Best offer"]
    ada.send("/deals/D002/move", stage="Proposal")
    again = kept(database, ada, "D002")
    assert (again.closed_at, again.reason) == (None, "")
    lead = ada.lead("L004")
    assert (lead["stage"], lead["deal"], lead["value"]) == ("Proposal", again.title, again.amount)


def test_a_refusal_says_what_is_missing_and_changes_nothing(database: Database, ada: Visitor) -> None:
    before = (deal(database, ada, "D002"), ada.everything(), acts(database, ada))
    answer = ada.send("/deals/D002/move", stage="Lost")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "Not moved to Lost" in page
    assert "A deal on Lost needs a reason, and this one has none. Nothing was changed." in page
    assert (deal(database, ada, "D002"), ada.everything(), acts(database, ada)) == before
    assert acts(database, ada) == 0


def test_what_is_missing_is_filled_in_on_the_card_and_the_deal_moves(database: Database, ada: Visitor) -> None:
    page = ada.send("/deals/D002/move", stage="Lost").text
    form = page.partition('class="deal-refusal"')[2].partition("</form>")[0]
    assert 'name="reason"' in form
    assert ada.post("/deals/D002/move", hidden_in(form) | {"reason": "Too expensive"}).status_code == 303
    assert kept(database, ada, "D002").reason == "Too expensive"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "needs an amount, a close date and a reason"),
        ({"amount": "much", "close_on": "2026-03-20", "reason": ""}, "Type an amount such as"),
        ({"amount": "1", "close_on": "soon", "reason": ""}, "Type a date such as"),
        ({"amount": "1", "close_on": "9999-01-01", "reason": ""}, "within 10 years"),
    ],
)
def test_a_deal_without_amount_and_date_cannot_be_won(
    database: Database, ada: Visitor, typed: dict[str, str], words: str
) -> None:
    bare = created(ada, title="Bare", lead="L001", stage="New")
    before = deal(database, ada, bare)
    answer = ada.send(f"/deals/{bare}/move", stage="Won", **typed)
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert deal(database, ada, bare) == before
    assert ada.send(f"/deals/{bare}/move", stage="Proposal").status_code == 422


def test_what_cannot_be_read_is_asked_for_again_beside_what_is_missing(ada: Visitor) -> None:
    answer = ada.send("/deals/D002/move", stage="Lost", amount="much")
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert "Type an amount such as" in page
    assert page.count('id="fill-') >= 2
    answer = ada.send("/deals/D002/move", stage="Contacted", close_on="soon")
    assert (answer.status_code, "One thing is to put right. Nothing was changed." in answer.text) == (422, True)


def test_winning_asks_for_a_reason_that_may_stay_empty(database: Database, ada: Visitor) -> None:
    answer = ada.send("/deals/D002/move", stage="Won")
    assert answer.status_code == 422
    assert "Not moved to Won" in answer.text
    assert ada.send("/deals/D002/move", stage="Won", reason="").status_code == 303
    assert kept(database, ada, "D002").stage == "Won"


def test_a_refusal_on_the_deals_page_stands_there(ada: Visitor) -> None:
    answer = ada.send("/deals/D002/move", stage="Lost", back="deal")
    assert answer.status_code == 422
    assert "<h1" in answer.text
    assert "Two wheels, number 2</h1>" in answer.text
    hidden = ada.send("/deals/D003/move?owner=You", stage="Lost")  # a card that this board does not show
    assert (hidden.status_code, "Two wheels, number 3</h1>" in hidden.text) == (422, True)


def test_a_lead_stands_where_its_newest_open_deal_stands(database: Database, ada: Visitor) -> None:
    newer = created(ada, title="Newer", lead="L004", stage="New")
    ada.send("/deals/D002/move", stage="Contacted")
    assert ada.lead("L004")["stage"] == "Proposal"  # the older one does not move it
    ada.send(f"/deals/{newer}/move", stage="Contacted")
    assert ada.lead("L004")["stage"] == "Contacted"
    assert ada.lead("L004")["deal"] == "Newer"


def test_the_stage_of_a_lead_moves_its_open_deal(database: Database, ada: Visitor) -> None:
    ada.edit("L004", stage="Contacted")
    assert (kept(database, ada, "D002").stage, ada.lead("L004")["stage"]) == ("Contacted", "Contacted")
    ada.edit("L004", stage="Lost")
    lost = kept(database, ada, "D002")
    assert (lost.stage, lost.reason, ada.lead("L004")["value"]) == ("Lost", "Moved with its lead", None)
    ada.undo()
    assert kept(database, ada, "D002").stage == "Contacted"


def test_a_deal_whose_stage_needs_more_stays_when_its_lead_moves_on(database: Database, ada: Visitor) -> None:
    bare = created(ada, title="Bare", lead="L001", stage="New")
    ada.edit("L001", stage="Proposal")
    assert (kept(database, ada, bare).stage, ada.lead("L001")["stage"]) == ("New", "Proposal")
    assert "stays on New" in ada.lead("L001")["timeline"][0]["body"]


def test_a_new_deal_is_added_to_a_lead(database: Database, ada: Visitor) -> None:
    ada.edit("L001", stage="Contacted")
    page = ada.get("/deals/new?lead=L001").text
    assert "<option selected" in page
    new = created(ada, title="Six wheels", lead="L001", amount="1,234.50", close_on="2026-04-01", product="Wheels")
    found = kept(database, ada, new)
    assert (found.title, found.amount, found.lead_id, found.stage) == ("Six wheels", 123_450, "L001", "Contacted")
    assert found.owner == "Tobias"
    lead = ada.lead("L001")
    assert (lead["deal"], lead["value"], lead["last"]["words"]) == ("Six wheels", 123_450, "Deal added: Six wheels")
    page = ada.get("/pipeline").text
    assert "Six wheels" in page
    ada.undo()
    assert deal(database, ada, new) is None
    assert ada.lead("L001")["deal"] == ""


def test_a_lead_is_found_for_a_new_deal(ada: Visitor) -> None:
    page = ada.get("/deals/new?q=osric").text
    assert '<a class="typed" href="/deals/new?lead=L' in page
    assert "No lead fits" in ada.get("/deals/new?q=nobody+at+all").text
    assert ada.get("/deals/new?lead=nothing").status_code == 404
    assert ada.get("/deals/new?q=%00").status_code == 400


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "Type a title."),
        ({"lead": "nobody"}, "Pick a lead."),
        ({"amount": "twelve"}, "Type an amount such as"),
        ({"amount": "99999999999999"}, "Type an amount"),
        ({"stage": "Won"}, "Pick one of the open stages."),
        ({"stage": "Proposal"}, "A deal on Proposal needs an amount."),
        ({"product": "Boats"}, "Pick one of the products."),
        ({"owner": "Nobody"}, "Pick one of the owners."),
        ({"close_on": "31.3.2026"}, "Type a date such as"),
        ({"title": "x" * (MOST_TITLE + 1)}, "Shorten it"),
        ({"title": "two\nlines"}, "on one line"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(
    database: Database, ada: Visitor, typed: dict[str, str], words: str
) -> None:
    answer = ada.send("/deals/new", **({"title": "Kept title", "lead": "L001", "stage": "New"} | typed))
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert "Kept title" in answer.text or "title" in typed
    assert acts(database, ada) == 0


def test_an_edit_changes_what_it_names_and_saving_the_same_is_no_act(database: Database, ada: Visitor) -> None:
    before = kept(database, ada, "D002")
    shown = ada.hidden("/deals/D002")
    fields = {
        "title": before.title,
        "amount": amount_typed(before.amount),
        "close_on": shown_date(ada, "D002"),
        "product": before.product,
        "owner": before.owner,
    }
    assert ada.post("/deals/D002", shown | fields).status_code == 303
    assert acts(database, ada) == 0
    ada.post("/deals/D002", shown | fields | {"amount": "$2,000"})
    assert kept(database, ada, "D002") == before._replace(amount=200_000)
    assert ada.lead("L004")["value"] == 200_000
    assert "Changed amount of the deal Two wheels, number 2" in ada.get("/deals/D002").text


def test_an_edit_of_what_changed_meanwhile_is_refused_with_both_shown(ada: Visitor) -> None:
    shown = ada.hidden("/deals/D002")
    ada.send("/deals/D002", title="First")
    answer = ada.post("/deals/D002", shown | {"title": "Second"})
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "This deal changed while you were writing" in page
    assert "First" in page
    assert 'value="Second"' in page
    assert ada.post("/deals/D002", hidden_in(answer.text) | {"title": "Second"}).status_code == 303


def test_a_move_of_what_was_moved_meanwhile_is_refused(database: Database, ada: Visitor) -> None:
    ada.send("/deals/D002/move", stage="Contacted", seen="Proposal")
    answer = ada.send("/deals/D002/move", stage="New", seen="Proposal")
    assert (answer.status_code, kept(database, ada, "D002").stage) == (409, "Contacted")


def test_an_edit_cannot_take_away_what_the_stage_needs(database: Database, ada: Visitor) -> None:
    answer = ada.send("/deals/D002", amount="")
    assert answer.status_code == 422
    assert "A deal on Proposal needs an amount." in answer.text
    assert kept(database, ada, "D002").amount is not None


def test_a_deleted_deal_is_gone_and_comes_back(database: Database, ada: Visitor) -> None:
    before = (kept(database, ada, "D002"), ada.lead("L004"))
    assert ada.send("/deals/D002/delete").status_code == 303
    assert ada.get("/deals/D002").status_code == 404
    assert ada.lead("L004")["value"] is None
    ada.undo()
    assert (kept(database, ada, "D002"), ada.lead("L004")) == before


def test_crafted_ids_and_stages_are_refused_in_words(ada: Visitor) -> None:
    for deal_id in ("nothing", "L001", "D999", "' OR 1=1 --", "%00", "x" * 400):
        for answer in (ada.get(f"/deals/{deal_id}"), ada.send(f"/deals/{deal_id}/move", stage="New")):
            assert answer.status_code in (400, 404), deal_id
    for stage in ("", "Nowhere", "won", "<b>", "New\0"):
        answer = ada.send("/deals/D002/move", stage=stage)
        assert (answer.status_code, "There is no such stage" in answer.text) == (400, True)
    assert ada.send("/deals/D002/move?owner=<b>", stage="New").status_code == 400


def test_no_drive_reaches_the_deals_of_another(database: Database, ada: Visitor, ben: Visitor) -> None:
    own = created(ada, title="Only hers", lead="L001", stage="New")
    for answer in (
        ben.get(f"/deals/{own}"),
        ben.send(f"/deals/{own}", title="His"),
        ben.send(f"/deals/{own}/move", stage="Contacted"),
        ben.send(f"/deals/{own}/delete"),
    ):
        assert answer.status_code == 404
    assert kept(database, ada, own).title == "Only hers"
    assert "Only hers" not in ben.get("/pipeline").text + ben.get("/deals?stage=New").text


def test_a_hostile_title_is_shown_as_text_everywhere(ada: Visitor) -> None:
    hostile = '"><script>alert(1)</script>'
    own = created(ada, title=hostile, lead="L001", stage="New")
    ada.send(f"/deals/{own}/move", stage="Contacted")
    refused = ada.send(f"/deals/{own}/move", stage="Lost", reason=" ")
    assert refused.status_code == 422
    pages = [ada.get(a).text for a in ("/pipeline", "/deals", f"/deals/{own}", "/leads/L001")] + [refused.text]
    for page in pages:
        assert "<script>alert" not in page
        assert "alert(1)" in page


def test_what_looks_real_in_a_title_or_a_reason_becomes_a_twin(app: Flask, database: Database, ada: Visitor) -> None:
    own = created(ada, title="Bikes for ann.acme@gmail.com", lead="L001", stage="New")
    assert "gmail" not in kept(database, ada, own).title
    page = ada.get(f"/deals/{own}").text
    assert "looked real" in page
    ada.send(f"/deals/{own}/move", stage="Lost", reason="Rang 415-867-5309, no")
    assert "867" not in kept(database, ada, own).reason
    assert b"ann.acme@gmail" not in stored_bytes(app)


def test_an_old_deal_is_marked_by_shape_word_and_colour(ada: Visitor) -> None:
    page = ada.get("/pipeline").text
    card = page.partition("deal-old")[2].partition("</li>")[0]
    assert "#hourglass" in card or "hourglass" in card
    assert "longer than usual" in card


def test_amounts_are_typed_as_people_write_them() -> None:
    for typed, minor in {
        "": None,
        "1234": 123_400,
        "1,234.50": 123_450,
        "$1,234.5": 123_450,
        "0": 0,
        " 12 ": 1200,
        "1,000,000": 100_000_000,
    }.items():
        assert amount_of(typed) == minor
    for typed in ("1,23", "1.234,50", "-5", "1e5", "NaN", "12.345", "٣", "1 000", "9" * 13, f"{MOST_AMOUNT}"):
        with pytest.raises(NotAnAmount):
            amount_of(typed)
    for minor in (None, 0, 5, 123_450, MOST_AMOUNT):
        assert amount_of(amount_typed(minor)) == minor


def shown_date(visitor: Visitor, deal_id: str) -> str:
    found = re.search(r'name="close_on"[^>]*value="([^"]*)"', visitor.get(f"/deals/{deal_id}").text)
    assert found
    return found[1]


def test_days_are_those_of_the_drives_clock(database: Database, ada: Visitor) -> None:
    with database.reading() as db:
        drive = drive_of(db, ada)
        assert today(drive) == day_of(drive, drive.clock) == drive.epoch.date()
