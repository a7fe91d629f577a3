"""The only place that makes one lead of several: the survivor gets what was chosen, and all that was the others'.

Deals and tasks get the survivor's id. Timelines stay where they are: an entry of the kind `merged`, whose id is the
merged lead's, makes `list_entries` tell the other story too. A copy would cost a row for each of its lines.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import MERGED
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of, tags_in
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import DEALS, TASKS
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.moving import with_deals
from portal.sandbox.drives.rows import rows_of_leads
from portal.sandbox.leads.changes import YOU, fingerprint
from portal.sandbox.leads.wording import phone_in_words
from portal.shared.spotting import spotted

MOST_MERGED = 6

# What is chosen, one value of all that there are: the column, and what it is called.
CHOSEN = {
    "name": "Name",
    "role": "Role",
    "company": "Company",
    "email": "E-mail",
    "phone": "Phone",
    "stage": "Stage",
    "owner": "Owner",
    "source": "Source",
    "address": "Address",
}


class ReadsAsReal(Exception):
    """What was chosen reads, side by side, like somebody's number; nothing was changed."""


class Belongings(NamedTuple):
    """How many deals and tasks a lead has, which come along."""

    deals: int
    tasks: int


def mark_of(leads: Sequence[Lead]) -> str:
    """What stands in a page for these leads as they were shown there."""
    return fingerprint(tuple(leads))


def likely_survivor(leads: Sequence[Lead]) -> Lead:
    """The one to keep, if nobody says otherwise: a contact before a lead, then who is known best, then the latest."""
    return max(leads, key=lambda lead: (lead.contact_since is not None, sum(map(bool, lead)), lead.last_at))


def likely_choices(leads: Sequence[Lead], survivor: Lead) -> dict[str, str]:
    """Whose value stays, of each column: the survivor's, or where it has none, that of the first who has one."""
    ordered = [survivor, *(lead for lead in leads if lead.id != survivor.id)]
    return {name: next((one.id for one in ordered if getattr(one, name)), survivor.id) for name in CHOSEN}


def belongings_of(db: Session, drive: Drive, leads: Sequence[Lead]) -> dict[str, Belongings]:
    """What each of these leads has, by id."""
    ids = {lead.id for lead in leads}
    deals, tasks = (rows_of_leads(db, drive, kind, ids) for kind in (DEALS, TASKS))
    return {one: Belongings(len(deals.get(one, ())), len(tasks.get(one, ()))) for one in ids}


def merge_leads(
    db: Session, drive: Drive, leads: Sequence[Lead], *, survivor: Lead, choices: Mapping[str, str], now: datetime
) -> str:
    """Make one lead of these, as one act, and return its words.

    `choices` names, for each column of CHOSEN, the lead whose value stays. Raises ReadsAsReal and TooManyRows.
    """
    by_id = {lead.id: lead for lead in leads}
    others = [lead for lead in leads if lead.id != survivor.id]
    merged = _merged(drive, survivor, leads, {name: by_id[choices[name]] for name in CHOSEN})
    if not (_is_invented(merged.sought) and _is_invented(f"phone of {merged.name}")):
        raise ReadsAsReal
    deals, tasks = (rows_of_leads(db, drive, kind, set(by_id)) for kind in (DEALS, TASKS))
    words = f"Merged {len(leads)} leads into {merged.name}"
    journal = Journal(db, drive, words=words, now=now)
    for place, rows in (("deal", deals), ("task", tasks)):
        moving = {row.id: row._replace(lead_id=survivor.id)._asdict() for one in others for row in rows.get(one.id, ())}
        journal.write_all(place, moving)  # type: ignore[arg-type]
    all_deals = [deal._replace(lead_id=survivor.id) for some in deals.values() for deal in some]
    merged = with_deals(drive, merged, all_deals) if all_deals else merged
    journal.write("lead", merged.id, merged._asdict())
    journal.write_all("activity", {one.id: _entry(drive, journal, merged, one) for one in others})
    journal.hide_all("lead", {one.id: one._asdict() for one in others})
    return words


def _merged(drive: Drive, survivor: Lead, leads: Sequence[Lead], chosen: Mapping[str, Lead]) -> Lead:
    latest = max(leads, key=lambda lead: lead.last_at)
    return survivor.changed(
        [stage.name for stage in stages_of(drive)],
        **{name: getattr(lead, name) for name, lead in chosen.items()},
        company_id=chosen["company"].company_id,
        tags=json.dumps(sorted({tag for lead in leads for tag in tags_in(lead.tags)}), ensure_ascii=False),
        came_at=min(lead.came_at for lead in leads),
        contact_since=min((lead.contact_since for lead in leads if lead.contact_since is not None), default=None),
        last_at=latest.last_at,
        last_kind=latest.last_kind,
        last_words=latest.last_words,
    )


def _entry(drive: Drive, journal: Journal, survivor: Lead, other: Lead) -> dict[str, object]:
    """What the survivor's timeline says of a lead that is now part of it: all that was not chosen stays readable."""
    lost = {name: getattr(other, name) for name in CHOSEN if getattr(other, name) != getattr(survivor, name)}
    lost |= {"phone": phone_in_words(other.phone)} if "phone" in lost else {}
    body = "\n".join(f"{CHOSEN[name]}: {value}" for name, value in lost.items() if value)
    return {
        "lead_id": survivor.id,
        "at": drive.clock,
        "act": journal.number,
        "kind": MERGED,
        "words": f"Merged with {other.name}",
        "body": body if _is_invented(body) else "",
        "who": YOU,
    }


def _is_invented(text: str) -> bool:
    """Whether nothing in it reads like somebody's address or number, now that its parts stand side by side."""
    return all(found.is_reserved for found in spotted(text))
