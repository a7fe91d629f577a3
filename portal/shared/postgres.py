"""The only place that knows PostgreSQL: how it is opened, what a serving role may do there, and which role is refused.

Two roles a side: the owner changes the schema and is used by `migrate` alone; the serving role owns nothing, so that
row-level security, grants and triggers bind it, and it cannot take them off.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import count
from typing import Any, Literal, cast

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, PipelineStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Compiled, Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.sql.compiler import SQLCompiler

from portal.shared.database import MAY, Act, Peek
from portal.shared.environment import SettingsError

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
CONNECT_SECONDS = 5

_ISOLATION: dict[Act, str] = {
    "write": "READ COMMITTED",
    "read": "REPEATABLE READ",
    **dict.fromkeys(("peek", "count"), "AUTOCOMMIT"),
}
_ALWAYS = "-c timezone=UTC -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"


def postgres_engine(
    url: str, *, synchronous: Literal["FULL", "NORMAL"], act: Act, bound_by: str | None = None
) -> Engine:
    """An engine whose readers see one moment and cannot write.

    One that peeks reads a single statement at a time: nothing is asked before it and no transaction stands around it,
    so whoever peeks tries again where the connection proves dead. One that counts writes in the same way.

    `synchronous=NORMAL` may lose the last commits in a power cut; where consent is kept it must be FULL. `bound_by`
    names a setting of ours that no connection may bring along from the transaction before.
    """
    commit = {"FULL": "on", "NORMAL": "off"}[synchronous]
    options = f"{_ALWAYS} -c synchronous_commit={commit}"
    if act == "peek":
        options += " -c default_transaction_read_only=on"
    engine = create_engine(
        url,
        connect_args={"options": options, "connect_timeout": CONNECT_SECONDS},
        hide_parameters=True,  # an error's text ends up in a log
        isolation_level=_ISOLATION[act],
        execution_options={"postgresql_readonly": True} if act == "read" else {},
        pool_pre_ping=bound_by is None
        and act in ("write", "read"),  # else the question below finds a dead connection, too
    )
    if act in ("write", "read"):
        event.listen(engine, "after_cursor_execute", _wait_for_rows)
    if bound_by is not None and act in ("write", "read"):
        event.listen(engine, "checkout", _refuse_what_is_bound(bound_by))
    return engine


def postgres_peek(engine: Engine, compiled: Compiled) -> Peek:
    """A way to ask one compiled statement for its first row, and nothing more; raises the driver's own errors.

    By libpq itself (psycopg's `pq`): prepared on each connection at its first use, then one call that waits in C.
    """
    order = re.findall(r"%\((\w+)\)s", compiled.string)
    places = {name: f"${place}" for place, name in enumerate(dict.fromkeys(order), 1)}
    statement = re.sub(r"%\((\w+)\)s", lambda found: places[found[1]], compiled.string).replace("%%", "%").encode()
    name = f"peek_{next(_numbers)}".encode()

    def ask(values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        with closing(engine.raw_connection()) as connection:
            driver = cast("psycopg.Connection[Any]", connection.driver_connection)
            if name not in connection.info:
                _well(driver.pgconn.prepare(name, statement))
                connection.info[name] = True
            result = _well(driver.pgconn.exec_prepared(name, [_sent(values[one]) for one in places]))
            if not result.ntuples:
                return None
            reader = Transformer(driver)
            reader.set_pgresult(result)
            return reader.load_row(0, tuple)

    return ask


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Let statements be sent one after the other, and wait once for all of their answers (libpq's pipeline mode).

    A question is waited for, unless its execution options say `is_unread`. Within another one this does nothing more.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    if driver.pgconn.pipeline_status != PipelineStatus.OFF:
        yield
        return
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as fault:  # that of an answer; what a statement itself raised SQLAlchemy has told already
        if driver.closed:
            connection.invalidate(fault)
        raise DBAPIError.instance(
            None, None, fault, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from fault


def _wait_for_rows(
    _connection: Connection,
    cursor: "psycopg.Cursor[Any]",
    _statement: str,
    _values: object,
    context: ExecutionContext,
    _is_many: bool,
) -> None:
    """Have the rows of a question there before SQLAlchemy looks for them; outside of a pipeline they are."""
    if cursor.connection.pgconn.pipeline_status == PipelineStatus.OFF:
        return
    if _has_rows(context) and not context.execution_options.get("is_unread"):
        with suppress(IndexError):  # where there is no row
            cursor.scroll(0)


def _has_rows(context: ExecutionContext) -> bool:
    compiled = context.compiled
    return isinstance(compiled, SQLCompiler) and bool(
        getattr(compiled.statement, "is_select", False) or compiled.effective_returning
    )


def _well(result: PGresult) -> PGresult:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.OperationalError(result.get_error_message())
    return result


def _sent(value: object) -> bytes:
    """A value in the form of text that the server reads; what type it has follows from where it stands."""
    if isinstance(value, psycopg.Binary):
        return rb"\x" + bytes(value.obj).hex().encode()
    return str(value).encode()  # of a moment that is ISO 8601, with its offset


_numbers = count()


def grant(owner: Engine, metadata: MetaData, *, role: str) -> None:
    """Let `role` do with each table what its `info` says, and nothing else in this database; nobody else enters.

    Run by the owner after each migration; again is no different.
    """
    with owner.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        serving, database = quote(role), quote(connection.engine.url.database or "")
        for act in (
            f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {database} TO {serving}",
            f"GRANT USAGE ON SCHEMA public TO {serving}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {serving}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {serving}",
            f"GRANT SELECT ON alembic_version TO {serving}",
        ):
            connection.execute(text(act))
        for table in metadata.sorted_tables:
            may = table.info.get(MAY, EVERYTHING)
            connection.execute(text(f"GRANT {may} ON {quote(table.name)} TO {serving}"))


def refuse_unsafe_role(engine: Engine, *, setting: str) -> None:
    """Raise SettingsError where the role that `setting` names could take off what binds it."""
    with engine.connect() as connection:
        faults = _powers(connection)
    if faults:
        raise SettingsError(
            f"The role in {setting} {' and '.join(faults)}. Serve with a role of its own that owns nothing, and name "
            f"the owner in {setting.replace('DATABASE', 'OWNER')}, which only `bin/portal migrate` uses."
        )


def _powers(connection: Connection) -> list[str]:
    """What the current role could do that a serving role must not be able to."""
    is_super, bypasses = connection.execute(_ROLE).one()
    owned = connection.scalar(_OWNED) or 0
    schemas = [name for name in inspect(connection).get_schema_names() if name != "information_schema"]
    may_create = any(connection.scalar(_MAY_CREATE, {"schema": name}) for name in schemas)
    return [
        words
        for is_so, words in (
            (is_super, "is a superuser"),
            (bypasses, "bypasses row-level security"),
            (owned, "owns tables, or may act as their owner"),
            (may_create and not is_super, "may create tables"),
        )
        if is_so
    ]


_ROLE = text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') "
    "AND pg_has_role(current_user, c.relowner, 'MEMBER')"
)
_MAY_CREATE = text("SELECT has_schema_privilege(current_user, :schema, 'CREATE')")


def _refuse_what_is_bound(setting: str) -> Any:
    def check(connection: "psycopg.Connection[tuple[str | None]]", _record: object, _proxy: object) -> None:
        try:
            connection.autocommit = True  # one question, no transaction around it
            found = connection.execute("SELECT current_setting(%s, true)", [setting]).fetchone()
            connection.autocommit = False
        except psycopg.Error as fault:
            raise DisconnectionError from fault  # the pool takes another one, or says that the database is away
        if found and found[0]:
            raise DisconnectionError(f"{setting} outlived its transaction.")

    return check
