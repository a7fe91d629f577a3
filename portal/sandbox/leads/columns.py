"""The only place that says which columns the list of leads has, and what pressing the head of one asks for."""

from typing import NamedTuple

from portal.sandbox.drives.question import Question
from portal.sandbox.leads.address import write_query


class Column(NamedTuple):
    """A column: its class, its name, and the order it stands in first when its head is pressed."""

    css: str
    name: str
    first: str


COLUMNS = (
    Column("list-name", "Name", "name"),
    Column("list-company", "Company", "company"),
    Column("list-stage", "Stage", "stage"),
    Column("list-value number", "Open deal", "-value"),
    Column("list-tags", "Tags", "tags"),
    Column("list-email", "E-mail", "email"),
    Column("list-last", "Last activity", "-last"),
)


ORDER_ICONS = {"ascending": "arrow-up", "descending": "arrow-down"}


class Head(NamedTuple):
    """The head of a column in a list: `order` is ascending or descending where the list is sorted by it, or empty."""

    column: Column
    query: str
    order: str


def heads_of(question: Question) -> list[Head]:
    """The heads of a list, each with the query that sorts by it, the other way round where it already does."""
    return [_head(question, column) for column in COLUMNS]


def _head(question: Question, column: Column) -> Head:
    if question.sort.removeprefix("-") != column.first.removeprefix("-"):
        return Head(column, write_query(question, sort=column.first), "")
    other = question.sort.removeprefix("-") if question.is_descending else f"-{question.sort}"
    return Head(column, write_query(question, sort=other), "descending" if question.is_descending else "ascending")
