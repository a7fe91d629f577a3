"""The only place that reads the offers in `content/offers/` and says in which round each of them stands."""

import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from portal.shared.environment import ROOT

FOLDER = ROOT / "content" / "offers"


class BadOffer(ValueError):
    """An offer's file cannot be used; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """A span of days in which a number of places can be taken."""

    key: str
    opens_on: date
    closes_on: date

    def is_open_on(self, today: date) -> bool:
        """Whether one can sign up on this day (UTC)."""
        return self.opens_on <= today <= self.closes_on


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An offer as marketing wrote it."""

    slug: str
    title: str
    name: str
    summary: str
    costs: str
    costs_note: str
    places: int
    code: str
    button: str
    gets: tuple[dict[str, str], ...]
    steps: tuple[dict[str, str], ...]
    why: tuple[dict[str, str], ...]
    every: str = ""
    opens_on: date = date.min
    closes_on: date = date.max

    def round_on(self, today: date) -> Round:
        """The round of this day: the month's, or the only one there is, open or not."""
        if self.every == "month":
            last = monthrange(today.year, today.month)[1]
            return Round(key=f"{today:%Y-%m}", opens_on=today.replace(day=1), closes_on=today.replace(day=last))
        return Round(key="only", opens_on=self.opens_on, closes_on=self.closes_on)


@cache
def offers() -> dict[str, Offer]:
    """Every offer by its slug, in the order of their files; raises BadOffer."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def find_offer(slug: str) -> Offer | None:
    """The offer of this slug, or None."""
    return offers().get(slug)


def _read(path: Path) -> Offer:
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        found |= {name: tuple(found[name]) for name in ("gets", "steps", "why")}
        offer = Offer(slug=path.stem, **found)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as fault:
        raise BadOffer(f"{path} cannot be used as an offer: {fault}") from fault
    if offer.every not in ("", "month") or offer.places < 1:
        raise BadOffer(f"{path}: `every` is month or left out, `places` is 1 or more.")
    return offer
