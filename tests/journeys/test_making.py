"""A page that is opened while its film is being made: the player comes by itself, and nothing of the page is lost."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.people.database import Database
from portal.people.films.models import FilmState, Stand
from portal.people.media.store import open_store
from portal.people.settings import load_settings
from portal.people.webinars.publishing import publish_webinar
from portal.people.webinars.reading import Folder, read_folder
from portal.shared import clock
from tests.support.films import finish_film
from tests.support.running import Running
from tests.support.streaming import write_short_film

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]
SLUG = "film-in-the-making"


@pytest.fixture
def being_made(site: Running, tmp_path: Path) -> Folder:
    """A webinar whose film another worker holds, who is at a third of it."""
    found = read_folder(write_short_film(tmp_path / SLUG, size=(640, 360)))
    settings = load_settings(site.environment)
    database = Database(settings.database_url)
    with database.transaction() as db:
        publish_webinar(db, found, store=open_store(settings), by="Mara", now=clock.now())
        film = db.get_one(FilmState, found.source)
        film.state, film.percent, film.lease = Stand.WORKING.value, 33, "another"
        film.leased_until = clock.now() + timedelta(hours=1)
    database.close()
    return found


def finish(site: Running, found: Folder) -> None:
    settings = load_settings(site.environment)
    database, now = Database(settings.database_url), clock.now()
    assert found.video
    with database.transaction() as db:
        finish_film(db, source=found.source, video=found.video, poster=None, store=open_store(settings), now=now)
    database.close()


def test_the_player_comes_by_itself_and_nothing_typed_or_read_is_lost(
    visitor: Visitor, site: Running, being_made: Folder
) -> None:
    page = visitor()
    page.goto(f"{site.people}/webinars/{SLUG}?t=9")
    expect(page.get_by_text("The recording is being made: 33 %")).to_be_visible()
    typed = page.get_by_label("Find what was said")
    typed.fill("the end")
    expect(page.locator(".transcript [data-part=found]")).to_have_text("One sentence")
    page.evaluate("window.stayed = true")
    finish(site, being_made)
    expect(page.locator("video")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert page.evaluate("window.stayed") is True
    expect(typed).to_have_value("the end")
    expect(typed).to_be_focused()
    expect(page.locator(".transcript [data-part=found]")).to_have_text("One sentence")
    assert page.url.endswith(f"/webinars/{SLUG}?t=9")
    expect(page.locator(".player")).to_have_attribute("data-start", "9")
