"""The only place that says whether a scenario's rows are still those that were read, value by value, and are reserved.

A scenario never changes. So its rows are read once, after they were loaded, and what was read is kept as a digest.
Whoever reads all that is stored later compares the digest, which takes seconds, and reads the values again where it is
another: after a change by direct SQL, or when what counts as reserved was written anew.
"""

import hashlib
import json
from collections.abc import Generator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select, type_coerce
from sqlalchemy.types import NullType

from portal.sandbox.database import Base
from portal.shared import reserved, spotting
from portal.shared.spotting import Spotted, spotted

TABLES = ("scenario_leads", "scenario_companies", "scenario_deals", "scenario_tasks", "scenario_stories")


class NotReserved(RuntimeError):
    """Something in a scenario could reach or identify somebody."""


class Read(NamedTuple):
    """What was read of a table for one scenario: a digest of all its rows, and how much that was."""

    digest: str
    values: int
    spotted: int  # addresses, numbers and streets among them


def texts_of(value: object) -> list[str]:
    """What a stored value says, as texts that are each read alone: of a packed timeline, every part of every entry."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        if value.startswith("[["):
            try:
                return [str(part) for entry in json.loads(value) for part in entry if part is not None and part != ""]
            except (ValueError, TypeError):
                return [value]  # packed by nobody of ours, so read as it stands
        return [value]
    if isinstance(value, bytes | memoryview):
        return [bytes(value).decode("utf-8", "replace")]
    if isinstance(value, int):
        return [str(value)]
    return [json.dumps(value, ensure_ascii=False, default=str)]


def prove(connection: Connection, scenario_id: int) -> str:
    """Read every value of this scenario, and return the proof that all are reserved. Raises NotReserved."""
    found = {}
    for name in TABLES:
        table = Base.metadata.tables[name]
        digest, values, seen = hashlib.sha256(), 0, 0
        with closing(rows_of(connection, table, scenario_id)) as rows:
            for row in rows:
                digest.update(_bytes_of(row))
                for text in (text for value in row for text in texts_of(value)):
                    values += 1
                    found_in_text = _spotted(text)
                    seen += len(found_in_text)
                    if not all(one.is_reserved for one in found_in_text):
                        raise NotReserved(f"{name} of scenario {scenario_id} holds a value that is not reserved.")
        found[name] = Read(digest.hexdigest(), values, seen)
    return json.dumps({"grammar": grammar(), "tables": found})


def proven(connection: Connection, table: Table, scenario_id: int, proof: str) -> Read | None:
    """What is proven of this table for this scenario, if its rows are still the same; None where they must be read."""
    kept = json.loads(proof) if proof else {}
    if kept.get("grammar") != grammar() or table.name not in kept["tables"]:
        return None
    read = Read(*kept["tables"][table.name])
    digest = hashlib.sha256()
    for row in rows_of(connection, table, scenario_id):
        digest.update(_bytes_of(row))
    return read if digest.hexdigest() == read.digest else None


def is_current(proof: str) -> bool:
    """Whether the proof was made by what counts as reserved today."""
    return bool(proof) and json.loads(proof)["grammar"] == grammar()


def rows_of(connection: Connection, table: Table, scenario_id: int) -> Generator[tuple[Any, ...], None, None]:
    """The table's rows of one scenario by key, every column by name: as they are stored, whatever the column says."""
    columns = sorted(table.columns, key=lambda column: column.name)
    query = (
        select(*(type_coerce(column, NullType()) for column in columns))
        .where(table.c.scenario_id == scenario_id)
        .order_by(*table.primary_key.columns)
        .execution_options(yield_per=2000)
    )
    with connection.execute(query) as found:
        for row in found:
            yield tuple(row)


@cache
def grammar() -> str:
    """The SHA-256 of the code that says what is reserved."""
    seen = hashlib.sha256()
    for path in (Path(str(reserved.__file__)), *sorted(Path(str(spotting.__file__)).parent.glob("*.py"))):
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _bytes_of(row: tuple[Any, ...]) -> bytes:
    return repr(row).encode("utf-8", "surrogatepass")


_kept: dict[str, list[Spotted]] = {}


def _spotted(text: str) -> list[Spotted]:
    """What is spotted in a text; many are said again and again."""
    if (found := _kept.get(text)) is None:
        if len(_kept) > 100_000:
            _kept.clear()
        found = _kept[text] = spotted(text)
    return found
