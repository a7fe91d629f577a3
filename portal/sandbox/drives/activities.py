"""The only place for the timeline of a lead: what the scenario says happened, and what the visitor added."""

from typing import Any, NamedTuple

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.models import OwnActivity
from portal.sandbox.scenarios.models import ScenarioActivity
from portal.shared import ids


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
    """The timeline of a lead of the bound drive, newest first; of one moment, the last written first."""
    base = select(ScenarioActivity.id, ScenarioActivity.at, literal(0), *_words(ScenarioActivity)).where(
        ScenarioActivity.scenario_id == drive.scenario_id, ScenarioActivity.lead_id == lead_id
    )
    own = select(OwnActivity.id, OwnActivity.at, OwnActivity.act, *_words(OwnActivity)).where(
        OwnActivity.lead_id == lead_id
    )
    entries = [Entry._make(row) for query in (base, own) for row in db.execute(query)]
    return sorted(entries, key=_moment_and_turn, reverse=True)


def add_entry(
    journal: Journal, *, lead_id: str, at: int, kind: str, words: str, body: str = "", who: str = "You"
) -> None:
    """Write an entry into a lead's timeline, as part of an act."""
    journal.write(
        "activity",
        ids.new_id(),
        {"lead_id": lead_id, "at": at, "act": journal.number, "kind": kind, "words": words, "body": body, "who": who},
    )


def _moment_and_turn(entry: Entry) -> tuple[int, int, str, str]:
    """Of one act the kinds decide, since its rows have random ids; the scenario's ids are in the order of its story."""
    return entry.at, entry.act, entry.kind if entry.act else "", entry.id


def _words(table: type[ScenarioActivity] | type[OwnActivity]) -> tuple[Any, ...]:
    return table.kind, table.words, table.body, table.who
