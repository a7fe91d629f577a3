"""The only place that makes an offer public, and takes it off the site again; both are records, never changed."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.people.offers.catalog import Offer, find_withdrawal, newest_publication
from portal.people.offers.models import OfferPublication, OfferWithdrawal
from portal.people.offers.reading import BadOffer, read_offer
from portal.shared.environment import ROOT
from portal.shared.proofreading import Fault


class NotPublic(LookupError):
    """There is no public offer of this name; the message says which are meant."""


def publish_offer(db: Session, path: Path, *, by: str, now: datetime) -> tuple[OfferPublication, bool]:
    """Publish the offer in the file at `path`, drawn now and not when it is read. Raises BadOffer.

    Returns the publication in force and whether it is new: publishing the same twice changes nothing.
    """
    offer = read_offer(path)
    if missing := [get["icon"] for get in offer.gets if not _is_drawn(get["icon"])]:
        raise BadOffer(path, [Fault(1, "gets", f"The icon {missing[0]} is not among the site's yet. Run: make setup")])
    content = offer.as_json()
    version = hashlib.sha256(content.encode()).hexdigest()
    current = newest_publication(db, offer.slug)
    if current and current.version == version and find_withdrawal(db, current) is None:
        return current, False
    publication = OfferPublication(slug=offer.slug, version=version, content=content, published_at=now, published_by=by)
    db.add(publication)
    db.flush()
    return publication, True


def as_publication(offer: Offer, *, by: str, now: datetime) -> OfferPublication:
    """The record that makes an offer public, once it is stored."""
    content = offer.as_json()
    version = hashlib.sha256(content.encode()).hexdigest()
    return OfferPublication(slug=offer.slug, version=version, content=content, published_at=now, published_by=by)


def withdraw_offer(db: Session, slug: str, *, by: str, now: datetime) -> OfferPublication:
    """Take an offer off the site; places that were taken stay. Raises NotPublic."""
    current = newest_publication(db, slug)
    if current is None or find_withdrawal(db, current) is not None:
        raise NotPublic(f"No offer {slug} is public. Those that are stand at /offers/ and in: bin/portal offers list")
    db.add(OfferWithdrawal(publication_id=current.id, withdrawn_at=now, withdrawn_by=by))
    db.flush()
    return current


def _is_drawn(icon: str) -> bool:
    manifest = ROOT / "static" / "built" / "people" / "manifest.json"
    return not manifest.is_file() or f"icons.svg#{icon}" in json.loads(manifest.read_text("utf-8"))
