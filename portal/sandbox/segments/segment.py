"""The only place that keeps segments: each is a question in the form of an address, so that it means the same later."""

import json
from datetime import datetime
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, stages_of, tags_in
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import SEGMENTS, Segment
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.drives.rows import own_rows
from portal.sandbox.leads.address import read_address, write_query
from portal.shared import ids

MOST_SEGMENTS = 50


class TooManySegments(Exception):
    """The drive has as many segments as one may have."""


def list_segments(db: Session, drive: Drive) -> list[Segment]:
    """The segments of the bound drive, by name: those that its scenario begins with, and its own."""
    found = (segment for segment in (_starters(drive) | own_rows(db, SEGMENTS)).values() if segment is not None)
    return sorted(found, key=lambda segment: (segment.name.casefold(), segment.id))


def find_segment(db: Session, drive: Drive, segment_id: str) -> Segment | None:
    """A segment of the bound drive."""
    return next((one for one in list_segments(db, drive) if one.id == segment_id), None)


def question_of(drive: Drive, segment: Segment) -> Question:
    """What a segment asks."""
    query = json.loads(segment.rules)["query"].removeprefix("?")
    stages = [stage.name for stage in stages_of(drive)]
    return read_address(MultiDict(parse_qsl(query)), stages=stages, tags=tags_in(drive.tags)).question


def create_segment(db: Session, drive: Drive, *, name: str, question: Question, now: datetime) -> Segment:
    """Keep a question under a name. Raises TooManySegments and TooManyRows."""
    if len(list_segments(db, drive)) >= MOST_SEGMENTS:
        raise TooManySegments
    segment = Segment(ids.new_id(), name, _rules(question), drive.clock)
    _write(db, drive, segment, words=f"Saved the segment {name}", now=now)
    return segment


def change_segment(
    db: Session, drive: Drive, segment: Segment, *, name: str, question: Question, now: datetime
) -> Segment | None:
    """Give a segment another name or other rules; None where nothing differs. Raises TooManyRows."""
    after = segment._replace(name=name, rules=_rules(question))
    if after == segment:
        return None
    done = "Renamed" if after.rules == segment.rules else "Changed"
    called = f"{segment.name} to {name}" if done == "Renamed" else name
    _write(db, drive, after, words=f"{done} the segment {called}", now=now)
    return after


def delete_segment(db: Session, drive: Drive, segment: Segment, *, now: datetime) -> None:
    """Forget a segment; the leads in it stay."""
    words = f"Deleted the segment {segment.name}"
    Journal(db, drive, words=words, now=now).hide("segment", segment.id, segment._asdict())


def suggestions(drive: Drive) -> list[tuple[str, Question]]:
    """Questions to begin with, where a drive has no segment yet."""
    is_open = Filter("stage", "is", tuple(stage.name for stage in stages_of(drive) if stage.is_open))
    return [
        ("Gone quiet", Question((is_open, Filter("last", "before", ("60d",))))),
        ("Came in this month", Question((Filter("created", "within", ("30d",)),))),
        ("Worth a visit", Question((Filter("value", "from", ("200000",)), Filter("last", "before", ("14d",))))),
    ]


def _starters(drive: Drive) -> dict[str, Segment | None]:
    """They become rows of the drive once they are changed or deleted."""
    told = facts_of(drive).get("segments", ())
    found = [Segment(f"start{at}", one["name"], json.dumps({"query": one["ask"]}), 0) for at, one in enumerate(told, 1)]
    return {segment.id: segment for segment in found}


def _rules(question: Question) -> str:
    return json.dumps({"query": write_query(question)}, ensure_ascii=False)


def _write(db: Session, drive: Drive, segment: Segment, *, words: str, now: datetime) -> None:
    Journal(db, drive, words=words, now=now).write("segment", segment.id, segment._asdict())
