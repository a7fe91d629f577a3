"""The only place that keeps the views of a drive: lists saved under a name. Each function that changes one is one act.

The scenario brings a handful of its own. They are no rows until they are changed: then an own row of the same id
stands in the place of one, or hides it.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import VIEWS, View
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.question import get_asking
from portal.sandbox.drives.rows import own_rows
from portal.sandbox.drives.twins import Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.columns import write_columns
from portal.sandbox.leads.lists import Asked
from portal.shared import ids
from portal.shared.problems import Problem

MOST_VIEWS = 30

# What a drive starts with where its scenario names none: a name, and the query of an address.
STARTERS = (
    ("All leads", ""),
    ("Came in this month", "f=created:within:30d"),
    ("Quiet for 60 days", "f=last:before:60d"),
    ("Contacts", "f=contact:is:yes"),
)


class TooManyViews(Exception):
    """The drive has as many views as one may have; nothing was changed."""


def views_of(db: Session, drive: Drive) -> tuple[View, ...]:
    """The views of the bound drive, in their order."""
    if db.info.get("has_written"):
        return _laid_over(db, drive)
    key = (drive.public_id, drive.revision, drive.version)
    found = _kept.find(key)
    return _kept.keep(key, _laid_over(db, drive)) if found is None else found


def find_view(db: Session, drive: Drive, view_id: str) -> View | None:
    """One of them, or None where there is none, or no longer."""
    return next((view for view in views_of(db, drive) if view.id == view_id), None)


def address_of(view: View) -> str:
    """The address that shows a view, as it is stored: `lists.py` reads it."""
    told = json.loads(view.shape)
    parts = {
        "cols": ",".join(told.get("columns", ())),
        "layout": told.get("layout", ""),
        "by": told.get("by", "") if told.get("layout") == "grouped" else "",
        "view": view.id,
    }
    shaped = urlencode({name: value for name, value in parts.items() if value}, safe=",")
    return "/leads?" + "&".join(filter(None, (told["query"].removeprefix("?"), shaped)))


def save_view(db: Session, drive: Drive, *, name: str, asked: Asked, now: datetime) -> View:
    """Save a list under a name, after all others. Raises TooManyViews and TooManyRows."""
    views = views_of(db, drive)
    if len(views) >= MOST_VIEWS:
        raise TooManyViews
    view = View(ids.new_id(), name, _stored(asked), max((view.place for view in views), default=0) + 1)
    _write(Journal(db, drive, words=f"Saved the view {name}", now=now), view)
    return view


def rename_view(db: Session, drive: Drive, view: View, *, name: str, now: datetime) -> View:
    """Give a view another name."""
    renamed = view._replace(name=name)
    if renamed != view:
        _write(Journal(db, drive, words=f"Renamed the view {view.name} to {name}", now=now), renamed)
    return renamed


def reshape_view(db: Session, drive: Drive, view: View, *, asked: Asked, now: datetime) -> View:
    """Let a view ask for something else."""
    reshaped = view._replace(shape=_stored(asked))
    if reshaped != view:
        _write(Journal(db, drive, words=f"Changed the view {view.name}", now=now), reshaped)
    return reshaped


def move_view(db: Session, drive: Drive, view: View, *, by: int, now: datetime) -> bool:
    """Move a view a place to the front (-1) or to the end (1); False where it stands there already."""
    views = list(views_of(db, drive))
    at = [one.id for one in views].index(view.id)
    to = at + by
    if not 0 <= to < len(views):
        return False
    views.insert(to, views.pop(at))
    journal = Journal(db, drive, words=f"Moved the view {view.name}", now=now)
    for place, one in enumerate(views, 1):
        if one.place != place:
            _write(journal, one._replace(place=place))
    return True


def delete_view(db: Session, drive: Drive, view: View, *, now: datetime) -> None:
    """Take a view away; undo brings it back."""
    Journal(db, drive, words=f"Deleted the view {view.name}", now=now).hide("view", view.id, view._asdict())


def twinned(asked: Asked, twins: Twins) -> tuple[Asked, tuple[Swap, ...]]:
    """The list as it may be kept, since what one searches for is text too, and what took the place of what in it.

    A lead holds the same twin for the same original, so the search goes on finding it. Raises Problem (400).
    """
    question, swaps = asked.question, list[Swap]()

    def twin(text: str) -> str:
        found = _twin(text, twins)
        swaps.extend(found.swaps)
        return found.text

    filters = tuple(
        replace(one, values=tuple(map(twin, one.values))) if get_asking(one.field).shape == "text" else one
        for one in question.filters
    )
    return asked.asking(replace(question, q=twin(question.q), filters=filters)), tuple(swaps)


_kept: Lately[tuple[str, int, str], tuple[View, ...]] = Lately(500)


def _laid_over(db: Session, drive: Drive) -> tuple[View, ...]:
    starters: dict[str, View | None] = {view.id: view for view in _starters(drive)}
    found = (view for view in (starters | own_rows(db, VIEWS)).values() if view is not None)
    return tuple(sorted(found, key=lambda view: (view.place, view.id)))


def _starters(drive: Drive) -> Sequence[View]:
    told = facts_of(drive).get("views")
    pairs = [STARTERS[0], *((one["name"], one["ask"]) for one in told), STARTERS[-1]] if told else STARTERS
    return [
        View(f"start{number}", name, json.dumps({"query": query}), number)
        for number, (name, query) in enumerate(pairs, 1)
    ]


def _write(journal: Journal, view: View) -> None:
    columns: dict[str, Any] = view._asdict()
    journal.write("view", view.id, columns)


def _stored(asked: Asked) -> str:
    """What a view keeps, as JSON: `query`, and `columns`, `layout` and `by` where they do not go without saying."""
    shape, told = asked.shape, dict[str, Any]()
    told["query"] = write_query(asked.question).removeprefix("?")
    if write_columns(shape.columns):
        told["columns"] = shape.columns
    if shape.layout != "list":
        told |= {"layout": shape.layout, "by": shape.by}
    return json.dumps(told, ensure_ascii=False)


def _twin(text: str, twins: Twins) -> Twinned:
    try:
        return twins.of_text(text) if text else Twinned("")
    except Unclear as fault:
        raise Problem(400, "A view cannot keep what this list searches for", str(fault)) from fault
