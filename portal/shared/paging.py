"""The only place that cuts a long list into pages, and reads from an address which of them is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.shared.problems import Problem

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list, of at most so many entries; `total` counts them on all pages."""

    entries: Sequence[T]
    total: int
    number: int
    most: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.most))

    @property
    def first(self) -> int:
        """The place of the first entry in the whole list."""
        return (self.number - 1) * self.most + 1

    @property
    def last(self) -> int:
        """The place of the last entry in the whole list."""
        return self.first + len(self.entries) - 1

    def each(self, told: Callable[[T], U]) -> "Page[U]":
        """The same page of what `told` makes of each entry."""
        entries = [told(entry) for entry in self.entries]
        return Page(entries=entries, total=self.total, number=self.number, most=self.most)


def read_page(db: Session, listed: Select[T], *, number: int, most: int) -> Page[T]:
    """A page of what `listed` finds, in its order; beyond the last one, the last."""
    total = db.scalar(select(func.count()).select_from(listed.order_by(None).subquery())) or 0
    number = max(1, min(number, -(-total // most)))
    entries = db.scalars(listed.limit(most).offset((number - 1) * most)).all()
    return Page(entries=entries, total=total, number=number, most=most)


def page_number() -> int:
    """The page that `?page=` asks for, the first without it. Raises Problem where that is no number."""
    number = request.args.get("page", "1")
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise Problem(400, "That page cannot be read", "Write its number, for example ?page=2.")
    return int(number)
