"""Lines on what is stored: every value of every table on both sides, against the one grammar of reserved values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, inspect, select, text, type_coerce
from sqlalchemy.types import NullType

from portal.sandbox.scenarios.proof import TABLES, Read, texts_of
from portal.sandbox.scenarios.proof import proven as still_proven
from portal.separation import reading
from portal.separation.report import Line
from portal.shared.reserved import Kind
from portal.shared.spotting import Spotted, spotted

MOST_FAULTS = 20
WORDS: dict[Kind, str] = {
    "email": "an address",
    "phone": "a phone number",
    "card": "a card number",
    "account": "a bank account",
    "tax_id": "a tax id",
    "street": "a street address",
    "town": "a postal code",
}


class Place(NamedTuple):
    """Where a value stands. In words it names no key that could be somebody's, a secret or a canary itself."""

    table: str
    column: str
    key: Sequence[Any]

    def __str__(self) -> str:
        row = ", ".join(str(value) if _ID.fullmatch(str(value)) else "…" for value in self.key)
        return f"{self.table} {self.column} of row {row}"


_PROVEN = "values read when their scenario was loaded, and the same since"
_ID = re.compile("[0-9A-Za-z_-]{1,16}")


@dataclass(frozen=True)
class Found:
    """A value that looks like somebody's, and where it stands; printed without the value."""

    place: Place
    kind: Kind
    value: str
    is_reserved: bool


@dataclass(frozen=True)
class Stored:
    """What was read of a database: everything in it that could reach or identify somebody, and how much was read."""

    found: list[Found]
    tables: int
    values: int
    proven_values: int  # of those, the ones whose digest stands for them
    proven_reserved: int  # and how many addresses, numbers and streets are among them
    unread: list[str]  # tables that the server's role may not read, so that nobody knows what they hold
    canaries: list[str]  # where a canary of the other side was seen


def read_all(engine: Engine, *, canaries: Sequence[str] = (), trusts_proofs: bool = False) -> Stored:
    """Every column of every table of `engine`, whatever its type; what is sealed is read as the bytes that it is.

    With `trusts_proofs`, rows of a scenario that are by their digest still those that were read and found reserved when
    it was loaded are counted, and not read again.
    """
    found: list[Found] = []
    values = proven_values = proven_reserved = 0
    unread, seen = list[str](), list[str]()
    with engine.connect() as connection:
        tables = list(reading.tables(connection))
        for table in tables:
            if not reading.may_read(connection, table):
                unread.append(table.name)
                continue
            proven = dict(_proven(connection, table)) if trusts_proofs else {}
            proven_values += sum(read.values for read in proven.values())
            proven_reserved += sum(read.spotted for read in proven.values())
            for place, words in _texts(connection, table, but=[*proven]):
                values += 1
                found += [Found(place, one.kind, one.normal, one.is_reserved) for one in _spotted(words)]
                seen += [str(place) for canary in canaries if canary in words]
    return Stored(found, len(tables), values + proven_values, proven_values, proven_reserved, unread, seen)


def sandbox_values(stored: Stored) -> Line:
    """Nothing in the sandbox could reach anyone."""
    faults = [_told(one, "that is not reserved") for one in stored.found if not one.is_reserved]
    faults += _unread(stored)
    return Line(
        name="values of the sandbox",
        title="Nobody in the sandbox is real",
        claim="Every stored value that looks like an address, a number or a street is set aside for invented people.",
        examined={
            "tables": stored.tables,
            "values": stored.values,
            "addresses, numbers and streets": len(stored.found) + stored.proven_reserved,
        }
        | ({_PROVEN: stored.proven_values} if stored.proven_values else {}),
        faults=tuple(faults[:MOST_FAULTS]),
    )


def people_values(stored: Stored) -> Line:
    """Nothing invented by the sandbox stands on the people side."""
    faults = [_told(one, "that is reserved") for one in stored.found if one.is_reserved]
    faults += _unread(stored)
    return Line(
        name="values of the people side",
        title="Nobody from the sandbox stands among people",
        claim="Every stored value on the people side, too, is read against the same list.",
        examined={"tables": stored.tables, "values": stored.values},
        faults=tuple(faults[:MOST_FAULTS]),
    )


def crossings(people: Stored, sandbox: Stored) -> Line:
    """Nothing that could reach or identify somebody is on both sides."""
    known = {(one.kind, one.value) for one in people.found}
    faults = [_told(one, "that the people side knows") for one in sandbox.found if (one.kind, one.value) in known]
    return Line(
        name="crossings",
        title="No address, no number and no street is on both sides",
        claim="What stands on one side is looked for on the other.",
        examined={
            "values read among people": people.values,
            "addresses, numbers and streets of the sandbox": len(sandbox.found) + sandbox.proven_reserved,
        },
        faults=tuple(faults[:MOST_FAULTS]),
    )


def _told(found: Found, what: str) -> str:
    return f"{found.place} holds {WORDS[found.kind]} {what}"


def _unread(stored: Stored) -> list[str]:
    return [f"{name} may not be read, so nobody knows what it holds" for name in stored.unread]


def _proven(connection: Connection, table: Table) -> Iterator[tuple[int, Read]]:
    """The scenarios whose rows in this table are those that were read, and what was read of them."""
    if table.name in TABLES and "proof" in {column["name"] for column in inspect(connection).get_columns("scenarios")}:
        for scenario_id, proof in connection.execute(text("select id, proof from scenarios order by id")).all():
            if (read := still_proven(connection, table, scenario_id, proof)) is not None:
                yield scenario_id, read


def _texts(connection: Connection, table: Table, *, but: Sequence[int]) -> Iterator[tuple[Place, str]]:
    """Every value of every column, as text: SQLite stores what it is given, whatever the column says it holds."""
    keys = len(table.primary_key.columns)
    query = select(*(type_coerce(column, NullType()) for column in (*table.primary_key.columns, *table.columns)))
    if but:
        query = query.where(table.c.scenario_id.not_in(but))
    for row in reading.rows(connection, table, query):
        for column, value in zip(table.columns, row[keys:], strict=True):
            for one in texts_of(value):
                yield Place(table.name, column.name, row[:keys]), one


@lru_cache(maxsize=50_000)  # stages, owners and words come again and again
def _spotted(text: str) -> list[Spotted]:
    return spotted(text)
