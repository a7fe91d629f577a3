"""What a database's schema is, in lines that can be compared."""

from sqlalchemy import Connection

_SQLITE = ("select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_master where name not like 'sqlite_%'",)
_POSTGRESQL = (
    "select concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, "
    "collation_name) from information_schema.columns where table_schema = 'public'",
    "select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint "
    "where connamespace = 'public'::regnamespace and contype <> 'n'",
    "select indexdef from pg_indexes where schemaname = 'public'",
    "select concat_ws(' ', tablename, policyname, cmd, qual, with_check) from pg_policies",
    "select concat_ws(' ', relname, relrowsecurity, relforcerowsecurity) from pg_class "
    "where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'S')",
    "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace",
)


def described(connection: Connection) -> list[str]:
    """A line for everything that a migration makes."""
    questions = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    return sorted(line for question in questions for line in connection.exec_driver_sql(question).scalars())
