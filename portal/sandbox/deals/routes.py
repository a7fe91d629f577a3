"""The pipeline: a board, its lanes as lists, each deal with its page, and moving one."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.deals.board import Board, board_of, page_of, sum_of
from portal.sandbox.deals.cards import cards_of, days_on_stage, moves_of
from portal.sandbox.deals.changes import Changed, create_deal, delete_deal, edit_deal, move_deal
from portal.sandbox.deals.drawing import bar_of, finding_of
from portal.sandbox.deals.forms import (
    DealForm,
    FilledForm,
    empty_filled,
    filled_form,
    in_words,
    reasons_of,
    sent_form,
    shown_form,
)
from portal.sandbox.deals.question import PAGE, Question, asked_for, close_choices, owners_of, read_address, write_query
from portal.sandbox.deals.wording import LABELS, Refusal, refusal_of
from portal.sandbox.drives.addressed import pages_of, sought_in
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.days import day_in_words, day_of, month_in_words, month_number, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import DEALS, Deal
from portal.sandbox.drives.moving import Refused, stage_named
from portal.sandbox.drives.overlay import find_lead, list_leads
from portal.sandbox.drives.question import Question as LeadQuestion
from portal.sandbox.drives.rows import find_row
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.changes import fingerprint
from portal.sandbox.leads.wording import money_in_words
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("deals", __name__)

BOARD_FILTERS = ("owner", "close")
MOST_FOUND = 8


@blueprint.get("/pipeline")
def board() -> str:
    """A lane for each stage, and where all of it is heading."""
    with web.reading() as db:
        drive = open_drive(db)
        return _render_board(db, drive, _board_question(drive))


@blueprint.get("/deals")
def index() -> str:
    """Deals as a list: of one lane, of one owner, closing or closed in a month, a page at a time."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = read_address(request.args, drive)
        columns = columns_of(db, drive, DEALS)
        rows = asked_for(drive, columns, asked.question)
        deals, total = page_of(db, drive, rows, page=asked.page, size=PAGE)
        return render_template(
            "deals/index.html",
            drive=around(db, drive),
            question=asked.question,
            cards=cards_of(db, drive, deals),
            steps={stage.name: stage.step for stage in stages_of(drive)},
            close_on={deal.id: in_words(drive, deal, "close_on") for deal in deals},
            worth=money_in_words(sum_of(columns, rows).amount, drive.currency),
            closed_month=_closed_month(drive, asked.question),
            query=write_query(asked.question),
            **pages_of(
                total, page=asked.page, size=PAGE, address=lambda one: f"/deals{write_query(asked.question, page=one)}"
            ),
            **_choices(drive),
        )


@blueprint.get("/deals/new")
def new() -> str:
    """An empty form, once there is a lead to sell to."""
    with web.reading() as db:
        drive = open_drive(db)
        lead_id = request.args.get("lead", "")
        lead = find_lead(db, drive, lead_id) if lead_id else None
        if lead_id and lead is None:
            raise Problem(404, "There is no such lead here", "Look for it in the list of leads, or pick another one.")
        return _render_new(db, drive, shown_form(drive, None, lead=lead))


@blueprint.post("/deals/new")
def create() -> Answer | tuple[str, int]:
    """Add a deal."""
    with web.transaction() as db:
        drive = open_drive(db)
        form = sent_form(db, drive, None, sent=request.form, twins=twins_of(drive))
        if not form.validate() or form.found_lead is None:
            return _render_new(db, drive, form), 422
        deal = create_deal(
            db,
            drive,
            lead=form.found_lead,
            stage=_get_stage(drive, form.stage.data),
            entered=form.entered,
            now=clock.now(),
        )
    tell_next(f"Added the deal {deal.title}", form.swaps)
    return redirect(url_for("deals.show", deal_id=deal.id), 303)


@blueprint.get("/deals/<deal_id>")
def show(deal_id: str) -> str:
    """One deal, its lead, and the form that changes it."""
    with web.reading() as db:
        drive = open_drive(db)
        deal = _get_deal(db, drive, deal_id)
        return _render(db, drive, deal, shown_form(drive, deal))


