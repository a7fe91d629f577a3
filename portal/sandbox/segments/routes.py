"""The segments, the builder that makes one, and each one's page with who is in it."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.sandbox import web
from portal.sandbox.drives.calendar import RESTS, WATCHERS
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import Segment
from portal.sandbox.drives.naming import NamedForm
from portal.sandbox.drives.overlay import count_of, list_leads, options_of
from portal.sandbox.drives.own_columns import own_columns
from portal.sandbox.drives.question import NotAFilter, Question
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.telling import tell_next, twins_of
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.asking import asked
from portal.sandbox.leads.drawing import draw_ask
from portal.sandbox.leads.filter_forms import Ask, ask_again, ask_of, filter_sent, get_offer, with_filter
from portal.sandbox.leads.filters import filter_in_words, offers, question_in_words
from portal.sandbox.leads.lists import Asked, read_list_in
from portal.sandbox.leads.views import twinned
from portal.sandbox.leads.wording import age_in_words
from portal.sandbox.segments.segment import (
    MOST_SEGMENTS,
    TooManySegments,
    change_segment,
    create_segment,
    delete_segment,
    find_segment,
    list_segments,
    question_of,
    suggestions,
)
from portal.sandbox.segments.watching import is_watched, unwatched_segments, watched_segments
from portal.shared import clock
from portal.shared.problems import Problem, answer

blueprint = Blueprint("segments", __name__)
WATCHERS.append(watched_segments)
RESTS.append(unwatched_segments)

SHOWN = 20


@blueprint.get("/segments")
def index() -> str:
    """Every segment: its sentence, and how many are in it."""
    with web.reading() as db:
        drive = open_drive(db)
        return render_template(
            "segments/index.html",
            segments=[(one, *_told(db, drive, question_of(drive, one))) for one in list_segments(db, drive)],
            ideas=[(name, write_query(one), *_told(db, drive, one)) for name, one in suggestions(drive)],
            drive=around(db, drive),
        )


@blueprint.get("/segments/new")
def new() -> str | Answer | tuple[str, int]:
    """The builder, at the rules of its address; with a rule filled in, on to the address that has it."""
    with web.reading() as db:
        drive = open_drive(db)
        return _build(db, drive, None)


@blueprint.post("/segments/new")
def create() -> Answer | tuple[str, int]:
    """Keep what was built."""
    with web.transaction() as db:
        drive = open_drive(db)
        form = _sent_form(drive)
        if not form.validate():
            return _render(db, drive, None, _rules(drive), form=form), 422
        rules, swaps = twinned(_rules(drive), twins_of(drive))
        segment = create_segment(db, drive, name=form.twinned.text, question=rules.whole, now=clock.now())
    tell_next(f"Saved the segment {segment.name}", (*form.twinned.swaps, *swaps))
    return redirect(url_for("segments.show", segment_id=segment.id), 303)


@blueprint.get("/segments/<segment_id>")
def show(segment_id: str) -> str:
    """One segment: its sentence, and who is in it now."""
    with web.reading() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        question = question_of(drive, segment)
        sentence, total = _told(db, drive, question)
        leads = list_leads(db, drive, question, page=1).leads[:SHOWN]
        return render_template(
            "segments/show.html",
            segment=segment,
            sentence=sentence,
            total=total,
            leads=[(lead, age_in_words(drive.clock - lead.last_at)) for lead in leads],
            steps={stage.name: stage.step for stage in stages_of(drive)},
            query=write_query(question),
            is_watched=is_watched(db, drive, segment),
            drive=around(db, drive),
        )


@blueprint.get("/segments/<segment_id>/edit")
def edit(segment_id: str) -> str | Answer | tuple[str, int]:
    """The builder, at a segment's own rules or those of its address."""
    with web.reading() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        if not request.query_string:
            return redirect(request.path + (write_query(question_of(drive, segment)) or _NO_RULE), 303)
        return _build(db, drive, segment)


