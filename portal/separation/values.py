"""Lines on what is stored: every value of every table on both sides, against the one grammar of reserved values."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table, select, type_coerce
from sqlalchemy.types import NullType

from portal.separation import reading
from portal.separation.report import Line
from portal.shared.reserved import Standing, email_standing, phone_standing
from portal.shared.spotting import spotted

MOST_FAULTS = 20


@dataclass(frozen=True)
class Found:
    """A value that looks like an address or a number, and where it stands; printed without the value."""

    place: str
    value: str
    standing: Standing


@dataclass(frozen=True)
class Stored:
    """What was read of a database: everything in it that looks like an address or a number, and how much was read."""

    found: list[Found]
    tables: int
    values: int
    unread: list[str]  # tables that the server's role may not read, so that nobody knows what they hold
    canaries: list[str]  # where a canary of the other side was seen


def read_all(engine: Engine, *, canaries: Sequence[str] = ()) -> Stored:
    """Every column of every table of `engine`, whatever its type; what is sealed is read as the bytes that it is."""
    found: list[Found] = []
    values = 0
    unread, seen = list[str](), list[str]()
    with engine.connect() as connection:
        tables = list(reading.tables(connection))
        for table in tables:
            if not reading.may_read(connection, table):
                unread.append(table.name)
                continue
            for place, text in _texts(connection, table):
                values += 1
                found += _look(place, text)
                seen += [place for canary in canaries if canary in text]
    return Stored(found, len(tables), values, unread, seen)


def sandbox_values(stored: Stored) -> Line:
    """Nothing in the sandbox could reach anyone."""
    faults = [
        f"{one.place} holds what is not reserved" for one in stored.found if one.standing is not Standing.RESERVED
    ]
    faults += _unread(stored)
    return Line(
        name="values of the sandbox",
        title="Nobody in the sandbox is real",
        claim="Every stored value that looks like an address or a number is set aside for invented people.",
        examined={
            "tables": stored.tables,
            "values": stored.values,
            "addresses and numbers": len(stored.found),
        },
        faults=tuple(faults[:MOST_FAULTS]),
    )


def people_values(stored: Stored) -> Line:
    """Nothing invented by the sandbox stands on the people side."""
    faults = [f"{one.place} holds a reserved value" for one in stored.found if one.standing is Standing.RESERVED]
    faults += _unread(stored)
    return Line(
        name="values of the people side",
        title="Nobody from the sandbox stands among people",
        claim="Every stored value on the people side, too, is read against the same list.",
        examined={"tables": stored.tables, "values": stored.values},
        faults=tuple(faults[:MOST_FAULTS]),
    )


def crossings(people: Stored, sandbox: Stored) -> Line:
    """No address and no number is on both sides."""
    known = {one.value for one in people.found}
    faults = [f"{one.place} is known to the people side" for one in sandbox.found if one.value in known]
    return Line(
        name="crossings",
        title="No address and no number is on both sides",
        claim="What stands on one side is looked for on the other.",
        examined={
            "values read among people": people.values,
            "addresses and numbers of the sandbox": len(sandbox.found),
        },
        faults=tuple(faults[:MOST_FAULTS]),
    )


def _unread(stored: Stored) -> list[str]:
    return [f"{name} may not be read, so nobody knows what it holds" for name in stored.unread]


def _texts(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    """Every value of every column, as text: SQLite stores what it is given, whatever the column says it holds."""
    keys = len(table.primary_key.columns)
    query = select(*(type_coerce(column, NullType()) for column in (*table.primary_key.columns, *table.columns)))
    for row in reading.rows(connection, table, query):
        key = ", ".join(str(value)[:40] for value in row[:keys])
        for column, value in zip(table.columns, row[keys:], strict=True):
            if value is not None and value != "":
                yield f"{table.name} {column.name} of row {_without_values(key)}", _as_text(value)


def _as_text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _look(place: str, text: str) -> Iterator[Found]:
    for found in spotted(text):
        standing = email_standing(found.normal) if found.kind == "email" else phone_standing(found.normal)
        yield Found(place, found.normal, standing)


def _without_values(key: str) -> str:
    return "…" if spotted(key) else key
