"""Pages of tips: drawn when they were published, found by topic, and led on from."""

from portal.people.publications import records
from portal.people.publications.topics import TOPICS
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER
from portal.people.tips.tip import slug_of
from portal.shared import clock
from tests.people.site import Site
from tests.people.tips.conftest import Publish, Write

HERE = "/tips/call-before-ten"


def test_a_tip_shows_its_words_where_to_try_it_and_what_comes_next(site: Site, publish: Publish) -> None:
    publish()
    publish(("Call before ten", "Call after four"), name="call-after-four")
    page = site.get(HERE).text
    assert "<h1>Call before ten</h1>" in page
    assert "Call number 19 and write down" in page
    assert f'action="{site.settings.sandbox_url}/drives"' in page
    assert '<input type="hidden" name="page" value="/today">' in page
    assert f'href="{site.settings.sandbox_url}/today"' in page
    assert '<a href="/tips/call-after-four">Call after four</a>' in page


def test_a_tip_is_drawn_when_it_is_published_and_not_when_it_is_read(
    site: Site, publish: Publish, write: Write
) -> None:
    publish()
    write(("Call number 3 ", "Something else "))
    assert "Something else" not in site.get(HERE).text
    publish(("Call number 3 ", "Something else "))
    assert "Something else" in site.get(HERE).text


def test_hostile_words_are_shown_as_they_were_typed(site: Site, publish: Publish) -> None:
    hostile = '</script><script>alert(1)</script>" onmouseover="x'
    publish(('title = "Call before ten"', f"title = '{hostile}'"), ("Open Today", "</button><script>"))
    for path in ("/tips/", HERE):
        page = site.get(path).text
        assert "<script>alert" not in page
        assert '" onmouseover="x' not in page
        assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page


def test_the_list_stands_by_topic_by_one_topic_or_by_age(site: Site, publish: Publish) -> None:
    assert "Nothing is published yet" in site.get("/tips/").text
    publish()
    publish(("2026-03-03", "2026-02-03"), ('["Following up", "Consent"]', '["Numbers"]'), name="older")
    page = site.get("/tips/").text
    assert page.index('id="newest"') < page.index('href="/tips/call-before-ten"') < page.index('id="numbers"')
    assert 'href="/tips/?topic=pipeline"' not in page
    assert "/tips/older" not in site.get("/tips/?topic=consent").text
    assert "No tip is about this yet" in site.get("/tips/?topic=pipeline").text
    newest = site.get("/tips/?by=newest").text
    assert newest.index("/tips/call-before-ten") < newest.index("/tips/older")
    for wrong in ("?topic=nothing", "?by=oldest"):
        assert site.get(f"/tips/{wrong}").status_code == 400


def test_a_moment_shows_only_while_its_webinar_is_public(site: Site, publish: Publish) -> None:
    publish()
    assert "Said in a webinar" not in site.get(HERE).text
    with site.database.transaction() as db:
        records.publish(
            db, kind="webinar", slug="second-message", content='{"title": "Two <3"}', by="Mara", now=clock.now()
        )
    page = site.get(HERE).text
    assert "Two &lt;3" in page
    assert 'href="/webinars/second-message?t=26"' in page


def test_a_tip_of_tomorrow_is_not_there_today(site: Site, publish: Publish) -> None:
    publish(days_ahead=1)
    assert site.get(HERE).status_code == 404
    assert "call-before-ten" not in site.get("/tips/").text


def test_a_tip_that_was_taken_off_the_site_leads_on_or_says_so(site: Site, publish: Publish) -> None:
    assert site.get(HERE).status_code == 404
    publish()
    for redirect_to, status in (("/tips/another", 302), ("", 410)):
        with site.database.transaction() as db:
            records.unpublish(
                db, kind="tip", slug="call-before-ten", redirect_to=redirect_to, by="Mara", now=clock.now()
            )
        answer = site.get(HERE)
        assert (answer.status_code, answer.headers.get("Location", "")) == (status, redirect_to)
        assert "call-before-ten" not in site.get("/tips/").text
        publish()


def test_all_of_ours_have_a_page_and_every_topic_a_list(site: Site) -> None:
    with site.database.transaction() as db:
        for path in sorted(FOLDER.glob("*.md")):
            publish_tip(db, path, by="Mara", now=clock.now())
    assert all(site.get(f"/tips/{path.stem}").status_code == 200 for path in FOLDER.glob("*.md"))
    assert all(f'href="/tips/?topic={slug_of(topic)}"' in site.get("/tips/").text for topic in TOPICS)
