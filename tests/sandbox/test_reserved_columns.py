"""The columns of addresses and numbers, against SQL that goes past all of our code: nothing that could reach anyone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from tests.sandbox.visitor import Visitor

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
def raw(fresh_app: Flask) -> Iterator[sqlite3.Connection]:
    """Any SQLite shell on the file, with a drive's own row in it to change."""
    Visitor(fresh_app).start().edit("L001", name="Own Row")
    with closing(sqlite3.connect(str(fresh_app.extensions["database"].writer.url.database))) as connection:
        yield connection


@pytest.mark.parametrize("table", ["scenario_leads", "drive_leads"])
def test_nothing_real_goes_in_and_nothing_becomes_real(raw: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
    row = dict(zip(columns, raw.execute(f"SELECT * FROM {table} WHERE id = 'L001'").fetchone(), strict=True))
    into = f"INSERT INTO {table} VALUES ({', '.join(f':{name}' for name in columns)})"
    for column, value in REFUSED:
        for number, statement in enumerate((into, into.replace("INSERT", "INSERT OR REPLACE"))):
            with pytest.raises(sqlite3.IntegrityError, match=f"{column}_is_reserved"):
                raw.execute(statement, row | {"id": f"new{number}", column: value})
        with pytest.raises(sqlite3.IntegrityError, match=f"{column}_is_reserved"):
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE id = 'L001'", (value,))


@pytest.mark.parametrize("table", ["scenario_leads", "drive_leads"])
def test_what_is_reserved_or_nothing_goes_in(raw: sqlite3.Connection, table: str) -> None:
    for column, values in (
        ("email", ("jane@shop.example", "a.b+c_d@x-1.co.invalid", None)),
        ("phone", ("+15035550142", "+447700900123", None)),
    ):
        for value in values:
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE id = 'L001'", (value,))
