"""The only place that knows which leads a visitor has selected.

The session keeps it, so it survives turning the page, without scripts too: leads by id, up to MOST_PICKED of them; or
all that a list finds, by that list's question, less those that were unticked. Hidden fields would have to travel with
every link, and a link is no form.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from flask import session
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import ids_of
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.lists import Asked, read_list
from portal.shared.problems import Problem

MOST_PICKED = 500

_KEPT = "picked"
_ID = re.compile(r"[0-9A-Za-z]{1,16}")
_TICK = "pick-"


class Selection(NamedTuple):
    """The leads of these ids; or, where `query` is not None, all that a list which asks so finds, but for them.

    `address` leads back to the list on which it was made.
    """

    query: str | None = None
    ids: tuple[str, ...] = ()
    address: str = "/leads"

    def __bool__(self) -> bool:
        return self.query is not None or bool(self.ids)

    def has(self, lead_id: str, *, query: str) -> bool:
        """Whether a lead that the list of this address shows is selected."""
        if self.query is None:
            return lead_id in self.ids
        return self.query == query and lead_id not in self.ids

    def ticked(self, *, query: str, shown: Sequence[str], ticked: Collection[str]) -> "Selection":
        """What is selected once exactly `ticked` are, of the leads that a page of a list has shown.

        Where all of another list were selected, a tick here begins anew. Raises TooManyPicked.
        """
        if self.query == query:
            return self._of([*self._besides(shown), *(one for one in shown if one not in ticked)])
        if self.query is None:
            return self._of([*self._besides(shown), *(one for one in shown if one in ticked)])
        return Selection(ids=tuple(one for one in shown if one in ticked)) if ticked else self

    def _besides(self, shown: Collection[str]) -> list[str]:
        return [one for one in self.ids if one not in shown]

    def _of(self, ids: list[str]) -> "Selection":
        if len(ids) > MOST_PICKED:
            raise TooManyPicked
        return self._replace(ids=tuple(ids))


class TooManyPicked(Exception):
    """More leads were ticked, or unticked of a whole list, than one by one can be."""


def selected(drive: Drive) -> Selection:
    """What is selected in this browser, of the open drive; nothing where its list no longer means anything."""
    kept = session.get(_KEPT) or {}
    if kept.get("drive") != drive.public_id or not _is_readable(drive, kept["query"] or ""):
        return Selection()
    return Selection(kept["query"], tuple(kept["ids"]), kept["address"])


def select(drive: Drive, selection: Selection) -> None:
    """Keep it, in place of what was selected before."""
    if selection:
        session[_KEPT] = {"drive": drive.public_id} | selection._asdict()
    else:
        session.pop(_KEPT, None)


def sent_ticks(sent: MultiDict[str, str]) -> tuple[list[str], set[str]]:
    """The ids that a page of a list had, and those that are ticked on it, as the list's form says."""
    shown = [one for one in sent.get("shown", "").split(",")[:MOST_PICKED] if _ID.fullmatch(one)]
    ticked = {name.removeprefix(_TICK) for name in sent if name.startswith(_TICK)}
    return list(dict.fromkeys(shown)), ticked & set(shown)


def tick_rows(rows: Markup, leads: Iterable[Lead], asked: Asked, selection: Selection) -> Markup:
    """The drawn rows of these leads, ticked where they are selected."""
    query = query_of(asked)
    for lead in leads:
        if selection.has(lead.id, query=query):
            mark = Markup('name="{}{}"').format(_TICK, lead.id)
            rows = rows.replace(mark, mark + Markup(" checked"), 1)
    return rows


def picked_of(db: Session, drive: Drive, asked: Asked, selection: Selection, leads: Sequence[Lead]) -> dict[str, Any]:
    """What the bar below a list says of the selection, where the page shows these leads."""
    query = query_of(asked)
    count = len(ids_selected(db, drive, selection))
    return {
        "count": count,
        "elsewhere": count - sum(selection.has(lead.id, query=query) for lead in leads),
        "is_all": selection.query is not None,
        "is_all_here": selection.query == query,
        "address": selection.address,
        "shown": ",".join(lead.id for lead in leads),
        "list": asked.address(page=asked.page),
    }


def query_of(asked: Asked) -> str:
    """What a list asks for, however it is shown: by this a selection knows it again."""
    return write_query(asked.whole)


def ids_selected(db: Session, drive: Drive, selection: Selection) -> list[str]:
    """The ids of the selected leads; of a whole list in its order. Some that were ticked may no longer be there."""
    if selection.query is None:
        return list(selection.ids)
    out = set(selection.ids)
    return [one for one in ids_of(db, drive, question_of(drive, selection.query)) if one not in out]


def question_of(drive: Drive, query: str) -> Question:
    """The question of a list by `query_of`. Raises Problem (400) where it means none any more."""
    return read_list("/leads", MultiDict(parse_qsl(query.removeprefix("?"))), drive).question


def _is_readable(drive: Drive, query: str) -> bool:
    try:
        question_of(drive, query)
    except Problem:
        return False
    return True