@blueprint.post("/deals/<deal_id>")
def update(deal_id: str) -> Answer | tuple[str, int]:
    """Change what a deal says."""
    with web.transaction() as db:
        drive = open_drive(db)
        deal = _get_deal(db, drive, deal_id)
        form = sent_form(db, drive, deal, sent=request.form, twins=twins_of(drive))
        if not form.validate():
            return _render(db, drive, deal, form), 422
        try:
            done = edit_deal(db, drive, deal, entered=form.entered, seen=form.fingerprint.data or "", now=clock.now())
        except Changed:
            form.fingerprint.data = fingerprint(deal)
            return _render(db, drive, deal, form, differences=form.differences(deal)), 409
    tell_next(done or "", form.swaps)
    return redirect(url_for("deals.show", deal_id=deal.id), 303)


@blueprint.post("/deals/<deal_id>/move")
def move(deal_id: str) -> Answer | tuple[str, int]:
    """Move a deal to another stage, with what that stage needs of it; the answer to a refusal says what is missing."""
    with web.transaction() as db:
        drive = open_drive(db)
        deal = _get_deal(db, drive, deal_id)
        question = _board_question(drive)
        stage = _get_stage(drive, request.form.get("stage", ""))
        form = filled_form(drive, deal, sent=request.form, twins=twins_of(drive))
        is_on_board = request.form.get("back") != "deal"
        missing = _asked_for(deal, stage, form)
        if not form.validate() or missing:
            wrong = tuple(name for name in form.errors if isinstance(name, str) and name not in missing)
            refusal = refusal_of(deal.id, stage=stage.name, missing=missing, wrong=wrong)
            return _refuse(db, drive, deal, question, refusal, form, is_on_board=is_on_board), 422
        try:
            done = move_deal(
                db, drive, deal, stage=stage, filled=form.stored, seen=request.form.get("seen", ""), now=clock.now()
            )
        except Refused as refused:
            refusal = refusal_of(deal.id, stage=stage.name, missing=refused.missing)
            return _refuse(db, drive, deal, question, refusal, form, is_on_board=is_on_board), 422
        except Changed:
            raise Problem(
                409,
                "This deal was moved meanwhile",
                f"It stands on {deal.stage} now, and nothing was changed just now. "
                "Go back to the pipeline, reload it, and move the deal again.",
            ) from None
    tell_next(done or "", form.swaps)
    if is_on_board:
        return redirect(url_for("deals.board") + write_query(question), 303)
    return redirect(url_for("deals.show", deal_id=deal.id), 303)


