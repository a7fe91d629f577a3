"""The only place that says what can be asked of a list of leads; the same question in SQL and in Python."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement

from portal.sandbox.drives.lead import Lead
from portal.sandbox.scenarios.models import LeadColumns
from portal.sandbox.scenarios.order import fold

# What a list is sorted by, and the column that holds it. Who has no value comes last, either way round.
ORDERS = {
    "name": "name_key",
    "company": "company_key",
    "email": "email",
    "phone": "phone",
    "stage": "stage_rank",
    "value": "value",
    "tags": "tags",
    "owner": "owner",
    "source": "source",
    "created": "came_at",
    "last": "last_at",
}
NEWEST = "-last"


@dataclass(frozen=True)
class Question:
    """A list of leads as asked for; `sort` is a key of ORDERS, descending after a minus sign. Empty asks for all."""

    stage: str = ""
    tag: str = ""
    q: str = ""
    sort: str = NEWEST

    @property
    def column(self) -> str:
        return ORDERS[self.sort.removeprefix("-")]

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @cached_property
    def tag_as_stored(self) -> str:
        return json.dumps(self.tag, ensure_ascii=False) if self.tag else ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(fold(self.q).split())


def conditions(question: Question, table: type[LeadColumns]) -> list[ColumnElement[bool]]:
    """The question's filters as SQL on `table`."""
    found: list[ColumnElement[bool]] = [table.sought.contains(word, autoescape=True) for word in question.words]
    if question.stage:
        found.append(table.stage == question.stage)
    if question.tag:
        found.append(table.tags.contains(question.tag_as_stored, autoescape=True))
    return found


def matches(question: Question, lead: Lead) -> bool:
    """The question's filters on a lead in memory; agrees with `conditions` to the letter."""
    return (
        question.stage in ("", lead.stage)
        and question.tag_as_stored in lead.tags
        and all(word in lead.sought for word in question.words)
    )


def ordering(question: Question, table: Any) -> Sequence[ColumnElement[Any]]:
    """The question's order as SQL; ids decide between equals, so that pages never overlap."""
    column = getattr(table, question.column)
    return column.is_(None), column.desc() if question.is_descending else column.asc(), table.id.asc()


def in_order(question: Question, leads: Iterable[Lead]) -> list[Lead]:
    """The question's order in Python; agrees with `ordering` to the letter."""
    by_id = sorted(leads, key=lambda lead: lead.id)
    known = [lead for lead in by_id if getattr(lead, question.column) is not None]
    known.sort(key=attrgetter(question.column), reverse=question.is_descending)
    return known + [lead for lead in by_id if getattr(lead, question.column) is None]
