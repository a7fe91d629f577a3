"""The columns of addresses and numbers, against SQL that goes past all of our code: nothing that could reach anyone."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from tests.sandbox.visitor import Visitor
from tests.support import engines

pytestmark = pytest.mark.every_version

REFUSED = [
    *(
        ("email", value)
        for value in ("jane@gmail.com", "jane@example.com", "jane@shop.test", "jane", "", "@shop.example")
    ),
    # the tricks of trust.md: they passed a constraint whose pattern was not anchored, or that trusted the value's type
    ("email", "x@attacker.io\n@a.example"),
    ("email", "x@attacker.io,y@a.example"),
    ("email", "x@attacker.io y@a.example"),
    ("email", "<x@attacker.io>a@a.example"),
    ("email", "x@attacker.io\x00@a.example"),
    ("email", "x@a.example\x00@attacker.io"),
    ("email", "x@attacker.io;y@a.example"),
    ("email", "x@a.example\n"),
    ("email", "X@A.EXAMPLE"),
    ("email", "х@а.example"),
    ("email", b"x@a.example"),
    ("email", 5),
    *(("phone", value) for value in ("+14158675309", "+15035550200", "+18005550100", "503 555 0142", "5035550142", "")),
    ("phone", "+15035550142\n"),
    ("phone", "+15035550142,+14158675309"),
    ("phone", "+1503555014２"),
    ("phone", b"+15035550142"),
    ("phone", 15035550142),
]


@pytest.fixture
def raw(fresh_app: Flask) -> Iterator[Connection]:
    """Any shell on the database, with a drive's own row in it to change."""
    Visitor(fresh_app).start().edit("L001", name="Own Row")
    with engines.current().raw(fresh_app.extensions["settings"].database_url) as connection:
        yield connection


@pytest.mark.parametrize("table", ["scenario_leads", "drive_leads"])
def test_nothing_real_goes_in_and_nothing_becomes_real(raw: Connection, table: str) -> None:
    row = dict(raw.exec_driver_sql(f"SELECT * FROM {table} WHERE id = 'L001'").mappings().one())
    ways = [f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in row)})"]
    if raw.dialect.name == "sqlite":
        ways.append(ways[0].replace("INSERT", "INSERT OR REPLACE"))
    ways.append(f"UPDATE {table} SET {{column}} = :{{column}} WHERE id = 'L001'")
    for column, value in REFUSED:
        for number, way in enumerate(ways):
            statement = text(way.format(column=column))
            with pytest.raises(DBAPIError, match=rf"{column}_is_reserved|NUL|does not exist|is of type bytea"):
                refused(raw, statement, row | {"id": f"new{number}", column: value})


@pytest.mark.parametrize("table", ["scenario_leads", "drive_leads"])
def test_what_is_reserved_or_nothing_goes_in(raw: Connection, table: str) -> None:
    for column, values in (
        ("email", ("jane@shop.example", "a.b+c_d@x-1.co.invalid", None)),
        ("phone", ("+15035550142", "+447700900123", None)),
    ):
        for value in values:
            changed = raw.execute(text(f"UPDATE {table} SET {column} = :value WHERE id = 'L001'"), {"value": value})
            assert changed.rowcount == 1


def refused(connection: Connection, statement: TextClause, values: dict[str, Any]) -> None:
    with connection.begin_nested():
        connection.execute(statement, {name: value for name, value in values.items() if f":{name}" in str(statement)})
