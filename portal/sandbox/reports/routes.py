"""Reports: all of them on one page, each on its own, and the rows behind every number."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from portal.sandbox import web
from portal.sandbox.deals.board import deals_at
from portal.sandbox.deals.cards import cards_of
from portal.sandbox.drives.addressed import page_in, pages_of
from portal.sandbox.drives.days import day_in_words, day_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.happened import what_happened
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.rows import find_rows
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.wording import money_in_words
from portal.sandbox.reports.activity import activity
from portal.sandbox.reports.cohort import cohort
from portal.sandbox.reports.forecast import forecast
from portal.sandbox.reports.funnel import funnel
from portal.sandbox.reports.ground import Ground
from portal.sandbox.reports.report import Group, Report, Rows
from portal.sandbox.reports.sources import sources
from portal.shared.problems import Problem

blueprint = Blueprint("reports", __name__)

PAGE = 50
REPORTS: Mapping[str, Callable[[Session, Drive, Ground], Report]] = {
    "funnel": funnel,
    "sources": sources,
    "cohort": cohort,
    "forecast": forecast,
    "activity": activity,
}


class Line(NamedTuple):
    """A row behind a number: what leads to it, and what is said of it."""

    address: str
    name: str
    words: tuple[str, ...]


@blueprint.get("/reports")
def index() -> str:
    """All reports."""
    with web.reading() as db:
        drive = open_drive(db)
        ground = Ground(db, drive)
        return render_template(
            "reports/index.html",
            drive=around(db, drive),
            reports=[_report(db, drive, ground, name) for name in REPORTS],
            today=day_in_words(ground.today, seen_from=ground.today),
        )


@blueprint.get("/reports/<name>")
def show(name: str) -> str:
    """One report, with its table open."""
    with web.reading() as db:
        drive = open_drive(db)
        report = _get_report(db, drive, name)
        return render_template("reports/show.html", drive=around(db, drive), report=report)


@blueprint.get("/reports/<name>/rows")
def rows(name: str) -> str:
    """The rows behind one number of a report, a page at a time."""
    with web.reading() as db:
        drive = open_drive(db)
        report = _get_report(db, drive, name)
        key, page = request.args.get("of", ""), page_in(request.args.get("page"))
        group = report.groups.get(key)
        if group is None:
            raise Problem(404, "There is no such number here", "Take one from the table of the report.")
        here = f"/reports/{report.name}/rows?of={key}"
        pager = pages_of(len(group.at), page=page, size=PAGE, address=lambda one: f"{here}&page={one}")
        heads, worth, likely, lines = _ROWS[group.of](db, drive, group, page)
        return render_template(
            "reports/rows.html",
            drive=around(db, drive),
            report=report,
            group=group,
            heads=heads,
            worth=worth,
            likely=likely,
            lines=lines,
            **pager,
        )


# By all that a report depends on.
_kept: Lately[tuple[str, int, str, int, str], Report] = Lately(50)


def _report(db: Session, drive: Drive, ground: Ground, name: str) -> Report:
    key = (drive.public_id, drive.revision, drive.version, drive.clock, name)
    return _kept.find(key) or _kept.keep(key, REPORTS[name](db, drive, ground))


def _get_report(db: Session, drive: Drive, name: str) -> Report:
    if name not in REPORTS:
        raise Problem(404, "There is no such report", f"There are: {', '.join(REPORTS)}.")
    return _report(db, drive, Ground(db, drive), name)


Behind = tuple[tuple[str, ...], str, str, list[Line]]  # heads, what all is worth and likely to bring, and the rows


def _leads(db: Session, drive: Drive, group: Group, page: int) -> Behind:
    columns = Ground(db, drive).leads
    ids = columns.texts("id")[_part(group.at, columns.numbers("came_at")[group.at], page)].tolist()
    found = find_rows(db, drive, LEADS, ids)
    lines = [
        Line(
            f"/leads/{lead.id}",
            lead.name,
            (lead.company, lead.stage, lead.source, _day(drive, lead.came_at)),
        )
        for lead in (found[one] for one in ids)
    ]
    return ("Lead", "Company", "Stage", "Source", "Came in"), "", "", lines


def _deals(db: Session, drive: Drive, group: Group, page: int) -> Behind:
    ground = Ground(db, drive)
    columns = ground.deals
    amounts = np.maximum(columns.numbers("amount"), 0)[group.at]
    cards = cards_of(db, drive, deals_at(db, drive, _part(group.at, amounts, page)))
    lines = [
        Line(
            f"/deals/{card.deal.id}",
            card.deal.title,
            (
                card.who,
                card.deal.stage,
                card.amount,
                _day(drive, card.deal.close_on if card.deal.closed_at is None else card.deal.closed_at),
            ),
        )
        for card in cards
    ]
    heads = ("Deal", "Company or lead", "Stage", "Amount", "Closes or closed")
    chances = np.array([stage.chance for stage in ground.stages])[columns.numbers("stage_rank")[group.at]]
    likely = int((amounts * np.where(ground.is_won[group.at], 100, chances)).sum()) // 100
    is_open = bool(ground.is_open[group.at].any())
    worth, weighed = (money_in_words(one, drive.currency) for one in (int(amounts.sum()), likely // 100 * 100))
    return heads, worth, weighed if is_open else "", lines


def _entries(db: Session, drive: Drive, group: Group, page: int) -> Behind:
    happened = what_happened(db, drive)
    at = _part(group.at, happened.at[group.at], page)
    ids = happened.leads[happened.lead[at]].tolist()
    found = find_rows(db, drive, LEADS, sorted(set(ids)))
    kinds = [happened.kinds[kind] for kind in happened.kind[at].tolist()]
    lines = [
        Line(
            f"/leads/{lead_id}" if lead_id in found else "",
            found[lead_id].name if lead_id in found else "A lead that is gone",
            (
                found[lead_id].company if lead_id in found else "",
                kind.replace("_", " ").capitalize(),
                _day(drive, when),
            ),
        )
        for lead_id, kind, when in zip(ids, kinds, happened.at[at].tolist(), strict=True)
    ]
    return ("Lead", "Company", "What", "When"), "", "", lines


_ROWS = {"lead": _leads, "deal": _deals, "entry": _entries}


def _part(at: Rows, by: Any, page: int) -> Rows:
    """A page of these places, the largest `by` first."""
    part: Rows = at[np.argsort(-by, kind="stable")[(page - 1) * PAGE : page * PAGE]]
    return part


def _day(drive: Drive, offset: int | None) -> str:
    return "" if offset is None else day_in_words(day_of(drive, offset), seen_from=day_of(drive, drive.clock))
