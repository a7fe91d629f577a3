"""The only place that says what the palette finds in a drive: leads, companies, deals, tasks, views, segments, by name.

Where nothing holds what is sought, what is nearly the same stands in for it, as on every list.
"""

import itertools
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import NONE, columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import COMPANIES, DEALS, TASKS, Kind
from portal.sandbox.drives.overlay import leads_of, list_leads
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.views import views_of
from portal.sandbox.palette.acts import ACTS, ICONS, LEAST, PLACES, Entry, entries_like
from portal.sandbox.scenarios.order import fold
from portal.sandbox.segments.segment import list_segments

MOST = 6  # of each kind

Group = tuple[str, list[Entry]]


def find_entries(db: Session, drive: Drive, sought: str) -> list[Group]:
    """What fits, group by group; records only where something is sought."""
    groups = [("Go to", entries_like(PLACES, sought)), ("Do", entries_like(ACTS, sought))]
    if sought:
        groups = [
            ("Leads", _leads(db, drive, sought)),
            ("Companies", _named(db, drive, COMPANIES, name="name", hint="town", sought=sought)),
            ("Deals", _of_leads(db, drive, DEALS, name="title", sought=sought)),
            ("Tasks", _of_leads(db, drive, TASKS, name="words", sought=sought)),
            ("Saved", _saved(db, drive, sought)),
            *groups,
        ]
    return [(name, entries) for name, entries in groups if entries]


def _leads(db: Session, drive: Drive, sought: str) -> list[Entry]:
    found = list_leads(db, drive, Question(q=sought), page=1)
    entries = [Entry(ICONS["lead"], lead.name, lead.company, f"/leads/{lead.id}") for lead in found.leads[:MOST]]
    if found.total > len(entries):
        address = f"/leads?{urlencode({'q': sought})}"
        entries.append(Entry(ICONS["leads"], f"All {found.total:,} that fit", "", address))
    return entries


def _of_leads(db: Session, drive: Drive, kind: Kind[Any], *, name: str, sought: str) -> list[Entry]:
    """Deals or open tasks, each with the name of its lead: many are called the same."""
    found = _named(db, drive, kind, name=name, hint="lead_id", sought=sought)
    names = {lead.id: lead.name for lead in leads_of(db, drive, [entry.hint for entry in found if entry.hint])}
    return [entry._replace(hint=names.get(entry.hint, "")) for entry in found]


def _named(db: Session, drive: Drive, kind: Kind[Any], *, name: str, hint: str, sought: str) -> list[Entry]:
    columns = columns_of(db, drive, kind)
    names, hints, ids = (columns.texts(column) for column in (name, hint, "id"))
    is_shown = columns.numbers("done_at") == NONE if kind is TASKS else itertools.repeat(True)
    fitting = _fitting({*names}, sought)
    found = (place for place, (text, shown) in enumerate(zip(names, is_shown)) if shown and text in fitting)  # noqa: B905
    return [
        Entry(ICONS[kind.name], names[place], hints[place] or "", f"{_PAGES[kind.name]}{ids[place]}")
        for place in itertools.islice(found, MOST)
    ]


_PAGES = {"company": "/companies/", "deal": "/deals/", "task": "/tasks/"}


def _saved(db: Session, drive: Drive, sought: str) -> list[Entry]:
    views, segments = views_of(db, drive), list_segments(db, drive)
    fitting = _fitting({*(one.name for one in views), *(one.name for one in segments)}, sought)
    return [
        *[Entry(ICONS["view"], one.name, "view", f"/leads?view={one.id}") for one in views if one.name in fitting][
            :MOST
        ],
        *[
            Entry(ICONS["segments"], one.name, "segment", f"/segments/{one.id}")
            for one in segments
            if one.name in fitting
        ][:MOST],
    ]


def _fitting(names: Collection[str], sought: str) -> Collection[str]:
    """Those that hold what is sought; where none does, those that nearly do."""
    wanted, folded = fold(sought), {name: fold(name) for name in names}
    if holding := {name for name, text in folded.items() if wanted in text}:
        return holding
    alike = process.extract(wanted, folded, scorer=fuzz.partial_ratio, score_cutoff=LEAST, limit=MOST)
    return {name for _, _, name in alike}
