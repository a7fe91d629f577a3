"""The only place that holds the rows of a drive column by column, for whatever finds, counts, sums or sorts them.

A scenario never changes, so each column of it is read once a process, when somebody first asks for it, and kept as the
numbers of its values among all that it has. A drive's own rows are read once after each of its acts.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Integer, select
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import Kind
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.own_columns import compared_as, is_of_numbers, is_own, own_columns
from portal.sandbox.drives.rows import own_rows

NONE = int(np.iinfo(np.int64).min)  # stands for a number or a moment that there is not; it sorts before all others

Numbers = NDArray[np.int64]
Texts = NDArray[np.object_]
Ids = NDArray[np.bytes_]
Places = NDArray[np.int32]
Marks = NDArray[np.bool_]


class Ranked(NamedTuple):
    """A column: the values that there are, in order, and which of them each row has; -1 for none."""

    ranks: NDArray[np.int32]
    values: NDArray[Any]


class Columns:
    """The rows of one kind as the bound drive has them: the scenario's by id, then the drive's own by id.

    Columns are arrays in that order, made when they are asked for. An array is shared: whoever wants to change one
    copies it.
    """

    def __init__(self, base: "BaseRows", own: "OwnRows", key: tuple[str, ...] | None) -> None:
        self._base = base
        self._own = own
        self._key = key

    def __len__(self) -> int:
        return len(self._base) - len(self._own.hidden) + len(self._own)

    def texts(self, name: str) -> Texts:
        """A column of text; None where there is none."""
        found: Texts = self._laid_over(name, None)
        return found

    def numbers(self, name: str) -> Numbers:
        """A column of numbers, money or moments (offsets in seconds); NONE where there is none."""
        found: Numbers = self._laid_over(name, NONE)
        return found

    def _laid_over(self, name: str, absent: int | None) -> Any:
        if self._key is None:
            return self._made(name, absent)
        key = (*self._key, name)
        found = _kept_columns.find(key)
        return _kept_columns.keep(key, self._made(name, absent)) if found is None else found

    def _made(self, name: str, absent: int | None) -> Any:
        base = _spelled_out(self._base.ranked(name), absent)
        if self._own.is_empty:
            return base
        return np.concatenate((base[self._own.is_shown], _spelled_out(self._own.ranked(name), absent)))


def columns_of(db: Session, drive: Drive, kind: Kind[Any]) -> Columns:
    """The rows of a kind as the bound drive has them, in columns."""
    base, own = base_rows(db, drive, kind), own_rows_of(db, drive, kind)
    if own.is_empty:  # as any other drive that changed none of these
        return Columns(base, own, (drive.version, kind.name))
    key = None if db.info.get("has_written") else (drive.public_id, str(drive.revision), drive.version, kind.name)
    return Columns(base, own, key)


class BaseRows:
    """The rows of one kind that a scenario has, by id."""

    def __init__(self, db: Session, drive: Drive, kind: Kind[Any]) -> None:
        self._db = db
        self._drive = drive
        self._kind = kind
        self.ids: Ids = self._kept("its ids", self._read_ids)

    def __len__(self) -> int:
        return len(self.ids)

    def ranked(self, name: str) -> Ranked:
        """A column."""
        found: Ranked = self._kept(
            name,
            lambda: ranked(self._values(name), is_number=is_number(self._kind, name)) if self._kind.base else _BLANK,
        )
        return found

    def find(self, ids: Ids) -> tuple[Places, Marks]:
        """Where each of `ids` stands, or would stand, and whether it does."""
        at = np.searchsorted(self.ids, ids)
        if not len(self.ids):
            return at.astype(np.int32), np.zeros(len(ids), np.bool_)
        return at.astype(np.int32), self.ids[np.minimum(at, len(self.ids) - 1)] == ids

    def _kept(self, name: str, make: Any) -> Any:
        key = (self._drive.version, self._kind.name, name)
        found = _kept_base.find(key)
        return _kept_base.keep(key, make()) if found is None else found

    def _read_ids(self) -> Ids:
        return as_ids(self._read("id") if self._kind.base else [])

    def own_values(self, name: str, stored: Iterable[str]) -> Sequence[Any]:
        """A column of the scenario's own, of rows that have this in `more`."""
        column = own_columns(self._drive).get(name)
        called = column.name if column else ""
        return [compared_as(name, json.loads(one).get(called, "")) for one in stored]

    def _values(self, name: str) -> Sequence[Any]:
        return self.own_values(name, self._read("more")) if is_own(name) else self._read(name)

    def _read(self, name: str) -> Sequence[Any]:
        table: Any = self._kind.base.__table__.c  # type: ignore[union-attr]
        column = select(table[name]).where(table.scenario_id == self._drive.scenario_id).order_by(table.id)
        return self._db.connection().execute(column).scalars().all()


