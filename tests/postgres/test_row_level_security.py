"""PostgreSQL itself keeps drives apart, whatever Python asks: for the server's role, and for the owner too."""

from typing import LiteralString

import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege, UndefinedTable
from sqlalchemy import text

from portal.sandbox.database import Database
from portal.sandbox.settings import Settings
from tests.postgres.conftest import ADA, BEN, Shell
from tests.support import engines

pytestmark = pytest.mark.postgres

PLANT: LiteralString = "insert into drive_acts values (%s, 9, 'planted', now())"


def bound(connection: Shell, drive_id: int) -> None:
    connection.execute("select set_config('app.drive', %s, true)", [str(drive_id)])


def attempt(connection: Shell, drive_id: int | None, sql: LiteralString, *values: object) -> None:
    """Run `sql` in a transaction that is bound to the drive, or to none."""
    with connection.transaction():
        if drive_id:
            bound(connection, drive_id)
        connection.execute(sql, values)


def acts(connection: Shell) -> list[object]:
    return [words for (words,) in connection.execute("select words from drive_acts order by words").fetchall()]


def test_who_is_bound_to_no_drive_meets_no_row_of_one(server: Shell, owner: Shell) -> None:
    for connection in (server, owner):
        assert acts(connection) == []
    assert server.execute("update drive_acts set words = 'taken'").rowcount == 0
    assert server.execute("delete from drive_acts").rowcount == 0


def test_who_is_bound_meets_the_rows_of_that_drive_alone(server: Shell, owner: Shell) -> None:
    for connection in (server, owner):
        with connection.transaction():
            bound(connection, ADA)
            assert acts(connection) == [f"act of {ADA}"]
            bound(connection, BEN)
            assert acts(connection) == [f"act of {BEN}"]
    with server.transaction():
        bound(server, ADA)
        assert server.execute("update drive_acts set words = 'mine'").rowcount == 1
        assert server.execute("delete from drive_acts where drive_id = %s", [BEN]).rowcount == 0
    with server.transaction():
        bound(server, BEN)
        assert acts(server) == [f"act of {BEN}"]


@pytest.mark.parametrize("drive_id", [ADA, None])
def test_nobody_writes_a_row_for_another_drive(server: Shell, drive_id: int | None) -> None:
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        attempt(server, drive_id, PLANT, BEN)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        attempt(server, ADA, "update drive_acts set drive_id = %s", BEN)


def test_a_row_cannot_refer_to_a_row_of_another_drive(server: Shell) -> None:
    """The foreign key leads with the drive, so an act of Ben's is none for Ada."""
    attempt(server, BEN, "insert into drive_acts values (%s, 2, 'a second one', now())", BEN)
    with pytest.raises(ForeignKeyViolation):
        attempt(server, ADA, "insert into drive_befores values (%s, 2, 'lead', 'L001', null)", ADA)


VIEW: LiteralString = (
    "insert into drive_views (drive_id, layer, id, is_deleted, name, shape, place)"
    " values (%s, 0, 'V1', false, 'Of Ben', '{}', 1)"
)
COPY: LiteralString = "select copy_bound_drive(%s, 0, 'copy', sha256('copy'), '', now(), now(), null, null)"


@pytest.mark.parametrize("drive_id", [ADA, None])
def test_the_function_that_copies_a_drive_copies_no_other_than_the_bound_one(
    server: Shell, owner: Shell, drive_id: int | None
) -> None:
    """It runs as whoever calls it, so it could read no row of another one either."""
    attempt(server, BEN, VIEW, BEN)
    for connection in (server, owner):
        with pytest.raises(InsufficientPrivilege, match="is not the one that is bound"):
            attempt(connection, drive_id, COPY, BEN)
    assert server.execute("select count(*) from drives").fetchone() == (2,)
    asked = "select prosecdef, proconfig from pg_proc where proname = 'copy_bound_drive'"
    assert owner.execute(asked).fetchone() == (False, ["search_path=public, pg_temp"])


def test_who_copied_a_drive_is_bound_to_the_copy_alone_and_its_rows_are_its_own(server: Shell) -> None:
    with server.transaction():
        bound(server, BEN)
        server.execute(VIEW, [BEN])
        (copy,) = server.execute(COPY, [BEN]).fetchone() or ()
        assert server.execute("select drive_id, name from drive_views").fetchall() == [(copy, "Of Ben")]
        server.execute("update drive_views set name = 'Of the copy'")
        bound(server, BEN)
        assert server.execute("select drive_id, name from drive_views").fetchall() == [(BEN, "Of Ben")]


def test_a_number_that_another_drive_has_is_free(server: Shell) -> None:
    """A key that all drives shared would tell by its error what another one holds."""
    attempt(server, BEN, "insert into drive_acts values (%s, 7, 'of Ben', now())", BEN)
    attempt(server, ADA, "insert into drive_acts values (%s, 7, 'of Ada', now())", ADA)


def test_the_row_of_a_drive_itself_changes_only_for_who_is_bound_to_it(server: Shell) -> None:
    assert server.execute("select count(*) from drives").fetchone() == (2,)  # a token finds its drive
    with server.transaction():
        bound(server, ADA)
        assert server.execute("update drives set seen_at = now()").rowcount == 1
        assert server.execute("delete from drives where id = %s", [BEN]).rowcount == 0


@pytest.mark.parametrize(
    "act",
    [
        "alter table drive_acts disable row level security",
        "alter table drive_acts no force row level security",
        "drop policy own_drive on drive_acts",
        "create policy mine on drive_acts using (true)",
        "truncate drive_acts",
        "set role sandbox_owner",
        "set session authorization sandbox_owner",
        "create table elsewhere (x int)",
        "create temporary table elsewhere (x int)",
        "update scenario_leads set name = 'x'",
        "delete from scenario_stories",
        "alter table drive_leads drop constraint ck_drive_leads_email_is_reserved",
    ],
)
def test_the_server_cannot_take_off_what_binds_it(server: Shell, sandbox: Settings, act: str) -> None:
    engines.migrate("sandbox", sandbox.owner_url, url=sandbox.database_url)  # what is granted on the database, too
    with pytest.raises(InsufficientPrivilege):
        server.execute(act.encode())


def test_row_security_cannot_be_switched_off_for_a_query(server: Shell) -> None:
    server.execute("set row_security = off")
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        acts(server)


def test_a_binding_ends_with_its_transaction_however_that_ends(server: Shell) -> None:
    with server.transaction():
        bound(server, ADA)
    assert acts(server) == []
    with pytest.raises(UndefinedTable):
        attempt(server, ADA, "select * from nothing")
    assert acts(server) == []


def test_a_binding_that_outlived_its_transaction_is_never_handed_on(sandbox: Settings) -> None:
    """A session-level SET survives COMMIT; the pool lets go of such a connection instead of lending it again."""
    database = Database(sandbox.database_url)
    with database.writer.connect() as connection:
        connection.execute(text(f"set app.drive = '{ADA}'"))
        connection.commit()
        first = connection.scalar(text("select pg_backend_pid()"))
        connection.commit()
    with database.writer.connect() as connection:
        assert connection.scalar(text("select pg_backend_pid()")) != first
        assert not connection.scalar(text("select current_setting('app.drive', true)"))
    database.close()
