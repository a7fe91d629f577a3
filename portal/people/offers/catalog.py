"""The only place that asks which offers are public, and in which round each of them stands."""

import json
from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from portal.people.offers.models import OfferPublication, OfferWithdrawal

_ONLY = "only"  # the key of a round where there is one alone


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
    """An offer as marketing wrote and published it: `about_html` and `terms_html` are drawn, the rest is plain text."""

    slug: str
    title: str
    name: str
    summary: str
    costs: str
    costs_note: str
    places: int
    code: str
    button: str
    codes: str = "single"
    whom: str = "everyone"
    every: str = ""
    opens_on: date = date.min
    closes_on: date = date.max
    gets: tuple[dict[str, str], ...] = ()
    steps: tuple[dict[str, str], ...] = ()
    why: tuple[dict[str, str], ...] = ()
    about_html: str = ""
    terms_html: str = ""

    @property
    def shares_a_code(self) -> bool:
        """Whether everyone gets the same code, rather than one of their own that is good for once."""
        return self.codes == "shared"

    @property
    def is_for_new_people(self) -> bool:
        """Whether it is only for people who never had a place in an offer."""
        return self.whom == "new"

    def round_on(self, today: date) -> Round:
        """The round of this day: the month's, or the only one there is, open or not."""
        if self.every == "month":
            last = monthrange(today.year, today.month)[1]
            return Round(key=_month(today), opens_on=today.replace(day=1), closes_on=today.replace(day=last))
        return Round(key=_ONLY, opens_on=self.opens_on, closes_on=self.closes_on)

    def round_after(self, current: Round) -> Round | None:
        """The round that follows, or None where there is only one."""
        if self.every != "month":
            return None
        return self.round_on(date.fromordinal(current.closes_on.toordinal() + 1))

    def as_json(self) -> str:
        """Everything about it, as a publication keeps it."""
        return json.dumps(asdict(self), default=date.isoformat, sort_keys=True, ensure_ascii=False)


def list_offers(db: Session) -> list[Offer]:
    """Every public offer, by slug."""
    public = select(OfferPublication.content).where(is_shown())
    return [offer_from(content) for content in db.scalars(public.order_by(OfferPublication.slug))]


def find_offer(db: Session, slug: str) -> Offer | None:
    """The public offer of this slug, or None."""
    newest = newest_publication(db, slug)
    return None if newest is None or find_withdrawal(db, newest) is not None else offer_from(newest.content)


def find_offer_as_it_was(db: Session, slug: str) -> Offer | None:
    """The newest version of an offer, public or not any more: for what was taken of it."""
    newest = newest_publication(db, slug)
    return None if newest is None else offer_from(newest.content)


def newest_publication(db: Session, slug: str) -> OfferPublication | None:
    """The last version that was made public."""
    of_slug = select(OfferPublication).where(OfferPublication.slug == slug)
    return db.scalars(of_slug.order_by(OfferPublication.id.desc()).limit(1)).one_or_none()


def find_withdrawal(db: Session, publication: OfferPublication) -> OfferWithdrawal | None:
    """When and by whom it was taken off the site, or None while it is public."""
    return db.get(OfferWithdrawal, publication.id)


def is_shown() -> ColumnElement[bool]:
    """What a publication must be to be shown: the newest of its offer, and not withdrawn."""
    newest = select(func.max(OfferPublication.id)).group_by(OfferPublication.slug)
    return and_(OfferPublication.id.in_(newest), ~_is_withdrawn)


def rounds_on(today: date) -> list[str]:
    """The keys that the round of this day may have, whatever the offer."""
    return [_ONLY, _month(today)]


_is_withdrawn = exists().where(OfferWithdrawal.publication_id == OfferPublication.id)


def _month(today: date) -> str:
    return f"{today:%Y-%m}"


@lru_cache(maxsize=256)
def offer_from(content: str) -> Offer:
    """The offer that `as_json` wrote."""
    found: dict[str, Any] = json.loads(content)
    found |= {name: date.fromisoformat(found[name]) for name in ("opens_on", "closes_on")}
    found |= {name: tuple(found[name]) for name in ("gets", "steps", "why")}
    return Offer(**found)
