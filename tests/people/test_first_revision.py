"""The first revision makes what the code says also where Alembic does not compare: CHECKs, row numbers, guards."""

import re
import sqlite3

import pytest
from sqlalchemy.schema import CreateTable

from portal.people.database import Base
from tests.people.site import Site

GUARDED = ("notices", "consent_records", "consent_payloads", "suppressions", "consent_states")


def test_every_check_and_every_table_without_row_numbers_is_the_one_of_the_code(site: Site) -> None:
    stored = dict(site.rows("select name, sql from sqlite_master where type = 'table'"))
    dialect = site.database.writer.dialect
    for table in Base.metadata.sorted_tables:
        wanted = str(CreateTable(table).compile(dialect=dialect))
        assert checks(stored[table.name]) == checks(wanted), table.name
        assert ("WITHOUT ROWID" in stored[table.name]) == ("WITHOUT ROWID" in wanted), table.name


def test_every_guarded_table_has_a_guard_for_each_way_to_change_it(site: Site) -> None:
    triggers = {name for (name,) in site.rows("select name from sqlite_master where type = 'trigger'")}
    assert triggers == {f"{table}_{event}" for table in GUARDED for event in ("insert", "update", "delete")}


@pytest.mark.parametrize("address", ["jane@x.example", "jane@x.invalid", "Jane@people.customerhub.net", "jane@x.test"])
def test_a_reserved_address_cannot_be_stored_by_sql_either(site: Site, address: str) -> None:
    site.agreed("ada@people.customerhub.net")
    with pytest.raises(sqlite3.IntegrityError, match="email_is_real"):
        site.rows("update people set email = ?", address)


def checks(sql: str) -> set[str]:
    found = re.findall(r"CONSTRAINT (ck_\w+ CHECK \(.*\))", sql)
    return {re.sub(r"\s+", " ", check) for check in found}
