"""The only place that opens the sandbox database, and binds a session to the one drive whose rows it may touch."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Insert, MetaData, Select, Text, cast, event, func, text
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.interfaces import ORMOption

from portal.shared import database


class Base(DeclarativeBase):
    """What every table of the sandbox database derives from."""

    metadata = MetaData(naming_convention=database.NAMES)


class DriveRow:
    """A row of one drive: its key leads with `drive_id`, and only a session bound to that drive sees it."""

    drive_id: Mapped[int] = mapped_column(primary_key=True)


class LayerRow(DriveRow):
    """A row in one of the layers of a drive; a session sees those of the layer that it is bound to.

    A reset begins a new layer, in which there is nothing yet, and undoing it goes back to the one before.
    """

    layer: Mapped[int] = mapped_column(primary_key=True, default=0)


class DriveSession(Session):
    """A session that sees the rows of the drive it is bound to, and of no other."""


class Database(database.Database):
    """The sandbox database: a power cut may cost the last practice edits, never the file."""

    session_class = DriveSession
    bound_by = "app.drive"

    def __init__(self, url: str, *, most_rows: int = 10_000) -> None:
        """With `most_rows` that a drive may have of its own: its sessions carry it to whoever writes them."""
        super().__init__(url, synchronous="NORMAL")
        self._most_rows = most_rows
        for engine in (self.writer, self.reader):
            event.listen(engine, "begin", _unbind)
            event.listen(engine, "before_cursor_execute", _refuse_strangers)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """As everywhere; what every request asks first may be peeked at meanwhile."""
        with super().reading() as db:
            db.info |= {"peek": self.peek, "most rows": self._most_rows}
            yield db

    @contextmanager
    def transaction(self, *, is_one_go: bool = False) -> Iterator[Session]:
        """As everywhere."""
        with super().transaction(is_one_go=is_one_go) as db:
            db.info["most rows"] = self._most_rows
            yield db

    def peek(self, statement: Select[*tuple[Any, ...]], values: Mapping[str, str]) -> Any:
        """As everywhere, but for rows of drives: nothing binds a peek to one."""
        if _reaches_drives(statement):
            raise NotBound("A row of a drive is not for a peek.")
        return super().peek(statement, values)


class NotBound(RuntimeError):
    """A statement reached for rows of a drive that its session is not bound to, or did not say whose it means."""


def bind(db: Session, drive_id: int, *, layer: int = 0) -> None:
    """Let `db` see and write the rows of this drive, and of no other, until its transaction ends.

    Of its layers it sees one; a copy that nobody changes has only the first.

    Its connection is bound as soon as it has one: a page that finds all it needs in memory never takes one.
    """
    if not db.in_transaction():
        db.begin()
    db.info["drive"], db.info["layer"] = drive_id, layer
    if (connection := db.info.get("connection")) is not None:
        _bind(connection, drive_id)
    else:
        db.info["to be bound"] = drive_id


def insert_and_bind(db: Session, drive: Insert, values: Mapping[str, Any]) -> int:
    """Insert the row of a new drive and bind `db` to it, in one statement where the engine must be told; its number."""
    return note_binding(db, _told(drive, db.connection().dialect.name), values)


def note_binding(db: Session, statement: Any, values: Mapping[str, Any]) -> int:
    """Run what makes a drive and tells the engine itself that it is the bound one from here on; its number."""
    connection = db.connection()
    drive_id = int(connection.execute(statement, values).scalar_one())
    db.info["drive"], db.info["layer"] = drive_id, 0
    connection.info["drive"] = drive_id
    return drive_id


@lru_cache
def _told(drive: Insert, dialect: str) -> Any:
    number: Any = drive.table.c.id
    if dialect != "postgresql":
        return drive.returning(number)
    return drive.returning(number, func.set_config(Database.bound_by, cast(number, Text), True))


def first_row(db: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, str]) -> Any:
    """One row or None, in the shortest way that `db` has; for what belongs to no drive. Values are text."""
    peek = db.info.get("peek")
    return peek(statement, values) if peek else db.connection().execute(statement, values).first()


# What the policies of row-level security read; SET LOCAL cannot take a parameter.
_SET_LOCAL = text("SELECT set_config(:name, :drive, true)")


@event.listens_for(DriveSession, "after_begin")
def _bind_late(db: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    db.info["connection"] = connection
    if (drive_id := db.info.pop("to be bound", None)) is not None:
        _bind(connection, drive_id)


@event.listens_for(DriveSession, "after_transaction_end")
def _end_binding(db: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        db.info.pop("connection", None)
        db.info.pop("to be bound", None)


def _bind(connection: Connection, drive_id: int) -> None:
    connection.info["drive"] = drive_id
    if connection.dialect.name == "postgresql":
        connection.execute(_SET_LOCAL, {"name": Database.bound_by, "drive": str(drive_id)})


@event.listens_for(DriveSession, "do_orm_execute")
def _keep_within(state: ORMExecuteState) -> None:
    """Every query and every change of a drive's rows is narrowed to the bound drive, whatever the feature forgot."""
    if state.is_orm_statement and (state.is_select or state.is_update or state.is_delete):
        whose = state.session.info.get("drive"), state.session.info.get("layer", 0)
        state.statement = state.statement.options(*_of_drive(*whose))


