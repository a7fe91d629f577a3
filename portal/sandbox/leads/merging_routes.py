"""Leads that are probably the same: the groups of them, and the page that makes one lead of some."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.addressed import page_in, pages_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, stages_of, tags_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import leads_of
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.duplicates import Group, list_groups, tell_apart
from portal.sandbox.leads.merging import (
    CHOSEN,
    MOST_MERGED,
    ReadsAsReal,
    belongings_of,
    likely_choices,
    likely_survivor,
    mark_of,
    merge_leads,
)
from portal.sandbox.leads.selection import Selection, ids_selected, select, selected
from portal.sandbox.leads.wording import phone_in_words
from portal.shared import clock

blueprint = Blueprint("merging", __name__)

GROUPS_ON_A_PAGE = 20
SHOWN_OF_A_GROUP = 6


@blueprint.get("/duplicates")
def index() -> str:
    """The groups, the likeliest first."""
    with web.reading() as db:
        drive = open_drive(db)
        groups = list_groups(db, drive)
        page = page_in(request.args.get("page"))
        pager = pages_of(len(groups), page=page, size=GROUPS_ON_A_PAGE, address=_to_page, of="duplicates")
        shown = groups[pager["first"] - 1 : pager["last"]]
        return render_template(
            "leads/duplicates.html",
            drive=around(db, drive),
            groups=[(group, leads_of(db, drive, group.ids[:SHOWN_OF_A_GROUP]), _address(group)) for group in shown],
            steps={stage.name: stage.step for stage in stages_of(drive)},
            phone=phone_in_words,
            **pager,
        )


@blueprint.post("/duplicates/apart")
def apart() -> Answer:
    """Remember that the leads of a group are not the same."""
    with web.transaction() as db:
        drive = open_drive(db)
        leads = leads_of(db, drive, _ids(request.form.get("ids", "")))
        words = tell_apart(db, drive, leads, now=clock.now()) if len(leads) > 1 else ""
    flash(words or "Those leads are no longer here, so there is nothing to remember.", "done" if words else "word")
    return redirect(_to_page(page_in(request.args.get("page"))), 303)


@blueprint.get("/leads/merge")
def show() -> str:
    """Some leads side by side, to choose what stays of each."""
    with web.reading() as db:
        drive = open_drive(db)
        return _render(db, drive, _leads(db, drive))


@blueprint.post("/leads/merge")
def update() -> Answer | tuple[str, int]:
    """Make one lead of them."""
    with web.transaction() as db:
        drive = open_drive(db)
        leads = _leads(db, drive)
        by_id = {lead.id: lead for lead in leads}
        survivor = by_id.get(request.form.get("survivor", ""))
        choices = {name: request.form.get(f"of-{name}", "") for name in CHOSEN}
        if request.form.get("seen", "") != mark_of(leads):
            return _render(db, drive, leads, wrong="These leads changed since you looked"), 409
        if not 2 <= len(leads) <= MOST_MERGED or survivor is None or not set(choices.values()) <= set(by_id):
            return _render(db, drive, leads, wrong="Pick one value of each row"), 422
        try:
            words = merge_leads(db, drive, leads, survivor=survivor, choices=choices, now=clock.now())
        except ReadsAsReal:
            wrong = "Name and company, side by side, read like somebody’s number. Pick another one of the two"
            return _render(db, drive, leads, wrong=wrong), 422
    select(drive, Selection())
    flash(words, "done")
    return redirect(f"/leads/{survivor.id}", 303)


def _leads(db: Session, drive: Drive) -> list[Lead]:
    """The leads that the address names, or else the selected ones; no more than one more than can be merged."""
    named = _ids(request.args.get("ids", "")) if "ids" in request.args else ids_selected(db, drive, selected(drive))
    return leads_of(db, drive, named[: MOST_MERGED + 1])


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, text.split(","))))


def _to_page(page: int) -> str:
    return url_for("merging.index", page=page) if page > 1 else url_for("merging.index")


def _address(group: Group) -> str:
    return url_for("merging.show") + "?ids=" + ",".join(group.ids[:MOST_MERGED])


def _render(db: Session, drive: Drive, leads: list[Lead], *, wrong: str = "") -> str:
    is_possible = 2 <= len(leads) <= MOST_MERGED
    survivor = likely_survivor(leads) if is_possible else None
    return render_template(
        "leads/merge.html",
        drive=around(db, drive),
        leads=leads,
        is_possible=is_possible,
        most=MOST_MERGED,
        survivor=survivor,
        choices=likely_choices(leads, survivor) if survivor else {},
        fields=[(name, label, len({getattr(lead, name) for lead in leads}) > 1) for name, label in CHOSEN.items()],
        steps={stage.name: stage.step for stage in stages_of(drive)},
        has=belongings_of(db, drive, leads),
        tags_in=tags_in,
        phone=phone_in_words,
        came_on={lead.id: moment(drive, lead.came_at) for lead in leads},
        seen=mark_of(leads),
        address=request.full_path if request.query_string else request.path,
        wrong=wrong,
    )
