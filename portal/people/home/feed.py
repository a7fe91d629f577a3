"""The only place that writes what is new as XML: the Atom feed (RFC 4287), and the map that search engines read."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from xml.etree import ElementTree as ET

from portal.people.home.entries import Entry

ATOM, SITE_MAP = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_ENTRIES = 50
MOST_ADDRESSES = 50_000  # as the protocol has it
TITLE = "CustomerHub learning center: webinars and tips"


def write_feed(entries: Sequence[Entry], *, url: str, now: datetime) -> bytes:
    """The feed of these entries at the site `url`; `now` stands for the last change where there is none."""
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en-US"})
    _add(feed, "id", f"{url}/feed.xml")
    _add(feed, "title", TITLE)
    _add(feed, "updated", _moment(last_change(entries) or now))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{url}/feed.xml")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{url}/")
    for entry in entries[:MOST_ENTRIES]:
        _add_entry(feed, entry, url)
    return _written(feed)


def write_site_map(addresses: Sequence[tuple[str, datetime | None]], *, url: str) -> bytes:
    """The map of these paths of the site `url`, each with its last change where that is known."""
    found = ET.Element("urlset", {"xmlns": SITE_MAP})
    for path, changed_at in addresses[:MOST_ADDRESSES]:
        place = ET.SubElement(found, "url")
        _add(place, "loc", f"{url}{path}")
        if changed_at is not None:
            _add(place, "lastmod", _moment(changed_at))
    return _written(found)


def last_change(entries: Sequence[Entry]) -> datetime | None:
    """When anything of it changed last."""
    return max((entry.changed_at for entry in entries), default=None)


def _add_entry(feed: ET.Element, entry: Entry, url: str) -> None:
    found = ET.SubElement(feed, "entry")
    _add(found, "id", f"{url}{entry.path}")
    _add(found, "title", entry.title)
    _add(found, "published", _moment(datetime.combine(entry.made_on, time(), UTC)))
    _add(found, "updated", _moment(entry.changed_at))
    _add(_add(found, "author"), "name", entry.author)
    _add(found, "link", rel="alternate", type="text/html", href=f"{url}{entry.path}")
    _add(found, "category", term=entry.kind.lower(), label=entry.kind)
    _add(found, "summary", entry.summary)


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
