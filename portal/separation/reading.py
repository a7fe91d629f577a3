"""The only place that reads a whole database, as it is and not as the code has it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, MetaData, Row, Select, Table, inspect, text


def tables(connection: Connection) -> Iterator[Table]:
    """Every table that is there: one that somebody added by hand, too."""
    metadata = MetaData()
    for name in inspect(connection).get_table_names():
        yield Table(name, metadata, autoload_with=connection, resolve_fks=False)


def may_read(connection: Connection, table: Table) -> bool:
    """Whether the role of this connection may read the table at all; on SQLite there are no roles."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.scalar(text("SELECT has_table_privilege(:name, 'SELECT')"), {"name": table.name}))


def rows(connection: Connection, table: Table, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """What `query` finds in `table`; on PostgreSQL, whose policies bind the check too, drive after drive."""
    connection = connection.execution_options(yield_per=1000)
    if connection.dialect.name == "sqlite" or "drive_id" not in table.columns:
        with connection.execute(query) as found:
            yield from found
        return
    for drive_id in connection.scalars(text("SELECT id FROM drives ORDER BY id")).all():
        connection.execute(text("SELECT set_config('app.drive', :drive, true)"), {"drive": str(drive_id)})
        with connection.execute(query) as found:
            yield from found
