"""Selecting leads, and doing one thing with all that are selected: a preview of the effect, then the act."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from portal.sandbox import web
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of, tags_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.journal import most_rows
from portal.sandbox.drives.overlay import leads_of, options_of
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.drives.twins import Swap, Twins, Unclear
from portal.sandbox.leads.bulk import Plan, Wish, carry_out, make_plan, mark_of, rows_left
from portal.sandbox.leads.changes import YOU
from portal.sandbox.leads.lists import Asked, read_list_in
from portal.sandbox.leads.selection import (
    MOST_PICKED,
    Selection,
    TooManyPicked,
    ids_selected,
    query_of,
    select,
    selected,
    sent_ticks,
)
from portal.sandbox.leads.tags import NotATag, as_known, read_tag
from portal.sandbox.leads.wording import leads_in_words
from portal.shared import clock
from portal.shared.problems import Problem
from portal.shared.text import PlainText

blueprint = Blueprint("bulk", __name__)

ACTS = {"tag": "Tag", "stage": "Stage", "owner": "Owner", "delete": "Delete"}
MOST_REASON = 200
EXAMPLES = 8

# Where the buttons below a list lead.
_NEXT: Mapping[str, Callable[[], str]] = {
    **{act: partial(url_for, "bulk.show", act=act) for act in ACTS},
    "merge": partial(url_for, "merging.show"),
    "export": partial(url_for, "export.index", of="selection"),
}


@blueprint.post("/leads/selection")
def choose() -> Answer:
    """What is ticked on a page of a list; the button that was pressed says where to next."""
    then = request.form.get("then", "")
    with web.transaction() as db:
        drive = open_drive(db)
        here = read_list_in(request.form.get("list", "/leads"), drive)
    shown, ticked = sent_ticks(request.form)
    back = here.address(page=max(1, here.page + {"next": 1, "previous": -1}.get(then, 0)))
    try:
        after = _chosen(selected(drive), then, here, shown=shown, ticked=ticked)
    except TooManyPicked:
        flash(f"One by one {MOST_PICKED} leads can be selected. Select all that match, or narrow the list.", "word")
        return redirect(here.address(page=here.page), 303)
    select(drive, after)
    if then in _NEXT and not after:
        flash("Tick some leads first, then choose what to do with them.", "word")
        return redirect(back, 303)
    return redirect(_NEXT[then]() if then in _NEXT else back, 303)


@blueprint.get("/leads/bulk/<act>")
def show(act: str) -> str | tuple[str, int]:
    """What an act would do with the selected leads, once its form says what with; it changes nothing."""
    with web.reading() as db:
        drive = open_drive(db)
        found = _Asked(db, drive, act)
        page = _render(db, drive, act, found)
    return (page, 422) if found.wrong else page


@blueprint.post("/leads/bulk/<act>")
def update(act: str) -> Answer | tuple[str, int]:
    """Do what was previewed, unless something changed since: then show the effect again."""
    with web.transaction() as db:
        drive = open_drive(db)
        found = _Asked(db, drive, act)
        if request.form.get("seen", "") != found.mark:
            return _render(db, drive, act, found, is_stale=True), 409
        form = ReasonForm.sent(drive)
        if found.plan is None or found.is_too_much or not found.plan.changes or not form.is_answer_to(found.plan):
            return _render(db, drive, act, found, form=form), 422
        carry_out(db, drive, found.plan, reason=form.text, now=clock.now())
    if act == "delete":
        select(drive, Selection())
    tell_next(found.plan.words, form.swaps)
    return redirect(found.selection.address, 303)


class ReasonForm(Form):
    """Why deals close, where the stage asks for it; `text` may be stored."""

    reason = StringField("Reason", [PlainText(most=MOST_REASON)])
    text = ""
    swaps: tuple[Swap, ...] = ()
    twins: Twins

    @classmethod
    def sent(cls, drive: Drive) -> "ReasonForm":
        form = cls(request.form)
        form.twins = twins_of(drive)
        return form

    def is_answer_to(self, plan: Plan) -> bool:
        """Whether it says what the plan asks for."""
        if not plan.asks_reason:
            return True
        if self.validate() and not self.text:
            self.reason.errors = ["Type why these deals are decided."]
        return not self.reason.errors

    def validate_reason(self, field: StringField) -> None:
        """A reason is free text."""
        try:
            twinned = self.twins.of_text((field.data or "").strip())
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        if len(twinned.text) > MOST_REASON:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")
        self.text, self.swaps = twinned.text, twinned.swaps


class _Asked:
    """What an address of this page asks for, of what is selected: the plan is None where there is nothing to plan."""

    def __init__(self, db: Session, drive: Drive, act: str) -> None:
        if act not in ACTS:
            raise Problem(404)
        self.selection = selected(drive)
        self.choices = _choices(db, drive, act)
        self.typed, self.wrong, self.wish = request.args.get("new", "") if act == "tag" else "", "", None
        try:
            self.wish = _wish(act, self.choices, self.typed, twins_of(drive))
        except NotATag as fault:
            self.wrong = str(fault)
        self.is_first = request.args.get("first") == "1"
        self.left = rows_left(db)
        found = ids_selected(db, drive, self.selection)
        self.count = len(found)
        self.most = most_rows(db)
        self.ids = found[: self.most]
        leads = leads_of(db, drive, self.ids)
        self.gone = len(self.ids) - len(leads)
        self.mark = mark_of(drive, self.wish or Wish(act), self.ids)
        self.plan = make_plan(db, drive, self.wish, leads) if self.wish else None
        needed = self.plan.rows_needed(db) if self.plan else 0
        self.is_too_much = self.plan is not None and (self.count > len(self.ids) or needed > self.left)
        if self.plan and self.is_too_much:
            within = self.plan.within(db, self.left)
            self.reach = len(within.changes)
            if self.is_first:
                self.plan, self.is_too_much = within, False


def _chosen(before: Selection, then: str, here: Asked, *, shown: list[str], ticked: set[str]) -> Selection:
    if then == "clear":
        return Selection()
    if then == "all":
        return Selection(query_of(here), address=here.address())
    now = before.ticked(query=query_of(here), shown=shown, ticked=set(shown) if then == "page" else ticked)
    return now if now.query is not None else now._replace(address=here.address())


def _wish(act: str, choices: Sequence[str], typed: str, twins: Twins) -> Wish | None:
    """What the address wishes for, or None where it does not say yet.

    Raises Problem (400) for what there is not, and NotATag.
    """
    if act == "delete":
        return Wish(act)
    if typed.strip() and request.args.get("do") != "remove":
        tag = read_tag(typed, twins=twins)
        if tag.swaps:
            raise NotATag("This reads like something real of somebody. Type a tag that says what they have in common.")
        return Wish(act, as_known(tag.text, tuple(choices)))
    value = request.args.get("value", "")
    if not value:
        return None
    if value not in choices:
        raise Problem(400, f"There is no such {act}", f"There are: {', '.join(choices)}.")
    if act == "tag" and request.args.get("do") == "remove":
        return Wish("untag", value)
    return Wish(act, value)


def _choices(db: Session, drive: Drive, act: str) -> Sequence[str]:
    """What there is to choose from: whatever the lists of this drive can be filtered by, and for an owner oneself."""
    if act == "delete":
        return ()
    options = options_of(db, drive)
    if act == "owner":
        return tuple(dict.fromkeys((*options.owners, YOU)))
    return options.stages if act == "stage" else options.tags


def _render(
    db: Session, drive: Drive, act: str, found: _Asked, *, is_stale: bool = False, form: ReasonForm | None = None
) -> str:
    return render_template(
        "leads/bulk.html",
        drive=around(db, drive),
        act=act,
        name=ACTS[act],
        asked=found,
        plan=found.plan,
        form=form or ReasonForm(),
        examples=found.plan.changes[:EXAMPLES] if found.plan else (),
        choices=found.choices,
        steps={stage.name: stage.step for stage in stages_of(drive)},
        picked=leads_in_words(found.count),
        tags_in=tags_in,
        verb=_verb(found.plan),
        back=found.selection.address,
        address=request.full_path if request.query_string else request.path,
        is_stale=is_stale,
        most=found.most,
    )


def _verb(plan: Plan | None) -> str:
    """What the button says."""
    if plan is None:
        return ""
    leads, value = leads_in_words(len(plan.changes)), plan.wish.value
    return {
        "tag": f"Tag {leads} {value}",
        "untag": f"Take {value} off {leads}",
        "owner": f"Hand {leads} over to {value}",
        "stage": f"Move {leads} to {value}",
        "delete": f"Delete {leads}",
    }[plan.wish.act]