@blueprint.post("/segments/<segment_id>/edit")
def update(segment_id: str) -> Answer | tuple[str, int]:
    """Keep the segment as it was changed."""
    with web.transaction() as db:
        drive = open_drive(db)
        segment, form = _get_segment(db, drive, segment_id), _sent_form(drive)
        if not form.validate():
            return _render(db, drive, segment, _rules(drive), form=form), 422
        rules, swaps = twinned(_rules(drive), twins_of(drive))
        changed = change_segment(db, drive, segment, name=form.twinned.text, question=rules.whole, now=clock.now())
    tell_next(f"Changed the segment {changed.name}" if changed else "", (*form.twinned.swaps, *swaps))
    return redirect(url_for("segments.show", segment_id=segment_id), 303)


@blueprint.post("/segments/<segment_id>/delete")
def destroy(segment_id: str) -> Answer:
    """Forget a segment; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        delete_segment(db, drive, segment, now=clock.now())
    tell_next(f"Deleted the segment {segment.name}")
    return redirect(url_for("segments.index"), 303)


@blueprint.errorhandler(TooManySegments)
def full(_: TooManySegments) -> Response:
    """A drive with as many segments as one may have."""
    return answer(
        Problem(
            409,
            "This test drive has its full number of segments",
            f"It keeps {MOST_SEGMENTS}. Nothing was changed. Delete one that you no longer need, and save this again.",
        )
    )


# What stands in the address of the builder beside its rules: a name, and a rule that is being filled in.
_BUILDING = ("name", "field", "op", "at", "value", "text", "days", "low", "high")
_NO_RULE = "?any=0"


def _build(db: Session, drive: Drive, segment: Segment | None) -> str | Answer | tuple[str, int]:
    rules = _rules(drive)
    if "field" not in request.args:
        return _render(db, drive, segment, rules)
    offer = get_offer(request.args["field"], options_of(db, drive))
    if "op" not in request.args:
        return _render(db, drive, segment, rules, ask=ask_of(offer))
    try:
        rules = with_filter(rules, filter_sent(request.args), at="")
    except NotAFilter as fault:
        refused = ask_again(offer, request.args, f"{fault.title}. {fault.detail}")
        return _render(db, drive, segment, rules, ask=refused), 422
    read_list_in(rules.address(), drive)  # as its own address would be read
    name = request.args.get("name")
    return redirect(request.path + rules.query() + (f"&{urlencode({'name': name})}" if name else ""), 303)


def _render(
    db: Session,
    drive: Drive,
    segment: Segment | None,
    rules: Asked,
    *,
    form: NamedForm | None = None,
    ask: Ask | None = None,
) -> str:
    question = rules.whole
    sentence, total = _told(db, drive, question)
    name = segment.name if segment else request.args.get("name", "")
    other = rules.asking(replace(question, any_of=not question.any_of))
    return render_template(
        "segments/build.html",
        segment=segment,
        form=form or NamedForm(data={"name": name}),
        sentence=sentence,
        total=total,
        rules=[
            (
                filter_in_words(one, currency=drive.currency, own=own_columns(drive)),
                rules.without(number).query() or _NO_RULE,
            )
            for number, one in enumerate(question.filters)
        ],
        is_any=question.any_of,
        other=other.query(),
        list=rules.address(),
        query=rules.query(),
        offers=offers(options_of(db, drive)),
        ask=ask,
        filling=draw_ask(rules, ask, action=request.path, more={"name": request.args.get("name", "")}) if ask else "",
        drive=around(db, drive),
    )


def _told(db: Session, drive: Drive, question: Question) -> tuple[str, int]:
    """A question as a sentence, and how many leads it finds."""
    return question_in_words(question, currency=drive.currency, own=own_columns(drive)), count_of(db, drive, question)


def _rules(drive: Drive) -> Asked:
    """The rules so far: the builder's forms carry them as the address of a list, its own address has them plainly."""
    return read_list_in(request.args["list"], drive) if "list" in request.args else asked(drive, beside=_BUILDING)


def _sent_form(drive: Drive) -> NamedForm:
    form = NamedForm(request.form)
    form.twins = twins_of(drive)
    return form


def _get_segment(db: Session, drive: Drive, segment_id: str) -> Segment:
    segment = find_segment(db, drive, segment_id)
    if segment is None:
        raise Problem(404, "There is no such segment here", "If you deleted it, Undo brings it back.")
    return segment
