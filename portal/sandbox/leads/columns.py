"""The only place that says which columns the list of leads has, in which order, and what pressing a head asks for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.own_columns import OwnColumn, is_own, own_columns
from portal.sandbox.drives.question import ORDERS, Question
from portal.shared.problems import Problem


class Column(NamedTuple):
    """A column: what addresses call it, its class, its name, and the order it stands in first when pressed, if any.

    `field` is the field of a lead's form that is edited where the column stands, or empty.
    """

    key: str
    css: str
    name: str
    first: str = ""
    field: str = ""


COLUMNS = {
    column.key: column
    for column in (
        Column("name", "list-name", "Name", "name", "name"),
        Column("company", "list-company", "Company", "company", "company"),
        Column("role", "list-role", "Role", "role", "role"),
        Column("stage", "list-stage", "Stage", "stage", "stage"),
        Column("value", "list-value number", "Open deal", "-value"),
        Column("tags", "list-tags", "Tags", "tags"),
        Column("owner", "list-owner", "Owner", "owner", "owner"),
        Column("source", "list-source", "Source", "source", "source"),
        Column("email", "list-email", "E-mail", "email", "email"),
        Column("phone", "list-phone", "Phone", "phone", "phone"),
        Column("address", "list-address", "Address", "address"),
        Column("created", "list-created", "Created", "-created"),
        Column("contact", "list-contact", "Contact since", "-contact"),
        Column("last", "list-last", "Last activity", "-last"),
    )
}
FIRST = "name"  # always there and always first: it leads to the lead
DEFAULT = ("name", "company", "stage", "value", "tags", "owner", "last")

ORDER_ICONS = {"ascending": "arrow-up", "descending": "arrow-down"}


class Head(NamedTuple):
    """The head of a column: the order that pressing it asks for, or empty; `order` is ascending or descending
    where the list is sorted by it, or empty."""

    column: Column
    sort: str
    order: str


def columns_for(drive: Drive) -> Mapping[str, Column]:
    """All columns that a list of this drive can have: those of every lead, then its scenario's own."""
    own = own_columns(drive)
    return {**COLUMNS, **{key: _as_column(one) for key, one in own.items()}} if own else COLUMNS


def read_columns(text: str, default: tuple[str, ...] = DEFAULT, *, own: Collection[str] = ()) -> tuple[str, ...]:
    """The columns that an address names, the name first; empty stands for `default`. Raises Problem (400)."""
    if not text:
        return default
    named = text.split(",")
    strangers = [key for key in named if key not in COLUMNS and key not in own]
    if strangers:
        raise Problem(
            400,
            f"There is no column called {strangers[0][:40]}",
            f"There are: {', '.join((*COLUMNS, *own))}.",
        )
    if len(set(named)) != len(named):
        raise Problem(400, "One column is named twice", "Leave one of the two out of the address.")
    return with_name_first(named)


def with_name_first(keys: Iterable[str]) -> tuple[str, ...]:
    """These columns, after the name."""
    return (FIRST, *(key for key in keys if key != FIRST))


def write_columns(keys: Sequence[str], default: tuple[str, ...] = DEFAULT) -> str:
    """The columns as an address names them; `default` goes without saying."""
    return "" if tuple(keys) == default else ",".join(keys)


def moved(keys: Sequence[str], key: str, by: int) -> tuple[str, ...]:
    """The columns with one of them a place further to the front (-1) or to the end (1); the name stays first."""
    order = [one for one in keys if one != FIRST]
    if key in order:
        at = order.index(key)
        order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
    return with_name_first(order)


def heads_of(question: Question, columns: Iterable[Column]) -> list[Head]:
    """The heads of these columns, each with the order it asks for: the other way round where it already sorts."""
    return [_head(question, column) for column in columns]


def _as_column(own: OwnColumn) -> Column:
    is_number = own.shape == "number"
    first = f"-{own.key}" if own.shape in ("number", "day") else own.key
    return Column(own.key, "list-own number" if is_number else "list-own", own.name, first)


def _head(question: Question, column: Column) -> Head:
    by = column.first.removeprefix("-")
    if by not in ORDERS and not is_own(by):
        return Head(column, "", "")
    if question.sort.removeprefix("-") != by:
        return Head(column, column.first, "")
    return Head(
        column, by if question.is_descending else f"-{by}", "descending" if question.is_descending else "ascending"
    )
