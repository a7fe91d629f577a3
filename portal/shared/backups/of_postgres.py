"""The only place that copies a PostgreSQL database while it is written to, and loads such a copy into an empty one.

By COPY in one REPEATABLE READ transaction: every table as of one moment, with any version of the server, into text that
the next version reads. `row_security` is off, so that a policy that hides a row ends the backup instead of thinning it
out; tables that keep drives apart are read drive by drive.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from portal.shared.backups.refusals import InUse

_ENDING = ".copy"
_CHUNK = 1 << 20

Order = Mapping[str, Sequence[str]]  # tables, parents first, to their columns


@dataclass(frozen=True, kw_only=True)
class Binding:
    """How rows are kept apart: a row is seen while `setting` names its owner, of whom `owners` lists all.

    Rows of the tables `seen_by_all` are seen by whoever is bound to anybody.
    """

    setting: str
    owners: LiteralString
    seen_by_all: Sequence[str] = ()


def dump(
    url: str,
    folder: Path,
    *,
    order: Order,
    binding: Binding | None = None,
    apart: Collection[str] = (),
    keys: Path | None = None,
) -> tuple[dict[str, int], dict[str, int]]:
    """Copy every table of `order` into `folder`, those `apart` into `keys`; rows by table, where sequences stand."""
    counts = {}
    with _connected(url) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        bound = {name for (name,) in connection.execute(_BOUND).fetchall()} if binding else set()
        for table, columns in order.items():
            place = keys if keys is not None and table in apart else folder
            with (place / f"{table}{_ENDING}").open("wb") as file:
                if binding is not None and table in bound:
                    counts[table] = _copy_each(connection, table, columns, file, binding)
                else:
                    connection.execute("SET LOCAL row_security = off")
                    counts[table] = _copy_out(connection, table, columns, file)
        sequences = dict(connection.execute(_SEQUENCES).fetchall())
    return counts, sequences


def rows_in(url: str, tables: Sequence[str]) -> int:
    """How many rows there are in those of `tables` that exist."""
    with _connected(url) as connection, connection.transaction():
        found = [name for (name,) in connection.execute(_TABLES).fetchall() if name in set(tables)]
        return sum(_count(connection, table) for table in found)


def require_alone(url: str) -> None:
    """Raise InUse where anybody else is connected."""
    with _connected(url) as connection:
        others = connection.execute(_OTHERS).fetchone()
    if others and others[0]:
        raise InUse(f"{others[0]} others are connected. Stop the people site, the sandbox and the worker first.")


def load(
    url: str,
    folder: Path,
    *,
    order: Order,
    sequences: Mapping[str, int],
    apart: Mapping[str, LiteralString],
    keys: Path | None = None,
) -> dict[str, int]:
    """Fill the tables of `order`, parents first, as their owner, in one transaction; the rows of each.

    The guards that let in only what comes next stand aside meanwhile, since all of it is checked afterwards.
    """
    with _connected(url) as connection, connection.transaction():
        bound = {name for (name,) in connection.execute(_BOUND).fetchall()}
        _stand_aside(connection, order, bound)
        for table in reversed(list(order)):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, columns in order.items():
            if keys is None or table not in apart:
                _copy_in(connection, table, columns, folder / f"{table}{_ENDING}")
                continue
            beside = f"beside_{table}"
            names = {"name": sql.Identifier(table), "beside": sql.Identifier(beside)}
            connection.execute(sql.SQL(_BESIDE).format(**names))
            _copy_in(connection, beside, columns, keys / f"{table}{_ENDING}")
            connection.execute(sql.SQL(_TAKE_IN + apart[table]).format(**names))
        counts = {table: _count(connection, table) for table in order}
        for name, number in sequences.items():  # a number that was given once is not given again
            connection.execute("SELECT setval(%s, %s)", [name, number])
        _stand_again(connection, order, bound)
    return counts


_TABLES = b"SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_BOUND = b"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity"
_SEQUENCES = b"SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value > 0"
_OTHERS = (
    b"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    b"AND backend_type = 'client backend'"
)


_BESIDE = "CREATE TEMPORARY TABLE {beside} ON COMMIT DROP AS SELECT * FROM {name} WHERE false"
_TAKE_IN = "INSERT INTO {name} SELECT * FROM {beside} WHERE "


@contextmanager
def _connected(url: str) -> Iterator["psycopg.Connection[Any]"]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def _stand_aside(connection: "psycopg.Connection[Any]", order: Order, bound: set[str]) -> None:
    for table in order:
        _alter(connection, table, "DISABLE TRIGGER USER")
        if table in bound:
            _alter(connection, table, "NO FORCE ROW LEVEL SECURITY")


def _stand_again(connection: "psycopg.Connection[Any]", order: Order, bound: set[str]) -> None:
    for table in order:
        _alter(connection, table, "ENABLE TRIGGER USER")
        if table in bound:
            _alter(connection, table, "FORCE ROW LEVEL SECURITY")


def _copy_out(connection: "psycopg.Connection[Any]", table: str, columns: Sequence[str], file: Any) -> int:
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(chosen, sql.Identifier(table))
    with connection.cursor() as cursor:
        with cursor.copy(query) as rows:
            for chunk in rows:
                file.write(chunk)
        return cursor.rowcount


def _copy_each(
    connection: "psycopg.Connection[Any]", table: str, columns: Sequence[str], file: Any, binding: Binding
) -> int:
    """The rows of one owner after the other; nobody sees them together."""
    connection.execute("SET LOCAL row_security = on")
    everybody: list[Any] = [0]
    if table not in binding.seen_by_all:
        everybody = [owner for (owner,) in connection.execute(binding.owners).fetchall()]
    count = 0
    for owner in everybody:
        connection.execute("SELECT set_config(%s, %s, true)", [binding.setting, str(owner)])
        count += _copy_out(connection, table, columns, file)
    return count


def _copy_in(connection: "psycopg.Connection[Any]", table: str, columns: Sequence[str], source: Path) -> None:
    chosen = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), chosen)
    with connection.cursor() as cursor, cursor.copy(query) as rows, source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            rows.write(chunk)


def _count(connection: "psycopg.Connection[Any]", table: str) -> int:
    found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(found[0]) if found else 0


def _alter(connection: "psycopg.Connection[Any]", table: str, change: LiteralString) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} " + change).format(sql.Identifier(table)))
