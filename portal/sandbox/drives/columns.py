"""The only place that holds the rows of a drive column by column, for whatever counts, sums, groups or sorts them.

A scenario never changes, so each column of it is read once a process, when somebody first asks for it. A drive's own
rows are laid over it, and kept until its next act.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import Kind
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.rows import own_rows

NONE = int(np.iinfo(np.int64).min)  # stands for a number or a moment that there is not; it sorts before all others

Numbers = NDArray[np.int64]
Texts = NDArray[np.object_]


class Columns:
    """The rows of one kind as the bound drive has them: the scenario's by id, then the drive's own by id.

    Columns are arrays in that order, made when they are asked for. An array is shared: whoever wants to change one
    copies it.
    """

    def __init__(self, db: Session, drive: Drive, kind: Kind[Any], laid: "_Laid") -> None:
        self._db = db
        self._drive = drive
        self._kind = kind
        self._laid = laid

    def __len__(self) -> int:
        return int(self._laid.is_shown.sum()) + len(self._laid.own)

    def texts(self, name: str) -> Texts:
        """A column of text; None where there is none."""
        found: Texts = self._laid_over(name, np.object_)
        return found

    def numbers(self, name: str) -> Numbers:
        """A column of numbers, money or moments (offsets in seconds); NONE where there is none."""
        found: Numbers = self._laid_over(name, np.int64)
        return found

    def _laid_over(self, name: str, dtype: Any) -> Any:
        laid = self._laid
        if name not in laid.made:
            at = self._kind.fields.index(name)
            own = _array([row[at] for row in laid.own], dtype)
            laid.made[name] = np.concatenate(
                (_base(self._db, self._drive, self._kind, name, dtype)[laid.is_shown], own)
            )
        return laid.made[name]


def columns_of(db: Session, drive: Drive, kind: Kind[Any]) -> Columns:
    """The rows of a kind as the bound drive has them, in columns."""
    if db.info.get("has_written"):  # what this transaction did is nobody else's yet
        return Columns(db, drive, kind, _lay(db, drive, kind))
    key = (drive.id, drive.revision, drive.version, kind.name)
    return Columns(db, drive, kind, _kept_laid.find(key) or _kept_laid.keep(key, _lay(db, drive, kind)))


class _Laid:
    """The drive's own rows, which of the scenario's still show, and the columns made so far."""

    def __init__(self, own: list[Any], is_shown: NDArray[np.bool_]) -> None:
        self.own = own
        self.is_shown = is_shown
        self.made: dict[str, Any] = {}


_kept_base: Lately[tuple[str, str, str], Any] = Lately(200)
_kept_laid: Lately[tuple[int, int, str, str], _Laid] = Lately(50)


def _lay(db: Session, drive: Drive, kind: Kind[Any]) -> _Laid:
    own = own_rows(db, kind)
    base = _base(db, drive, kind, "id", np.object_)
    is_shown = ~np.isin(base, list(own)) if own else np.ones(len(base), dtype=np.bool_)
    return _Laid([row for _, row in sorted(own.items()) if row is not None], is_shown)


def _base(db: Session, drive: Drive, kind: Kind[Any], name: str, dtype: Any) -> Any:
    """A column of the scenario, by id."""
    table: Any = kind.base
    if table is None:
        return _array([], dtype)
    key = (drive.version, kind.name, name)
    if (found := _kept_base.find(key)) is not None:
        return found
    column = select(getattr(table, name)).where(table.scenario_id == drive.scenario_id).order_by(table.id)
    return _kept_base.keep(key, _array(list(db.scalars(column)), dtype))


def _array(values: list[Any], dtype: Any) -> Any:
    return np.array(
        [NONE if value is None else value for value in values] if dtype is np.int64 else values, dtype=dtype
    )
