"""The only place that writes a few rows by one statement, of which each is meant or changes nothing.

It is for work that must not tell, by its statements or by what they weigh, what was found. A server is sent one
statement for all of them, SQLite, which is none, one for each.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Executable,
    Select,
    TableValuedAlias,
    any_,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql.elements import KeyedColumnElement

Row = Mapping[str, Any]
MEANT: dict[str, Any] = {"is_meant": True}
NOT_MEANT: dict[str, Any] = {"is_meant": False}

_KEY = "of_"  # before the name of a column that says which row is meant
_IS_MEANT = bindparam("is_meant", type_=Boolean())


class Batch(NamedTuple):
    """The statement for one row, and the one for all of them, whose values are lists as long as there are rows."""

    by_row: Executable
    at_once: Executable


def inserting(table: type[DeclarativeBase]) -> Batch:
    """Adds rows in their order, each with a value for every column and `is_meant`."""
    columns = list(table.__table__.columns)
    sent = _sent(columns)
    return Batch(
        _insert(table, select(*map(_value, columns)).where(_IS_MEANT)),
        _insert(table, select(*(sent.c[one.name] for one in columns)).where(sent.c.is_meant).order_by(sent.c.place)),
    )


def moving(table: type[DeclarativeBase], *, key: Sequence[str], values: Sequence[str]) -> Batch:
    """Changes `values` of the row whose key has the values `of_…` where it `is_meant`; no two rows have one key."""
    columns = table.__table__.columns
    keys, news = [columns[name] for name in key], [columns[name] for name in values]
    sent = _sent(news, keys)
    found = [one == bindparam(f"{_KEY}{one.name}", type_=one.type) for one in keys]
    found_at_once = [one == sent.c[f"{_KEY}{one.name}"] for one in keys]
    return Batch(
        update(table).where(*found, _IS_MEANT).values({one: _value(one) for one in news}),
        update(table).where(*found_at_once, sent.c.is_meant).values({one: sent.c[one.name] for one in news}),
    )


def deleting(column: InstrumentedAttribute[str]) -> Batch:
    """Deletes the row whose `column` has the value `of_…`; one that no row has deletes nothing."""
    name = f"{_KEY}{column.key}"
    return Batch(
        delete(column.class_).where(column == bindparam(name, type_=column.type)),
        delete(column.class_).where(column == any_(bindparam(name, type_=ARRAY(column.type)))),
    )


def put(db: Session, batch: Batch, rows: Sequence[Row]) -> None:
    """Write these rows; with none, no statement is sent."""
    if not rows:
        return
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(batch.at_once, {name: [row[name] for row in rows] for name in rows[0]})
    else:
        connection.execute(batch.by_row, rows)


def _insert(table: type[DeclarativeBase], rows: Select[Any]) -> Executable:
    names = [one.name for one in table.__table__.columns]
    return insert(table).from_select(names, rows, include_defaults=False)


def _value(one: KeyedColumnElement[Any]) -> BindParameter[Any]:
    return bindparam(one.name, type_=one.type)


def _sent(values: Sequence[KeyedColumnElement[Any]], keys: Sequence[KeyedColumnElement[Any]] = ()) -> TableValuedAlias:
    """The rows as a server makes them of the lists: columns of these names, `is_meant`, and their `place`."""
    types = {one.name: one.type for one in values} | {f"{_KEY}{one.name}": one.type for one in keys}
    lists = [bindparam(name, type_=ARRAY(kind)) for name, kind in (types | {"is_meant": Boolean()}).items()]
    columns: list[ColumnElement[Any]] = [column(name, kind) for name, kind in types.items()]
    made = func.unnest(*lists).table_valued(*columns, column("is_meant", Boolean()), with_ordinality="place")
    return made.render_derived(name="sent")
