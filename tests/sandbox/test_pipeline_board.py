"""The pipeline: the board agrees with the rows, whatever was moved; every lane goes on as a list."""

import re
from html import unescape

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.sandbox.database import Database, bind
from portal.sandbox.deals.board import SHOWN, board_of
from portal.sandbox.deals.question import Question, ahead_until
from portal.sandbox.drives.days import day_of, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.rows import find_rows
from tests.sandbox.holding import drive_of
from tests.sandbox.small import LEADS, OWNERS, STAGES
from tests.sandbox.visitor import Visitor

IDS = [f"D{number:03}" for number in range(LEADS // 2)]
DAY = 86_400


def test_a_lane_stands_for_each_stage_with_its_sum_and_what_it_will_bring(ada: Visitor) -> None:
    page = text_of(ada.get("/pipeline").text)
    for stage in ("New", "Contacted", "Proposal", "Won in", "Lost in"):
        assert stage in page
    assert re.search(r"Heading for \$[\d,]+ by \w+ \d+", page)
    assert re.search(r"\$[\d,]+ × 60% = \$[\d,]+", page)


def test_a_lane_shows_its_first_cards_and_leads_on_to_all_of_them(app: Flask, ada: Visitor) -> None:
    page = ada.get("/pipeline").text
    link = re.search(r'<a href="(/deals\?stage=New)">(\d+) more', page)
    assert link
    assert f"{SHOWN + int(link[2])} deals" in text_of(ada.get(link[1]).text)
    assert len(re.findall(r'<tr>\s*<th class="list-name" scope="row">', ada.get(link[1]).text)) == SHOWN + int(link[2])


def test_whatever_the_address_asks_for_is_answered_or_refused_in_words(ada: Visitor) -> None:
    for query in ("owner=Ines", "close=ahead", "close=late", "close=none", "close=2026-04", "owner=You&close=none"):
        assert ada.get(f"/pipeline?{query}").status_code == 200, query
        assert ada.get(f"/deals?{query}").status_code == 200, query
    for query in ("owner=Nobody", "close=soon", "close=2026-13", "stage=None", "page=0", "page=x", "x=1", "waiting=1"):
        answer = ada.get(f"/deals?{query}")
        assert (answer.status_code, "Traceback" in answer.text) == (400, False), query
    assert ada.get("/deals?page=99").status_code == 404


@pytest.mark.parametrize("query", ["", "owner=Ines", "close=ahead", "close=late", "close=none"])
def test_the_board_agrees_with_the_rows(database: Database, ada: Visitor, query: str) -> None:
    ada.send("/deals/D005/move", stage="Contacted")
    ada.send("/deals/D007/delete")
    agree(database, ada, Question(**dict([query.split("=")] if query else [])))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*STAGES, "undo", "delete"])), max_size=8),
    owner=st.sampled_from(["", *OWNERS]),
)
def test_after_any_moves_the_board_agrees_with_the_rows(
    app: Flask, database: Database, moves: list[tuple[str, str]], owner: str
) -> None:
    ada = Visitor(app).start()
    for deal, to in moves:
        if to == "undo":
            ada.undo()
        elif to == "delete":
            ada.send(f"/deals/{deal}/delete")
        else:
            ada.send(f"/deals/{deal}/move", stage=to, reason="Price", amount="1,000", close_on="2026-03-20")
    agree(database, ada, Question(owner=owner))


def agree(database: Database, visitor: Visitor, question: Question) -> None:
    """What the board says is what one finds by going through the rows one by one."""
    with database.reading() as db:
        drive = drive_of(db, visitor)
        bind(db, drive.id)
        board = board_of(db, drive, question)
        rows = list(find_rows(db, drive, DEALS, IDS).values())
    stages = {stage.name: stage for stage in stages_of(drive)}
    still_open = [deal for deal in rows if stages[deal.stage].is_open and fits(drive, deal, question)]
    for lane in board.open:
        here = [deal for deal in still_open if deal.stage == lane.stage.name]
        worth = sum(deal.amount or 0 for deal in here)
        assert lane.total == (len(here), worth)
        assert lane.weighted == worth * lane.stage.chance // 100
        assert {deal.id for deal in lane.deals} <= {deal.id for deal in here}
        assert len(lane.deals) == min(SHOWN, len(here))
    month = f"{today(drive):%Y-%m}"
    for lane in board.closed:
        here = [
            deal
            for deal in rows
            if deal.stage == lane.stage.name
            and question.owner in ("", deal.owner)
            and f"{day_of(drive, deal.closed_at or 0):%Y-%m}" == month
        ]
        assert lane.total == (len(here), sum(deal.amount or 0 for deal in here))
    ahead = [d for d in still_open if d.close_on is not None and day_of(drive, d.close_on) <= ahead_until(drive)]
    by_stage = [sum(d.amount or 0 for d in ahead if d.stage == s.name) * s.chance // 100 for s in stages.values()]
    assert board.outlook.forecast == sum(by_stage)
    assert board.outlook.open == (len(still_open), sum(deal.amount or 0 for deal in still_open))
    late = [d for d in still_open if drive.clock - d.moved_at > (stages[d.stage].wait or 0) * DAY]
    assert board.outlook.waiting == (len(late), sum(deal.amount or 0 for deal in late))


def fits(drive: Drive, deal: Deal, question: Question) -> bool:
    if question.owner not in ("", deal.owner):
        return False
    if question.close == "none":
        return deal.close_on is None
    if question.close == "late":
        return deal.close_on is not None and day_of(drive, deal.close_on) < today(drive)
    if question.close == "ahead":
        return deal.close_on is not None and day_of(drive, deal.close_on) <= ahead_until(drive)
    return True


def test_a_deal_that_just_moved_stands_first_in_its_lane(database: Database, ada: Visitor) -> None:
    ada.send("/deals/D005/move", stage="Contacted")
    with database.reading() as db:
        drive = drive_of(db, ada)
        bind(db, drive.id)
        lane = next(lane for lane in board_of(db, drive, Question()).open if lane.stage.name == "Contacted")
    assert lane.deals[0].id == "D005"


def test_each_drive_has_a_board_of_its_own(ada: Visitor, ben: Visitor) -> None:
    before = counts(ben)
    ada.send("/deals/D002/move", stage="Contacted")
    assert counts(ada) != before
    assert counts(ben) == before


def counts(visitor: Visitor) -> list[str]:
    return re.findall(r'</span> <span class="soft">(\d+)</span></h2>', visitor.get("/pipeline").text)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.replace("</dd>", " "))))
