"""The only place for the timeline of a lead: what the scenario says happened, and what the visitor added."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import whose
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.models import OwnActivity
from portal.sandbox.scenarios import stories
from portal.shared import ids

MERGED = "merged"  # the kind of an entry that says which lead became part of another: it has that lead's own id
APART = "apart"  # the kind of one that says which leads are not the same: kept, and never told


class Entry(NamedTuple):
    """A timeline entry; `at` in seconds from the scenario's present, `act` 0 for the scenario's own."""

    id: str
    at: int
    act: int
    kind: str
    words: str
    body: str
    who: str


def list_entries(db: Session, drive: Drive, lead_id: str) -> list[Entry]:
    """The timeline of a lead of the bound drive, newest first; of one moment, the last written first.

    What happened to leads that were merged into it is part of it.
    """
    leads, entries, waiting = [lead_id], list[Entry](), [lead_id]
    while waiting:
        found = [Entry._make(row) for row in db.connection().execute(_OWN_ENTRIES, {**whose(db), "leads": waiting})]
        waiting = [entry.id for entry in found if entry.kind == MERGED and entry.id not in leads]
        leads += waiting
        entries += found
    for one in leads:  # the scenario's have ids in the order of its story
        base = stories.find_story(db, scenario_id=drive.scenario_id, lead_id=one)
        entries += [Entry(f"A{one[1:]}{at:04}", entry.at, 0, *entry[1:]) for at, entry in enumerate(base, 1)]
    return sorted(entries, key=_moment_and_turn, reverse=True)


def iterate_notes(db: Session, drive: Drive) -> Iterator[tuple[str, str]]:
    """Every lead of the drive's scenario by id, with all that was written down about it there.

    What the visitor added is not among it. A scenario never changes: what is made of this can be kept by its version.
    """
    for lead_id, entries in stories.iterate_stories(db, scenario_id=drive.scenario_id):
        yield lead_id, "\n".join(entry.body for entry in entries if entry.body)


def add_entry(
    journal: Journal, *, lead_id: str, at: int, kind: str, words: str, body: str = "", who: str = "You"
) -> None:
    """Write an entry into a lead's timeline, as part of an act."""
    journal.write(
        "activity",
        ids.new_id(),
        {"lead_id": lead_id, "at": at, "act": journal.number, "kind": kind, "words": words, "body": body, "who": who},
    )


# Of the table and not of the class, built once, since the page of every lead asks it; it says itself whose it means.
_own = OwnActivity.__table__.c
_OWN_ENTRIES = select(*(_own[name] for name in Entry._fields)).where(
    _own.drive_id == bindparam("drive_id"),
    _own.layer == bindparam("layer"),
    _own.lead_id.in_(bindparam("leads", expanding=True)),
    _own.kind != APART,
)


def _moment_and_turn(entry: Entry) -> tuple[int, int, str, str]:
    """Of one act the kinds decide, since its rows have random ids; the scenario's ids are in the order of its story."""
    return entry.at, entry.act, entry.kind if entry.act else "", entry.id
