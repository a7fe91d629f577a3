"""The only place that says where the address of something may lead that is taken off the site, and takes it off."""

from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

from portal.people.offers.catalog import find_offer
from portal.people.publications.models import Publication
from portal.people.publications.records import Kind, find_in_force, unpublish
from portal.people.studio.publications import KINDS

MOST = 200  # characters of an address


class NoWayOn(ValueError):
    """Nobody would arrive at the address that is to be led to; the message says why, and what to write."""


def take_off(
    db: Session, *, kind: Kind, slug: str, redirect_to: str, pages: Map, by: str, now: datetime
) -> Publication:
    """Take it off the site; its address leads to `redirect_to`, one of the `pages` that is there.

    Raises NotPublic, NoWayOn. What is led to is public, so nothing ever leads in a circle.
    """
    record = unpublish(db, kind=kind, slug=slug, redirect_to=redirect_to, by=by, now=now)
    _require_page(db, redirect_to, own=f"/{kind}s/{slug}", pages=pages, now=now)
    return record


def _require_page(db: Session, address: str, *, own: str, pages: Map, now: datetime) -> None:
    if not _is_path(address):
        raise NoWayOn("Write a path of this site, like /webinars/another.")
    path = unquote(urlsplit(address).path)
    if f"{path}/".startswith(f"{own}/"):
        raise NoWayOn(f"{own} is what you take off: it would lead to itself. Write another page, or the list of them.")
    first, slug = path.split("/")[1], _slug_at(pages, path)
    if slug is None:
        return
    if first in KINDS:
        _require_public(find_in_force(db, kind=KINDS[first], slug=slug, at=now), f"/{first}/{slug}", first)
    elif first == "offers" and find_offer(db, slug) is None:
        raise NoWayOn(f"No offer {slug} is public. Write one that is listed at /offers/.")


def _is_path(address: str) -> bool:
    """Whether it is one of this site, to every browser: some take a backslash for a slash."""
    return (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and len(address) <= MOST
        and address.isprintable()
    )


def _slug_at(pages: Map, path: str) -> str | None:
    """What the page there is about, by its name; None where that is in its address alone. Raises NoWayOn."""
    try:
        try:
            _, found = pages.bind("").match(path, method="GET")
        except RequestRedirect as fault:  # to the same with a slash
            _, found = pages.bind("").match(urlsplit(fault.new_url).path, method="GET")
    except HTTPException as fault:
        raise NoWayOn(f"There is no page at {path}. Write one that there is, like /webinars/.") from fault
    return found.get("slug")


def _require_public(record: Publication | None, page: str, listed: str) -> None:
    if record is None:
        raise NoWayOn(f"Nothing is public at {page}. Write a page that is listed at /{listed}/.")
    if not record.is_shown:
        on = f" and leads to {record.redirect_to}" if record.redirect_to else ""
        raise NoWayOn(f"{page} was taken off the site itself{on}. Write a page that is public.")
