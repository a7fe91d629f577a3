"""The only place that counts, reads and inserts many rows of a drive at once, in few statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from portal.sandbox.drives.kinds import OWN_TABLES
from portal.sandbox.drives.models import Before

FEW = 500  # ids that one statement names
ONE_BY_ONE = 3  # rows that are sent one by one

Rows = Mapping[str, list[dict[str, Any]]]  # by the name of their kind


def count_own_rows(db: Session) -> int:
    """How many rows the bound drive has of its own, tombstones included: what it costs to keep."""
    return sum(count_by_place(db).values())


def count_by_place(db: Session) -> dict[str, int]:
    """How many rows of each kind the bound drive has of its own."""
    counts = db.connection().execute(_COUNTS, whose(db)).one()
    return dict(zip(OWN_TABLES, counts, strict=True))


def read_rows(db: Session, counts: Mapping[str, int]) -> Rows:
    """Every own row of the bound drive, tombstones too; `counts` says of which kinds there are any."""
    return {
        place: [dict(zip(names, row, strict=True)) for row in db.connection().execute(_ALL[place], whose(db))]
        for place, names in _NAMES.items()
        if counts[place]
    }


def insert_rows(db: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows of the bound drive; a column that a row leaves out is blank.

    PostgreSQL takes many in as one document, in a third of the time that it needs row by row.
    """
    columns = {*table.columns.keys()}
    rows = [row if row.keys() == columns else _whole(table, row) for row in rows]
    if len(rows) <= ONE_BY_ONE or db.get_bind().dialect.name != "postgresql":
        if rows:
            db.connection().execute(_INSERTS[table.name], rows)
        return
    document = {"drive_id": rows[0]["drive_id"], "rows": json.dumps(rows, ensure_ascii=False)}
    db.connection().execute(_insert_document(table), document)


def insert_alike(db: Session, table: Table, *, each: str, values: Iterable[str], rest: Mapping[str, Any]) -> None:
    """Insert a row of the bound drive for each of the values, which are text; all else is the same in every row."""
    document = json.dumps([{each: value} for value in values], ensure_ascii=False)
    statement = _insert_alike(table, each, tuple(rest), db.get_bind().dialect.name)
    db.connection().execute(statement, {**rest, "rows": document})


@cache
def _insert_document(table: Table) -> Insert:
    names = [name for name in table.columns.keys() if name != "drive_id"]  # noqa: SIM118
    _, sent = sent_rows(table, names, "postgresql")
    copied = select(bindparam("drive_id", type_=table.columns.drive_id.type), *sent)
    return insert(table).from_select(["drive_id", *names], copied)


@cache
def _insert_alike(table: Table, each: str, rest: tuple[str, ...], dialect: str) -> Insert:
    _, sent = sent_rows(table, (each,), dialect)
    same = (bindparam(name, type_=table.columns[name].type) for name in rest)
    return insert(table).from_select([each, *rest], select(*sent, *same))


def sent_rows(table: FromClause, names: Sequence[str], dialect: str) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The document `rows`, a JSON array of objects, as a table, and columns of it that are those of `table`."""
    document = bindparam("rows", type_=Text)
    if dialect == "postgresql":
        fields = (column(name, table.columns[name].type) for name in names)
        found = func.json_to_recordset(cast(document, JSON)).table_valued(*fields, name="sent")
        rows = found.render_derived(with_types=True)
        return rows, [rows.c[name] for name in names]
    each = func.json_each(document).table_valued("value", name="sent")
    return each, [func.json_extract(each.c.value, f"$.{name}", type_=table.columns[name].type) for name in names]


def _whole(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row with the columns of today: an image may be older than one, and features leave some out."""
    blank = blank_of(table)
    return {**blank, **{name: value for name, value in row.items() if name in blank}}


@cache
def blank_of(table: Table) -> dict[str, Any]:
    """What stands in the columns of a table that a row leaves out."""
    return {one.name: getattr(one.default, "arg", None) for one in table.columns}


def whose(db: Session) -> dict[str, int]:
    """What a statement must be told to mean the rows that the session is bound to."""
    return {"drive_id": db.info["drive"], "layer": db.info["layer"]}


def table_of(model: Any) -> Table:
    """The table of a mapped class."""
    table: Table = model.__table__
    return table


# Of tables and not of classes, built once; each says itself whose rows it means.
def _of_drive(statement: Select[Any], table: Table) -> Select[Any]:
    return statement.select_from(table).where(
        table.c.drive_id == bindparam("drive_id"), table.c.layer == bindparam("layer")
    )


_TABLES = {place: table_of(model) for place, model in OWN_TABLES.items()}
COUNTS = tuple(
    _of_drive(select(func.count()), table).scalar_subquery().label(place) for place, table in _TABLES.items()
)
_COUNTS = select(*COUNTS)
_NAMES = {place: tuple(table.columns.keys()) for place, table in _TABLES.items()}
_INSERTS = {table.name: insert(table) for table in (*_TABLES.values(), table_of(Before))}
_ALL = {place: _of_drive(select(table), table) for place, table in _TABLES.items()}
