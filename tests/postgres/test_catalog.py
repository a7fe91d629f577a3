"""Questions to PostgreSQL's own catalog that nothing may answer; and each finds what it looks for."""

import pytest
from sqlalchemy import Connection, text

from portal.sandbox.settings import Settings
from tests.support import engines

pytestmark = pytest.mark.postgres

OURS = "relnamespace = 'public'::regnamespace"
IS_OF_A_DRIVE = "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'drive_id')"

QUESTIONS = {
    "a table of drives without row-level security that binds its owner too": (
        f"SELECT relname FROM pg_class c WHERE {OURS} AND relkind IN ('r', 'p') AND (relname = 'drives' OR "
        f"{IS_OF_A_DRIVE}) AND NOT (relrowsecurity AND relforcerowsecurity)"
    ),
    "a policy that lets more than the bound drive through": (
        "SELECT tablename || policyname FROM pg_policies WHERE schemaname = 'public' AND tablename <> 'drives' "
        "AND (coalesce(qual, '') NOT LIKE '(drive_id = %app.drive%' OR cmd <> 'ALL' "
        "OR coalesce(with_check, '') NOT LIKE '(drive_id = %app.drive%')"
    ),
    "a view that does not run as who asks": (
        f"SELECT relname FROM pg_class WHERE {OURS} AND relkind IN ('v', 'm') "
        "AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
    ),
    "a key that two drives could collide in": (
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        f"WHERE c.{OURS} AND i.indisunique AND {IS_OF_A_DRIVE} AND i.indkey[0] <> "
        "(SELECT attnum FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'drive_id')"
    ),
    "a reference that could lead into another drive": (
        "SELECT conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        f"JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f' AND c.{OURS} AND {IS_OF_A_DRIVE} "
        "AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1] "
        "AND a.attname = 'drive_id')"
    ),
    "a role that may sign in and that nothing binds": (
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND (rolsuper OR rolbypassrls) AND rolname <> 'postgres'"
    ),
}
PLANTED = {
    "a table of drives without row-level security that binds its owner too": (
        "ALTER TABLE drive_acts NO FORCE ROW LEVEL SECURITY"
    ),
    "a policy that lets more than the bound drive through": "CREATE POLICY all_of_them ON drive_acts USING (true)",
    "a view that does not run as who asks": "CREATE VIEW every_act AS SELECT * FROM drive_acts",
    "a key that two drives could collide in": "CREATE UNIQUE INDEX ON drive_leads (email)",
    "a reference that could lead into another drive": (
        "CREATE TABLE notes (drive_id int, lead text, number int REFERENCES drives (id)); "
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY"
    ),
    "a role that may sign in and that nothing binds": "CREATE ROLE almighty LOGIN BYPASSRLS",
}


def answers(connection: Connection, question: str) -> list[str]:
    return list(connection.scalars(text(question)))


@pytest.mark.parametrize("name", QUESTIONS)
def test_there_is_no(sandbox: Settings, name: str) -> None:
    with engines.current().raw(sandbox.database_url) as connection:
        assert answers(connection, QUESTIONS[name]) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_there_would_be_found(sandbox: Settings, name: str) -> None:
    with engines.current().raw(sandbox.database_url) as connection:
        connection.execute(text(PLANTED[name]))
        assert len(answers(connection, QUESTIONS[name])) == 1
        connection.rollback()
