"""The only place that writes the triggers that keep rows as they are (since 0006; older revisions wrote theirs).

What a migration has made with this stays as it is: change nothing here that would make other triggers of an old call.
"""

from alembic.operations import Operations

EVENTS = ("insert", "update", "delete")


def guard(op: Operations, table: str, **may: tuple[str, ...]) -> None:
    """Refuse every insert, update and delete unless all its conditions hold; with none named, always.

    Conditions are SQL over `new` and `old` that both engines read. An insert needs one that refuses a key that is
    taken: SQLite's INSERT OR REPLACE fires no delete trigger unless the connection asked for it.
    """
    for event in EVENTS:
        (_guard_sqlite if _is_sqlite(op) else _guard_postgresql)(op, table, event, may.get(event, ()))
    if not _is_sqlite(op):
        _guard_postgresql(op, table, "truncate", (), each="STATEMENT")


def unguard(op: Operations, table: str) -> None:
    """Forget what `guard` made, after the table was dropped."""
    if not _is_sqlite(op):
        for event in (*EVENTS, "truncate"):
            op.execute(f"DROP FUNCTION {table}_{event}()")


def _is_sqlite(op: Operations) -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guard_sqlite(op: Operations, table: str, event: str, conditions: tuple[str, ...]) -> None:
    holds = " AND ".join(f"coalesce({condition}, 0)" for condition in conditions) or "0"
    op.execute(
        f"CREATE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{table}: append only') WHERE NOT ({holds}); END"
    )


def _guard_postgresql(
    op: Operations, table: str, event: str, conditions: tuple[str, ...], *, each: str = "ROW"
) -> None:
    holds = " AND ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"
    op.execute(
        f"CREATE FUNCTION {table}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({holds}) THEN RAISE EXCEPTION '{table}: append only' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {'old' if event == 'delete' else 'new'}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{event} BEFORE {event.upper()} ON {table} "
        f"FOR EACH {each} EXECUTE FUNCTION {table}_{event}()"
    )
