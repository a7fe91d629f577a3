"""The only place that says what stands on the picture of an offer."""

from portal.people.offers.catalog import Offer
from portal.people.pictures.picture import Picture


def picture_of(offer: Offer) -> Picture:
    """The picture beside a link to its page; it says nothing that changes, such as what is left."""
    foot = f"Costs {offer.costs.lower()}, {offer.costs_note}"
    return Picture(title=offer.title, label="Offer", foot=foot, emblem="offer")
