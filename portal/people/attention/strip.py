"""The only place for the published formula: what is shown of a film's viewings, and nothing that is finer.

Every figure on every page and in every file comes from `Strip.counts`, which are multiples of five.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.attention.groups import GROUP
from portal.people.attention.models import ViewingGroup
from portal.people.attention.seconds import add_up


@dataclass(frozen=True, kw_only=True)
class Strip:
    """How a film is watched: `counts` says of each second how many of `viewings` covered it, to the nearest five."""

    viewings: int
    counts: tuple[int, ...]
    is_sample: bool

    @property
    def seconds(self) -> int:
        """Whole seconds of the film."""
        return len(self.counts)

    @cached_property
    def average(self) -> float:
        """How much of the film one viewing covers on average, from 0 to 1."""
        return self.share(0, self.seconds)

    def share(self, start: float, stop: float) -> float:
        """The part of viewings that covered these seconds, from 0 to 1: the mean of every second that is touched."""
        first = min(max(int(start), 0), self.seconds - 1)
        last = min(max(-int(-stop // 1), first + 1), self.seconds)
        return sum(self.counts[first:last]) / (self.viewings * (last - first))


def find_strip(db: Session, *, film: str) -> Strip | None:
    """How this version of a film is watched, or None while there is no whole group of viewings."""
    groups = db.execute(select(ViewingGroup.counts, ViewingGroup.is_sample).where(ViewingGroup.film == film)).all()
    if not groups:
        return None
    return strip_of([group.counts for group in groups], is_sample=any(group.is_sample for group in groups))


def strip_of(groups: list[bytes], *, is_sample: bool = False) -> Strip:
    """What is shown of these groups of five."""
    return Strip(viewings=GROUP * len(groups), counts=tuple(map(nearest_five, add_up(groups))), is_sample=is_sample)


def count_viewings(db: Session, *, films: Iterable[str]) -> dict[str, int]:
    """How many viewings of each of these films are in groups; none where there is no group."""
    found = select(ViewingGroup.film, func.count()).where(ViewingGroup.film.in_(sorted(set(films))))
    return {film: GROUP * groups for film, groups in db.execute(found.group_by(ViewingGroup.film))}


def nearest_five(count: int) -> int:
    """A count as it is shown: no second tells fewer than five viewings apart."""
    return (count + GROUP // 2) // GROUP * GROUP
