"""The only place that changes leads: each function is one act of the drive, which Undo takes back."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import add_entry
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import COMPANIES
from portal.sandbox.drives.lead import Lead, blank_lead
from portal.sandbox.drives.moving import follow_lead
from portal.sandbox.scenarios.order import fold
from portal.shared import ids
from portal.shared.spotting import spotted

YOU = "You"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a visitor entered, with twins in place of what looked real; an empty note is none."""

    name: str
    role: str
    company: str
    email: str | None
    phone: str | None
    stage: str
    owner: str
    source: str
    note: str = ""


class Call(NamedTuple):
    """A call that a visitor logs: 0 minutes where nobody answered, and what was said."""

    minutes: int
    said: str


class Changed(Exception):
    """The lead is no longer as the visitor saw it; nothing was changed."""


def fingerprint(row: tuple[Any, ...]) -> str:
    """What stands in a page for a row, of a lead say, as it was shown there."""
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]


def create_lead(db: Session, drive: Drive, *, entered: Entered, now: datetime) -> Lead:
    """Add a lead to the bound drive. Raises TooManyRows."""
    journal = Journal(db, drive, words=f"Added {entered.name}", now=now)
    lead = _changed(db, drive, blank_lead(ids.new_id(), who=YOU, at=drive.clock), entered)._replace(
        last_kind="came_in", last_words="Added by you"
    )
    add_entry(journal, lead_id=lead.id, at=drive.clock, kind=lead.last_kind, words=lead.last_words)
    lead = _with_note(journal, drive, lead, entered.note)
    _write(journal, lead)
    return lead


def edit_lead(db: Session, drive: Drive, lead: Lead, *, entered: Entered, seen: str, now: datetime) -> str | None:
    """Change a lead of the bound drive, and add the note; returns what was done, in words, or None for nothing.

    `seen` is the fingerprint of the lead as the visitor saw it, or empty where nothing is claimed. Raises Changed and
    TooManyRows.
    """
    if seen not in ("", fingerprint(lead)):
        raise Changed
    after = _changed(db, drive, lead, entered)
    words = _in_words(lead, after, entered.note)
    if words is None:
        return None
    journal = Journal(db, drive, words=words, now=now)
    if after.stage != lead.stage:
        after, stays = follow_lead(db, drive, journal, after, stage=after.stage)
        after = after._replace(
            last_at=drive.clock, last_kind="moved", last_words=f"Stage: {lead.stage} to {after.stage}"
        )
        add_entry(journal, lead_id=lead.id, at=drive.clock, kind=after.last_kind, words=after.last_words, body=stays)
    _write(journal, _with_note(journal, drive, after, entered.note))
    return words


def log_call(db: Session, drive: Drive, lead: Lead, *, call: Call, now: datetime) -> str:
    """Write a call into the lead's timeline; returns what was done, in words. Raises TooManyRows."""
    words = f"Logged a call with {lead.name}"
    journal = Journal(db, drive, words=words, now=now)
    kind, headline = ("call", f"Call, {call.minutes} min") if call.minutes else ("missed", "No answer")
    add_entry(journal, lead_id=lead.id, at=drive.clock, kind=kind, words=headline, body=call.said)
    last_words = f"{headline}. {_short(call.said)}" if call.said else headline
    _write(journal, lead._replace(last_at=drive.clock, last_kind=kind, last_words=last_words))
    return words


def delete_lead(db: Session, drive: Drive, lead: Lead, *, now: datetime) -> None:
    """Take a lead out of the bound drive. Raises TooManyRows."""
    Journal(db, drive, words=f"Deleted {lead.name}", now=now).hide("lead", lead.id, lead._asdict())


def _changed(db: Session, drive: Drive, lead: Lead, entered: Entered) -> Lead:
    return lead.changed(
        [stage.name for stage in stages_of(drive)],
        name=entered.name,
        role=entered.role,
        company=entered.company,
        company_id=lead.company_id if entered.company == lead.company else _company_called(db, drive, entered.company),
        email=entered.email,
        phone=entered.phone,
        stage=entered.stage,
        owner=entered.owner,
        source=entered.source,
    )


def _company_called(db: Session, drive: Drive, name: str) -> str | None:
    """The id of the drive's company of this name, in whatever case; None where there is none."""
    if not name:
        return None
    companies = columns_of(db, drive, COMPANIES)
    found = companies.texts("id")[companies.texts("name_key") == fold(name)]
    return str(found[0]) if len(found) else None


def _with_note(journal: Journal, drive: Drive, lead: Lead, note: str) -> Lead:
    if not note:
        return lead
    add_entry(journal, lead_id=lead.id, at=drive.clock, kind="note", words="Note", body=note)
    return lead._replace(last_at=drive.clock, last_kind="note", last_words=f"Note: {_short(note)}")


def _write(journal: Journal, lead: Lead) -> None:
    columns: dict[str, Any] = lead._asdict()
    journal.write("lead", lead.id, columns)


def _short(text: str) -> str:
    """The beginning of a text, on one line; no number in it is cut into another one, none made of two lines."""
    line = " ".join(text.split())
    cuts = [
        found.start for found in spotted(line) if found.start < _MOST_LAST_WORDS < found.end or not found.is_reserved
    ]
    cut = min([*cuts, _MOST_LAST_WORDS])
    return line if len(line) <= cut else f"{line[:cut].rstrip()}…"


_MOST_LAST_WORDS = 100
_FIELDS = {
    "name": "name",
    "role": "role",
    "company": "company",
    "email": "e-mail",
    "phone": "phone",
    "stage": "stage",
    "owner": "owner",
    "source": "source",
}


def _in_words(before: Lead, after: Lead, note: str) -> str | None:
    """What an edit does, as the history says it."""
    changed = [word for field, word in _FIELDS.items() if getattr(before, field) != getattr(after, field)]
    if not changed:
        return f"Wrote a note about {after.name}" if note else None
    if changed == ["stage"]:
        words = f"Moved {after.name} from {before.stage} to {after.stage}"
    else:
        words = f"Changed {_list(changed)} of {after.name}"
    return f"{words}, with a note" if note else words


def _list(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
