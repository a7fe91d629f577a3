"""The only place that says what the palette finds in a drive: leads, companies, deals, views and segments, by name."""

from typing import Any

from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import COMPANIES, DEALS, Kind
from portal.sandbox.drives.overlay import leads_of, list_leads
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.views import views_of
from portal.sandbox.palette.acts import ACTS, ICONS, PLACES, Entry, entries_like
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
            ("Deals", _deals(db, drive, sought)),
            ("Saved", _saved(db, drive, sought)),
            *groups,
        ]
    return [(name, entries) for name, entries in groups if entries]


def _leads(db: Session, drive: Drive, sought: str) -> list[Entry]:
    found = list_leads(db, drive, Question(q=sought), page=1)
    entries = [Entry(ICONS["lead"], lead.name, lead.company, f"/leads/{lead.id}") for lead in found.leads[:MOST]]
    if found.total > len(entries):
        entries.append(Entry(ICONS["leads"], f"All {found.total:,} that fit", "", f"/leads?q={sought}"))
    return entries


def _deals(db: Session, drive: Drive, sought: str) -> list[Entry]:
    """Deals by title, each with its lead: many have the same title."""
    found = _named(db, drive, DEALS, name="title", hint="lead_id", sought=sought)
    names = {lead.id: lead.name for lead in leads_of(db, drive, [entry.hint for entry in found])}
    return [entry._replace(hint=names.get(entry.hint, "")) for entry in found]


def _named(db: Session, drive: Drive, kind: Kind[Any], *, name: str, hint: str, sought: str) -> list[Entry]:
    columns, wanted = columns_of(db, drive, kind), fold(sought)
    names, hints, ids = (columns.texts(column) for column in (name, hint, "id"))
    places = [place for place, text in enumerate(names) if wanted in fold(text)][:MOST]
    return [Entry(ICONS[kind.name], names[place], hints[place], f"{_PAGES[kind.name]}{ids[place]}") for place in places]


_PAGES = {"company": "/companies/", "deal": "/deals/"}


def _saved(db: Session, drive: Drive, sought: str) -> list[Entry]:
    wanted = fold(sought)
    views = [view for view in views_of(db, drive) if wanted in fold(view.name)]
    segments = [one for one in list_segments(db, drive) if wanted in fold(one.name)]
    return [
        *(Entry(ICONS["view"], view.name, "view", f"/leads?view={view.id}") for view in views[:MOST]),
        *(Entry(ICONS["segments"], one.name, "segment", f"/segments/{one.id}") for one in segments[:MOST]),
    ]
