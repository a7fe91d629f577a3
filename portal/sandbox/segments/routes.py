"""The segments, the builder that makes one, and each one's page with who is in it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer
from wtforms import Form, StringField
from wtforms.validators import ValidationError

from portal.sandbox import web
from portal.sandbox.drives.calendar import WATCHERS
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of, tags_in
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.kinds import Segment
from portal.sandbox.drives.overlay import count_of, list_leads, options_of
from portal.sandbox.drives.question import NotAFilter, Question
from portal.sandbox.drives.shell import around
from portal.sandbox.drives.twins import Twins, Unclear, key_of
from portal.sandbox.leads.address import read_address, write_query
from portal.sandbox.leads.filters import offers, question_in_words
from portal.sandbox.leads.wording import age_in_words
from portal.sandbox.segments.building import rules_of, suggestions, with_rule
from portal.sandbox.segments.segment import (
    MOST_SEGMENTS,
    TooManySegments,
    change_segment,
    create_segment,
    delete_segment,
    find_segment,
    list_segments,
    question_of,
)
from portal.sandbox.segments.watching import watched_segments
from portal.shared import clock
from portal.shared.problems import Problem, answer
from portal.shared.text import PlainText

blueprint = Blueprint("segments", __name__)
WATCHERS.append(watched_segments)

MOST_NAME = 60
SHOWN = 20
_BUILDING = frozenset({"field", "op", "value", "days", "from", "to", "least", "most", "name", "add", "rules"})


class SegmentForm(Form):
    """The name of a segment. Once it is valid, `stored` is what may be kept."""

    name = StringField("Name", [PlainText(most=MOST_NAME)])

    twins: Twins
    stored: str

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it, and nothing real."""
        typed = (field.data or "").strip()
        if not typed:
            raise ValidationError("Give the segment a name.")
        try:
            self.stored = self.twins.of_text(typed).text
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault


@blueprint.get("/segments")
def index() -> str:
    """Every segment: its sentence, and how many are in it."""
    with web.reading() as db:
        drive = open_drive(db)
        segments = [(one, *_told(db, drive, question_of(drive, one))) for one in list_segments(db)]
        stages = [stage.name for stage in stages_of(drive) if stage.is_open]
        ideas = [(name, write_query(question), *_told(db, drive, question)) for name, question in suggestions(stages)]
        return render_template("segments/index.html", segments=segments, ideas=ideas, **_around(db, drive))


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
        question, form = _question(drive), _sent_form(drive)
        if not form.validate():
            return _render(db, drive, None, question, form=form), 422
        segment = create_segment(db, drive, name=form.stored, question=question, now=clock.now())
    flash(f"Saved the segment {segment.name}", "done")
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
            **_around(db, drive),
        )


@blueprint.get("/segments/<segment_id>/edit")
def edit(segment_id: str) -> str | Answer | tuple[str, int]:
    """The builder, at a segment's own rules or those of its address."""
    with web.reading() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        if not request.query_string:
            query = write_query(question_of(drive, segment))
            return redirect(url_for("segments.edit", segment_id=segment.id) + (query or "?any=0"), 303)
        return _build(db, drive, segment)


@blueprint.post("/segments/<segment_id>/edit")
def update(segment_id: str) -> Answer | tuple[str, int]:
    """Keep the segment as it was changed."""
    with web.transaction() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        question, form = _question(drive), _sent_form(drive)
        if not form.validate():
            return _render(db, drive, segment, question, form=form), 422
        changed = change_segment(db, drive, segment, name=form.stored, question=question, now=clock.now())
    if changed:
        flash(f"Changed the segment {changed.name}", "done")
    return redirect(url_for("segments.show", segment_id=segment_id), 303)


@blueprint.post("/segments/<segment_id>/delete")
def destroy(segment_id: str) -> Answer:
    """Forget a segment; undo brings it back."""
    with web.transaction() as db:
        drive = open_drive(db)
        segment = _get_segment(db, drive, segment_id)
        delete_segment(db, drive, segment, now=clock.now())
    flash(f"Deleted the segment {segment.name}", "done")
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


def _build(db: Session, drive: Drive, segment: Segment | None) -> str | Answer | tuple[str, int]:
    question = _question(drive)
    if "add" not in request.args:
        return _render(db, drive, segment, question)
    try:
        asked = with_rule(question, request.args)
    except NotAFilter as fault:
        return _render(db, drive, segment, question, fault=fault), 422
    query, name = write_query(asked), request.args.get("name")
    return redirect(request.path + query + (f"&{urlencode({'name': name})}" if name else ""), 303)


def _render(
    db: Session,
    drive: Drive,
    segment: Segment | None,
    question: Question,
    *,
    form: SegmentForm | None = None,
    fault: NotAFilter | None = None,
) -> str:
    sentence, total = _told(db, drive, question)
    wanted = request.args.get("field", "")
    offered = offers(options_of(db, drive))
    return render_template(
        "segments/build.html",
        segment=segment,
        form=form or SegmentForm(name=segment.name if segment else request.args.get("name", "")),
        sentence=sentence,
        total=total,
        rules=rules_of(question, currency=drive.currency),
        question=question,
        query=write_query(question),
        any_query=write_query(Question(question.filters, not question.any_of, question.q, question.sort)),
        offers=offered,
        offer=next((one for one in offered if one.field == wanted), None),
        sent=request.args,
        fault=fault,
        **_around(db, drive),
    )


def _told(db: Session, drive: Drive, question: Question) -> tuple[str, int]:
    """A question as a sentence, and how many leads it finds."""
    return question_in_words(question, currency=drive.currency), count_of(db, drive, question)


def _question(drive: Drive) -> Question:
    return _read(drive, request.args)


def _read(drive: Drive, sent: MultiDict[str, str]) -> Question:
    """The rules that an address holds, whatever else the builder has put into it; its forms carry them as one field."""
    kept = MultiDict((name, value) for name, value in sent.items(multi=True) if name not in _BUILDING)
    kept.update(parse_qsl(sent.get("rules", "").removeprefix("?")))
    stages = [stage.name for stage in stages_of(drive)]
    return read_address(kept, stages=stages, tags=tags_in(drive.tags)).question


def _sent_form(drive: Drive) -> SegmentForm:
    form = SegmentForm(request.form)
    # By the oldest key, which a rotation takes away last.
    form.twins = Twins(key_of(drive.public_id, secret=web.settings().secret_keys[-1]))
    return form


def _get_segment(db: Session, drive: Drive, segment_id: str) -> Segment:
    segment = find_segment(db, drive, segment_id)
    if segment is None:
        raise Problem(404, "There is no such segment here", "If you deleted it, Undo brings it back.")
    return segment


def _around(db: Session, drive: Drive) -> dict[str, Any]:
    return {"drive": around(db, drive)}
