"""What machines read of the site: a feed that is valid and says when it changed, and a map of every public page."""

from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from time_machine import travel
from werkzeug.http import parse_date

from portal.people.publications import records
from portal.shared import clock
from tests.people.site import Site
from tests.people.tips.conftest import Publish

ATOM, MAP = "{http://www.w3.org/2005/Atom}", "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_a_feed_has_what_the_standard_asks_of_it_and_the_newest_first(site: Site, publish: Publish) -> None:
    publish(('title = "Call before ten"', "title = 'Ten < eleven & \"so on\"'"))
    publish(("2026-03-03", "2026-03-04"), name="call-after-four")
    answer = site.get("/feed.xml")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    assert [feed.findtext(f"{ATOM}{tag}") for tag in ("id", "title")] == [
        f"{site.settings.url}/feed.xml",
        "CustomerHub learning center: webinars and tips",
    ]
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Call before ten", 'Ten < eleven & "so on"']
    for entry in entries:
        for tag in ("id", "title", "published", "updated", "summary", "author/name"):
            assert entry.findtext("/".join(f"{ATOM}{part}" for part in tag.split("/"))), tag
        for tag in ("published", "updated"):
            assert datetime.fromisoformat(entry.findtext(f"{ATOM}{tag}", "")).tzinfo, tag
    addresses = [entry.findtext(f"{ATOM}id", "") for entry in entries]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert site.get(address.removeprefix(site.settings.url)).status_code == 200


def test_a_feed_that_did_not_change_is_not_sent_again(site: Site, publish: Publish) -> None:
    with travel("2026-03-05 09:00Z", tick=False) as traveller:
        publish()
        first = site.get("/feed.xml")
        assert first.last_modified == clock.now()
        same = {"If-None-Match": first.headers["ETag"]}
        assert site.get("/feed.xml", headers=same).status_code == 304
        assert site.get("/feed.xml", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
        traveller.shift(timedelta(days=1))
        assert site.get("/feed.xml", headers=same).status_code == 304
        publish(("Call number 3 ", "Ring number 3 "))
        again = site.get("/feed.xml", headers=same)
        assert again.status_code == 200
        assert parse_date(again.headers["Last-Modified"]) == clock.now()


def test_an_empty_feed_is_a_feed_and_says_the_same_each_time(site: Site) -> None:
    first = site.get("/feed.xml")
    assert ET.fromstring(first.data).findall(f"{ATOM}entry") == []
    assert site.get("/feed.xml", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_map_names_every_public_page_and_none_that_is_to_come_or_was_taken_off(
    site: Site, publish: Publish
) -> None:
    publish()
    publish(name="of-tomorrow", days_ahead=1)
    publish(name="taken-off")
    with site.database.transaction() as db:
        records.unpublish(db, kind="tip", slug="taken-off", redirect_to="/tips/", by="Mara", now=clock.now())
    answer = site.get("/sitemap.xml")
    assert answer.content_type == "application/xml; charset=utf-8"
    places = {place.findtext(f"{MAP}loc", ""): place.findtext(f"{MAP}lastmod") for place in ET.fromstring(answer.data)}
    assert places[f"{site.settings.url}/tips/call-before-ten"]
    assert f"{site.settings.url}/offers/setup-day" in places
    assert not any("of-tomorrow" in place or "taken-off" in place for place in places)
    for place in places:
        assert site.get(place.removeprefix(site.settings.url)).status_code == 200, place


def test_pages_name_the_feed(site: Site) -> None:
    assert '<link rel="alternate" type="application/atom+xml"' in site.get("/").text
