"""Lines on what is stored: every value of every table on both sides, against the one grammar of reserved values."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import JSON, Connection, Engine, String, Table, Text, inspect, select
from sqlalchemy.schema import MetaData

from portal.separation.report import Line
from portal.shared.reserved import Standing, email_standing, normal_email, normal_phone, phone_standing

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_PHONE = re.compile(r"(?<![\w+.-])\+[1-9][0-9]{7,14}(?!\w)")
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


def read_all(engine: Engine) -> Stored:
    """Every text column of every table of `engine`."""
    found: list[Found] = []
    values = 0
    with engine.connect() as connection:
        tables = list(_tables(connection))
        for table in tables:
            for place, text in _texts(connection, table):
                values += 1
                found += _look(place, text)
    return Stored(found, len(tables), values)


def sandbox_values(stored: Stored) -> Line:
    """Nothing in the sandbox could reach anyone."""
    faults = [
        f"{one.place} holds what is not reserved" for one in stored.found if one.standing is not Standing.RESERVED
    ]
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


def _tables(connection: Connection) -> Iterator[Table]:
    """The tables as they are, not as the code has them: one that somebody added by hand is read too."""
    metadata = MetaData()
    for name in inspect(connection).get_table_names():
        yield Table(name, metadata, autoload_with=connection, resolve_fks=False)


def _texts(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    columns = [column for column in table.columns if isinstance(column.type, String | Text | JSON)]
    if not columns:
        return
    keys = list(table.primary_key.columns)
    for row in connection.execution_options(yield_per=1000).execute(select(*keys, *columns)):
        key = ", ".join(str(value)[:40] for value in row[: len(keys)])
        for column, value in zip(columns, row[len(keys) :], strict=True):
            if value:
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield f"{table.name} {column.name} of row {_without_values(key)}", text


def _look(place: str, text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        value = normal_email(match[0].rstrip("."))
        yield Found(place, value, email_standing(value))
    for match in _PHONE.finditer(text):
        if number := normal_phone(match[0]):
            yield Found(place, number, phone_standing(number))


def _without_values(key: str) -> str:
    return _EMAIL.sub("…", _PHONE.sub("…", key))
