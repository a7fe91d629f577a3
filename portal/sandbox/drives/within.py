"""The only place that changes many rows of a drive within the database: what stays as it is never leaves it.

Of ten thousand leads that a tag is given, only ids and tags travel, whether they are the scenario's or the drive's own.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import FEW, ONE_BY_ONE, blank_of, insert_rows, sent_rows, table_of, whose
from portal.sandbox.drives.kinds import OWN_TABLES, Kind
from portal.sandbox.drives.models import Before


def shadow_rows(
    db: Session, kind: Kind[Any], rows: Sequence[Any], *, changed: tuple[str, ...], scenario_id: int, is_deleted: bool
) -> int:
    """Insert rows of the bound drive that shadow its scenario's, which differ in the `changed` columns; how many."""
    if not rows:
        return 0
    statement = _shadow(kind, changed, db.get_bind().dialect.name)
    sent = _document(kind, rows, changed, scenario_id=scenario_id)
    return db.connection().execute(statement, {**whose(db), "rows": sent, "deleted": is_deleted}).rowcount


def change_rows(
    db: Session, kind: Kind[Any], rows: Sequence[Any], *, changed: tuple[str, ...], is_deleted: bool
) -> int:
    """Give the bound drive's own rows of these ids new values in the `changed` columns; how many there were."""
    if not rows:
        return 0
    statement = _change(kind, changed, db.get_bind().dialect.name)
    meant = {f"of_{name}": number for name, number in whose(db).items()}  # by their own names they would be set
    sent = _document(kind, rows, changed, drive_id=db.info["drive"])
    return db.connection().execute(statement, {**meant, "rows": sent, "deleted": is_deleted}).rowcount


def keep_rows(db: Session, place: str, row_ids: Iterable[str], *, act: int) -> None:
    """Remember the bound drive's own rows of these ids as they are before an act."""
    statement = _keep(place, db.get_bind().dialect.name)
    db.connection().execute(statement, {**whose(db), "rows": _ids(row_ids), "act": act, "place": place})


def let_go(db: Session, place: str, row_ids: Collection[str]) -> None:
    """Delete the bound drive's own rows of these ids."""
    if row_ids:
        statement = _let_go(place, db.get_bind().dialect.name)
        db.connection().execute(statement, {**whose(db), "rows": _ids(row_ids)})


def put_back(db: Session, place: str, images: Sequence[str]) -> None:
    """Insert rows of the bound drive as `keep_rows` or the journal kept them, where nothing stands under their ids.

    PostgreSQL reads them itself; SQLite reads one faster when it is told value by value.
    """
    table = table_of(OWN_TABLES[place])
    if db.get_bind().dialect.name != "postgresql" or len(images) <= ONE_BY_ONE:
        insert_rows(db, table, [json.loads(image) for image in images])
        return
    document = {"drive_id": db.info["drive"], "rows": f"[{','.join(images)}]"}
    db.connection().execute(_put_back(place), document)


def ids_among(db: Session, place: str, row_ids: Collection[str]) -> set[str]:
    """Under which of these ids the bound drive has a row of its own, tombstones among them."""
    connection = db.connection()
    if len(row_ids) <= FEW:
        return {*connection.scalars(_own_ids(place, named=True), {**whose(db), "ids": [*row_ids]})}
    return {row_id for row_id in connection.scalars(_own_ids(place), whose(db)) if row_id in row_ids}


@cache
def _shadow(kind: Kind[Any], changed: tuple[str, ...], dialect: str) -> Insert:
    own, base = table_of(kind.own), table_of(kind.base).alias("base")
    said = {"drive_id": "drive_id", "layer": "layer", "is_deleted": "deleted"}
    # The scenario is told row by row, so that SQLite looks the others up by these, and not these by all others.
    document, (scenario_id, row_id, *sent) = sent_rows(base, ("scenario_id", "id", *changed), dialect)
    news = dict(zip(changed, sent, strict=True))
    same = [name for name in own.columns.keys() if name in kind.fields and name not in changed]  # noqa: SIM118
    blank = [one for one in own.columns if one.name not in kind.fields and one.name not in said]
    copied = (
        select(
            *(bindparam(called, type_=own.columns[name].type) for name, called in said.items()),
            *news.values(),
            *(base.c[name] for name in same),
            *(literal(blank_of(own)[one.name], one.type) for one in blank),
        )
        .select_from(document)
        .join(base, and_(base.c.scenario_id == scenario_id, base.c.id == row_id))
    )
    made = insert(own).from_select([*said, *news, *same, *(one.name for one in blank)], copied)
    return made.execution_options(preserve_rowcount=True)


