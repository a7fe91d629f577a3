"""The only place that says who is in a segment at another moment of the drive's clock."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy.orm import Session

from portal.sandbox.drives.calendar import Rest, Watched
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import LEADS, Segment
from portal.sandbox.drives.overlay import ids_of
from portal.sandbox.segments.segment import list_segments, question_of

MOST_WATCHED = 6


def watched_segments(db: Session, drive: Drive) -> list[Watched]:
    """The first segments of the bound drive, by name, as what follows its clock."""
    return [
        Watched(
            name=one.name, icon="funnel", about="A segment of yours", find=partial(_members, one), address="/leads/{}"
        )
        for one in list_segments(db, drive)[:MOST_WATCHED]
    ]


def unwatched_segments(db: Session, drive: Drive) -> Rest | None:
    """That there are more segments than those, or None."""
    total = len(list_segments(db, drive))
    if total <= MOST_WATCHED:
        return None
    words = f"Of your {total} segments the first {MOST_WATCHED} by name are compared here."
    return Rest(words, "See all segments", "/segments")


def is_watched(db: Session, drive: Drive, segment: Segment) -> bool:
    """Whether the page of the clock compares this one."""
    return segment.id in {one.id for one in list_segments(db, drive)[:MOST_WATCHED]}


def _members(segment: Segment, db: Session, drive: Drive, clock: int) -> Mapping[str, str]:
    then = drive._replace(clock=clock)
    leads = columns_of(db, drive, LEADS)
    names = dict(zip(leads.texts("id"), leads.texts("name"), strict=True))
    return {lead_id: names[lead_id] for lead_id in ids_of(db, then, question_of(then, segment))}