class OwnRows:
    """The rows of one kind that are a drive's own, by id, and what they hide of the scenario's.

    `hidden` are the places of the scenario's rows that are replaced or deleted here, in order; `is_shown` marks all
    others. `shadowed` says of each own row in whose place it stands, or -1. `deleted` are the ids of tombstones.
    """

    def __init__(self, kind: Kind[Any], base: BaseRows, rows: dict[str, Any]) -> None:
        self._kind = kind
        self._base = base
        self._made: dict[str, Ranked] = {}
        self._numbers: dict[str, NDArray[Any]] = {}
        alive = sorted(row_id for row_id, row in rows.items() if row is not None)
        self.rows = [rows[row_id] for row_id in alive]
        self.deleted = rows.keys() - set(alive)
        self.ids = as_ids(alive)
        at, is_there = base.find(as_ids(rows))
        self.hidden: Places = np.sort(at[is_there])
        self._size = len(base)
        at, is_there = base.find(self.ids)
        self.shadowed: Places = np.where(is_there, at, -1).astype(np.int32)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether the drive has these rows just as the scenario has them."""
        return not self.rows and not len(self.hidden)

    @cached_property
    def by_id(self) -> dict[str, Any]:
        """The rows that are not deleted."""
        return {row.id: row for row in self.rows}

    @property
    def is_shown(self) -> Marks:
        """Which of the scenario's rows the drive has as they are."""
        found = np.ones(self._size, np.bool_)
        found[self.hidden] = False
        return found

    def ranked(self, name: str) -> Ranked:
        """A column."""
        if name not in self._made:
            self._made[name] = ranked(self._values(name), is_number=is_number(self._kind, name))
        return self._made[name]

    def numbers_among(self, theirs: Ranked, name: str) -> NDArray[Any]:
        """Where the values of a column stand among the scenario's; the last number, -1, stands for none.

        Each value of the scenario has an odd number, and the gaps between them even ones.
        """
        if name not in self._numbers:
            values = self.ranked(name).values
            since = np.searchsorted(theirs.values, values, "left")
            is_equal = np.searchsorted(theirs.values, values, "right") > since
            self._numbers[name] = np.append(2 * since + is_equal, -1)
        return self._numbers[name]

    def _values(self, name: str) -> Sequence[Any]:
        if is_own(name):
            return self._base.own_values(name, [row.more for row in self.rows])
        at = self._kind.fields.index(name)
        return [row[at] for row in self.rows]


def base_rows(db: Session, drive: Drive, kind: Kind[Any]) -> BaseRows:
    """The rows of a kind that the drive's scenario has."""
    return BaseRows(db, drive, kind)


def own_rows_of(db: Session, drive: Drive, kind: Kind[Any]) -> OwnRows:
    """The rows of a kind that are the bound drive's own; read once a revision."""
    if db.info.get("has_written"):  # what this transaction did is nobody else's yet
        return OwnRows(kind, base_rows(db, drive, kind), own_rows(db, kind))
    key = (drive.public_id, drive.revision, kind.name)
    found = _kept_own.find(key)
    if found is None:
        found = _kept_own.keep(key, OwnRows(kind, base_rows(db, drive, kind), own_rows(db, kind)))
    return found


def ranked(column: Sequence[Any], *, is_number: bool) -> Ranked:
    """The column by its values."""
    known = sorted({value for value in column if value is not None})
    rank = {value: at for at, value in enumerate(known)} | {None: -1}
    values = np.array(known, np.int64) if is_number else _as_objects(known)
    return Ranked(np.fromiter((rank[value] for value in column), np.int32, len(column)), values)


def as_ids(ids: Iterable[str]) -> Ids:
    """Ids as an array that is compared as they are: by their bytes."""
    return np.array([one.encode() for one in ids], "S16")


def is_number(kind: Kind[Any], name: str) -> bool:
    """Whether a column holds numbers, and not texts."""
    return is_of_numbers(name) if is_own(name) else isinstance(getattr(kind.own, name).type, Integer)


def _weight(found: Any) -> int:
    """About how many bytes a column takes."""
    if isinstance(found, Ranked):
        return found.ranks.nbytes + len(found.values) * (8 if found.values.dtype == np.int64 else 80)
    return int(found.nbytes)


_MEGABYTE = 1_000_000
_BLANK = Ranked(np.zeros(0, np.int32), np.zeros(0, np.object_))
_kept_base: Lately[tuple[str, str, str], Any] = Lately(200 * _MEGABYTE, weigh=_weight)
_kept_own: Lately[tuple[str, int, str], OwnRows] = Lately(30_000, weigh=lambda own: 1 + len(own.rows))
_kept_columns: Lately[tuple[str, ...], Any] = Lately(60 * _MEGABYTE, weigh=_weight)


def _spelled_out(column: Ranked, absent: int | None) -> Any:
    """The value of each row."""
    dtype = np.object_ if absent is None else np.int64
    values: NDArray[Any] = np.empty(len(column.values) + 1, dtype)
    values[:-1] = column.values
    values[-1] = absent
    return values[column.ranks]


def _as_objects(values: list[Any]) -> NDArray[np.object_]:
    found = np.empty(len(values), np.object_)
    found[:] = values
    return found