@cache
def _change(kind: Kind[Any], changed: tuple[str, ...], dialect: str) -> Update:
    own = table_of(kind.own)
    _, (drive_id, row_id, *sent) = sent_rows(own, ("drive_id", "id", *changed), dialect)
    # The drive is told row by row, and the `+` keeps SQLite from finding rows by it alone, for the same reason.
    is_bound = literal_column(f"+{own.name}.drive_id", Integer) == bindparam("of_drive_id")
    is_meant = is_bound, own.c.layer == bindparam("of_layer"), own.c.drive_id == drive_id, own.c.id == row_id
    news = dict(zip(changed, sent, strict=True)) | {"is_deleted": bindparam("deleted", type_=Boolean)}
    return update(own).where(*is_meant).values(news).execution_options(preserve_rowcount=True)


@cache
def _keep(place: str, dialect: str) -> Insert:
    own, befores = table_of(OWN_TABLES[place]), table_of(Before)
    said = (bindparam(name, type_=befores.c[name].type) for name in ("drive_id", "act", "place"))
    image = _image(own, dialect)
    kept = select(*said, own.c.id, image).where(*_is_own(own), _is_sent(own, dialect))
    return insert(befores).from_select(["drive_id", "act", "place", "row_id", "image"], kept)


@cache
def _let_go(place: str, dialect: str) -> Delete:
    own = table_of(OWN_TABLES[place])
    return delete(own).where(*_is_own(own), _is_sent(own, dialect))


@cache
def _put_back(place: str) -> Insert:
    """A column that an image has not is blank: it may be older than one."""
    own = table_of(OWN_TABLES[place])
    names = [name for name in own.columns.keys() if name != "drive_id"]  # noqa: SIM118
    document, sent = sent_rows(own, names, "postgresql")
    blank = blank_of(own)
    whole = (
        one if blank[name] is None else func.coalesce(one, literal(blank[name], own.c[name].type))
        for name, one in zip(names, sent, strict=True)
    )
    told = select(bindparam("drive_id", type_=own.c.drive_id.type), *whole).select_from(document)
    return insert(own).from_select(["drive_id", *names], told)


@cache
def _own_ids(place: str, *, named: bool = False) -> Select[*tuple[Any, ...]]:
    own = table_of(OWN_TABLES[place])
    found = select(own.c.id).where(*_is_own(own))
    return found.where(own.c.id.in_(bindparam("ids", expanding=True))) if named else found


def _ids(row_ids: Iterable[str]) -> str:
    return json.dumps([{"id": row_id} for row_id in row_ids])


def _is_sent(table: Table, dialect: str) -> ColumnElement[bool]:
    document, (row_id,) = sent_rows(table, ("id",), dialect)
    return table.c.id.in_(select(row_id).select_from(document))


def _document(kind: Kind[Any], rows: Iterable[Any], changed: tuple[str, ...], **same: int) -> str:
    """The ids of the rows and their changed columns, as a JSON array."""
    names, places = (*same, "id", *changed), [kind.fields.index(name) for name in ("id", *changed)]
    told = tuple(same.values())
    sent = [dict(zip(names, (*told, *(row[place] for place in places)), strict=True)) for row in rows]
    return json.dumps(sent, ensure_ascii=False)


def _image(table: Table, dialect: str) -> ColumnElement[str]:
    """A row as the journal keeps it: JSON of its columns."""
    is_sqlite = dialect == "sqlite"
    told = list[Any]()
    for one in table.columns:
        is_truth = is_sqlite and isinstance(one.type, Boolean)
        told += [literal_column(f"'{one.name}'"), func.json(case((one, "true"), else_="false")) if is_truth else one]
    return func.json_object(*told) if is_sqlite else cast(func.json_build_object(*told), Text)


def _is_own(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.drive_id == bindparam("drive_id"), table.c.layer == bindparam("layer")