@blueprint.post("/deals/<deal_id>/delete")
def destroy(deal_id: str) -> Answer:
    """Take a deal out; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        deal = _get_deal(db, drive, deal_id)
        delete_deal(db, drive, deal, now=clock.now())
    tell_next(f"Deleted the deal {deal.title}")
    return redirect(url_for("deals.board"), 303)


def _board_question(drive: Drive) -> Question:
    return read_address(request.args, drive, known=BOARD_FILTERS).question


def _get_deal(db: Session, drive: Drive, deal_id: str) -> Deal:
    deal = find_row(db, drive, DEALS, deal_id)
    if deal is None:
        raise Problem(
            404, "There is no such deal here", "If you deleted it, Undo brings it back. Else look on the pipeline."
        )
    return deal


def _get_stage(drive: Drive, name: str) -> Stage:
    stage = stage_named(drive, name)
    if stage is None:
        names = ", ".join(one.name for one in stages_of(drive))
        raise Problem(400, "There is no such stage", f"Nothing was changed. There are: {names}.")
    return stage


def _asked_for(deal: Deal, stage: Stage, form: FilledForm) -> tuple[str, ...]:
    """Whoever wins or loses a deal is asked why, even where the business does not insist on it."""
    is_asked = not stage.is_open and stage.name != deal.stage
    lacks = [name for name in stage.needs if not (form[name].data or "").strip()] if stage.name != deal.stage else []
    if is_asked and "reason" not in request.form and "reason" not in lacks:
        lacks.append("reason")
    return tuple(lacks)


def _refuse(
    db: Session, drive: Drive, deal: Deal, question: Question, refusal: Refusal, form: FilledForm, *, is_on_board: bool
) -> str:
    """The refusal stands where the deal stands: on its card, or on its page where the board does not show it."""
    if is_on_board:
        found = board_of(db, drive, question, pinned=deal.id)
        if any(deal in lane.deals for lane in (*found.open, *found.closed)):
            return _draw_board(db, drive, question, found, refusal=refusal, filled=form)
    return _render(db, drive, deal, shown_form(drive, deal), refusal=refusal, filled=form)


def _render_board(db: Session, drive: Drive, question: Question) -> str:
    return _draw_board(db, drive, question, board_of(db, drive, question))


def _draw_board(
    db: Session,
    drive: Drive,
    question: Question,
    found: Board,
    *,
    refusal: Refusal | None = None,
    filled: FilledForm | None = None,
) -> str:
    lanes = [*found.open, *found.closed]
    shown = [deal for lane in lanes for deal in lane.deals]
    cards = {card.deal.id: card for card in cards_of(db, drive, shown)}
    now = today(drive)
    return render_template(
        "deals/board.html",
        drive=around(db, drive),
        question=question,
        view=write_query(question),
        open_lanes=found.open,
        closed_lanes=found.closed,
        cards=cards,
        outlook=found.outlook,
        finding=finding_of(drive, found.outlook),
        bar=bar_of(drive, found.outlook),
        money=lambda minor: money_in_words(minor, drive.currency),
        query_of=write_query,
        month=month_in_words(month_number(now), seen_from=now),
        refusal=refusal,
        filled=filled,
        labels=LABELS,
        reasons=_reasons(drive, refusal),
        **_choices(drive),
    )


def _choices(drive: Drive) -> dict[str, Any]:
    return {"owners": owners_of(drive), "closes": close_choices(drive)}


def _closed_month(drive: Drive, question: Question) -> str:
    if not question.closed:
        return ""
    year, month = question.closed.split("-")
    return month_in_words((int(year) - 1970) * 12 + int(month) - 1, seen_from=today(drive))


def _reasons(drive: Drive, refusal: Refusal | None) -> list[str]:
    stage = stage_named(drive, refusal.stage) if refusal else None
    return list(reasons_of(drive, stage)) if stage else []


def _render(
    db: Session,
    drive: Drive,
    deal: Deal,
    form: DealForm,
    *,
    differences: list[tuple[str, str]] | None = None,
    refusal: Refusal | None = None,
    filled: FilledForm | None = None,
) -> str:
    now = today(drive)
    lead = find_lead(db, drive, deal.lead_id)
    stage = stages_of(drive)[deal.stage_rank]
    return render_template(
        "deals/show.html",
        drive=around(db, drive),
        deal=deal,
        stage=stage,
        lead=lead,
        form=form,
        moves=moves_of(drive, deal),
        days=days_on_stage(drive, deal),
        amount=money_in_words(deal.amount, drive.currency),
        likely=money_in_words(None if deal.amount is None else deal.amount * stage.chance // 100, drive.currency),
        steps=[
            (words, day_in_words(day_of(drive, at), seen_from=now))
            for words, at in (
                ("Opened", deal.opened_at),
                (f"Came to {deal.stage}", deal.moved_at),
                ("Closed", deal.closed_at),
            )
            if at is not None and (words != "Closed" or deal.closed_at != deal.moved_at)
        ],
        differences=differences,
        refusal=refusal,
        filled=filled or empty_filled(drive, deal),
        labels=LABELS,
        reasons=_reasons(drive, refusal),
        all_reasons=list(reasons_of(drive, stage)),
    )


def _render_new(db: Session, drive: Drive, form: DealForm) -> str:
    sought = sought_in(request.args.get("q", ""))
    found = list_leads(db, drive, LeadQuestion(q=sought, sort="name"), page=1) if sought else None
    return render_template(
        "deals/new.html",
        drive=around(db, drive),
        form=form,
        lead=form.found_lead,
        sought=sought,
        found=found.leads[:MOST_FOUND] if found else [],
        total=found.total if found else 0,
    )
