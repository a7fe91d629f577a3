"""The only place that keeps what became of each list that was taken over: which lines, and whom it asked, by hash."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, Text, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.shared import ids, paging
from portal.shared.columns import Moment
from portal.shared.database import MAY
from portal.shared.paging import Page

MOST_LINES = 1000  # put aside, that are kept by their numbers; all of them are counted
PAGE = 50


class Kind(StrEnum):
    """What a list is of."""

    PEOPLE = "people"  # who agreed elsewhere, and are asked once
    NOES = "noes"  # addresses not to be used


class TakenOver(Base):
    """A list, when it came in, through whom. `counts` and `aside` are JSON: how many of each, which lines and why."""

    __tablename__ = "lists_taken_over"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in Kind)})", name="kind_is_known"),
        {"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(String(100))
    by_account: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    counts: Mapped[str] = mapped_column(Text)
    aside: Mapped[str] = mapped_column(Text)


class AskedOnce(Base):
    """That an address was asked because of a list: by its keyed hash, which outlives it, so that none asks again."""

    __tablename__ = "asked_once"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(32), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)


class NoSuchList(LookupError):
    """No list of that id was taken over."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why lines were put aside, and which."""

    why: str
    lines: list[int]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of a list."""

    row: TakenOver
    counts: dict[str, int]
    reasons: list[Reason]

    @property
    def aside(self) -> int:
        """How many lines were put aside."""
        return self.counts["aside"]


def keep(
    db: Session,
    *,
    kind: Kind,
    name: str,
    counts: dict[str, int],
    aside: list[dict[str, object]],
    by: str,
    now: datetime,
) -> str:
    """Write down what became of a list; `aside` has the number of each line that was put aside, and why. Its id."""
    row = {
        "id": ids.new_id(),
        "kind": kind.value,
        "name": "".join(sign for sign in name if sign.isprintable())[:100] or "a list",
        "by_account": by[:24],
        "at": now,
        "counts": json.dumps(counts | {"aside": len(aside)}),
        "aside": json.dumps([[one["line"], one["why"]] for one in aside[:MOST_LINES]]),
    }
    db.execute(insert(TakenOver), [row])
    return str(row["id"])


def was_asked(db: Session, *, address_hash: str, purpose: str) -> bool:
    """Whether a list made us ask this address about this purpose before."""
    return db.get(AskedOnce, (address_hash, purpose)) is not None


def note_asked(db: Session, *, address_hash: str, purpose: str, now: datetime) -> None:
    """Write down that it was asked, so that no list makes us ask it again."""
    db.execute(insert(AskedOnce), [{"address_hash": address_hash, "purpose": purpose, "asked_at": now}])


def read_page(db: Session, *, number: int) -> Page[Told]:
    """A page of the lists, the last one first; beyond the last page, the last."""
    newest = select(TakenOver).order_by(TakenOver.at.desc(), TakenOver.id)
    return paging.read_page(db, newest, number=number, most=PAGE).each(_tell)


def get_list(db: Session, *, list_id: str) -> Told:
    """What became of one list. Raises NoSuchList."""
    row = db.get(TakenOver, list_id)
    if row is None:
        raise NoSuchList(list_id)
    return _tell(row)


def _tell(row: TakenOver) -> Told:
    lines: dict[str, list[int]] = {}
    for line, why in json.loads(row.aside):
        lines.setdefault(why, []).append(line)
    reasons = [Reason(why=why, lines=found) for why, found in lines.items()]
    reasons.sort(key=lambda reason: (-len(reason.lines), reason.lines))
    return Told(row=row, counts=json.loads(row.counts), reasons=reasons)