@lru_cache(maxsize=10_000)
def _of_drive(drive_id: int | None, layer: int) -> tuple[ORMOption, ORMOption]:
    """The criteria of a drive: made once, since a page has several statements."""
    return (
        with_loader_criteria(DriveRow, lambda row: row.drive_id == drive_id, include_aliases=True),
        with_loader_criteria(LayerRow, lambda row: row.layer == layer, include_aliases=True),
    )


def _unbind(connection: Connection) -> None:
    connection.info.pop("drive", None)


def _refuse_strangers(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool
) -> None:
    """The net beneath: what ORM criteria do not reach (Core, text, a subquery) must name the bound drive itself."""
    if not _names_drives(statement):
        return
    rows = context.compiled_parameters if context is not None and context.compiled is not None else ()
    names = [name for name in rows[0] if "drive_id" in name] if rows else []  # all rows have the same
    meant = {row[name] for row in rows for name in names}
    if not _says_whose(statement) or meant != {connection.info.get("drive")}:
        raise NotBound("A statement must say of every table of drives that it means the rows of the bound drive.")
    if not _says_which_layer(statement):
        raise NotBound("A statement must say of every table of layers which of them it means.")


@lru_cache(maxsize=100)
def _reaches_drives(statement: Select[*tuple[Any, ...]]) -> bool:
    return _names_drives(str(statement))


@lru_cache(maxsize=1000)
def _names_drives(statement: str) -> bool:
    return _READS_OR_WRITES.match(statement) is not None and _sources().search(statement) is not None


@lru_cache(maxsize=1000)
def _says_whose(statement: str) -> bool:
    """Whether each place that reads or writes such a table has a condition on its `drive_id`, or inserts one."""
    named = [found["alias"] or found["table"] for found in _sources().finditer(statement) if not found["into"]]
    return _has_conditions(statement, named, "drive_id = [?%:]")


@lru_cache(maxsize=1000)
def _says_which_layer(statement: str) -> bool:
    """The same of the `layer` of tables that have one."""
    found = [one for one in _sources().finditer(statement) if not one["into"]]
    layered = [one for one in found if "layer" in Base.metadata.tables[one["table"].lower()].columns]
    return _has_conditions(statement, [one["alias"] or one["table"] for one in layered], "layer (?:=|<|>=) [?%:]")


def _has_conditions(statement: str, named: list[str], condition: str) -> bool:
    return all(len(re.findall(rf"\b{name}\.{condition}", statement)) >= named.count(name) for name in set(named))


@cache
def _sources() -> re.Pattern[str]:
    tables = "|".join(name for name, table in Base.metadata.tables.items() if "drive_id" in table.columns)
    return re.compile(
        rf"(?P<into>\bINTO )?\b(?P<table>{tables or '(?!)'})\b(?!\.)(?: AS (?P<alias>\w+))?", re.IGNORECASE
    )


_READS_OR_WRITES = re.compile(r"\s*(?:select|insert|update|delete|replace|with)\b", re.IGNORECASE)
