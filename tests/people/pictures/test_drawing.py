"""Pictures beside links: drawn once by a process of their own, kept in the media store, named by the pages."""

import re
import struct
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from portal.people.home.pictures import OF_THE_SITE, Drawing, list_wanted
from portal.people.media.store import open_store
from portal.people.offers import sharing as offers
from portal.people.pictures.drawing import MOST_AT_ONCE, NotDrawn, draw_missing
from portal.people.pictures.library import find_picture, list_missing
from portal.people.pictures.picture import Picture
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER
from portal.shared import clock
from tests.people.site import Site

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ODD = "\u202e" + "W" * 400 + " <b>&amp;</b> 你好 🙂\u0000"


def draw(site: Site, *pictures: Picture) -> int:
    return draw_missing(site.database, pictures, store=open_store(site.settings), now=NOW)


def test_everything_public_gets_a_picture_that_its_page_names_and_nothing_is_drawn_twice(site: Site) -> None:
    with site.database.transaction() as db:
        publish_tip(db, FOLDER / "make-no-easy.md", by="Mara", now=NOW)
    drawing = Drawing(site.database, open_store(site.settings))
    drawn = [drawing.take(clock.now()) for _ in range(3)]
    with site.database.reading() as db:
        wanted = list_wanted(db, now=clock.now())
    assert (sum(drawn), drawn[-1]) == (len(wanted), 0)
    for path in ("/", "/offers/setup-day", "/tips/make-no-easy"):
        (address,) = re.findall(r'<meta property="og:image" content="([^"]+)">', site.get(path).text)
        with site.get(address.removeprefix(site.settings.url)) as answer:
            assert (answer.status_code, answer.content_type) == (200, "image/png")
            assert struct.unpack(">II", answer.data[16:24]) == (1200, 630)
            assert len(answer.data) < 60_000
    assert f'"image": "{address}"' in site.get("/tips/make-no-easy").text


def test_it_looks_again_once_something_was_published_and_draws_what_changed_alone(site: Site) -> None:
    drawing = Drawing(site.database, open_store(site.settings))
    while drawing.take(NOW):
        pass
    with site.database.transaction() as db:
        publish_tip(db, FOLDER / "make-no-easy.md", by="Mara", now=NOW)
    assert [drawing.take(clock.now()) for _ in range(3)] == [1, 0, 0]


def test_what_is_scheduled_has_its_picture_before_it_is_public(site: Site) -> None:
    with site.database.transaction() as db:
        publish_tip(db, FOLDER / "make-no-easy.md", by="Mara", now=NOW, public_from=NOW.replace(year=2100))
    with site.database.reading() as db:
        assert "Make it easy to say no" in [picture.title for picture in list_wanted(db, now=clock.now())]


def test_a_title_of_any_letters_and_any_length_is_drawn(site: Site) -> None:
    odd = [Picture(title=title, label=ODD, foot=ODD, emblem="numbers") for title in (ODD, "", " ", "i " * 800)]
    assert draw(site, *odd) == len(odd)
    with site.database.reading() as db:
        assert list_missing(db, odd) == []


def test_no_more_than_a_few_are_drawn_at_a_time(site: Site) -> None:
    many = [Picture(title=str(number), label="", foot="", emblem="offer") for number in range(MOST_AT_ONCE + 1)]
    assert [draw(site, *many), draw(site, *many), draw(site, *many)] == [MOST_AT_ONCE, 1, 0]


def test_one_that_cannot_be_drawn_is_logged_and_keeps_no_other_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Picture(title="Broken", label="", foot="", emblem="../../../etc/passwd")
    with pytest.raises(NotDrawn, match="Broken"):
        draw(site, broken, OF_THE_SITE)
    with site.database.reading() as db:
        assert find_picture(db, OF_THE_SITE) is not None
        assert find_picture(db, broken) is None
    monkeypatch.setattr(offers, "picture_of", lambda _: broken)
    drawing = Drawing(site.database, open_store(site.settings))
    with capture_logs() as logs:
        assert [drawing.take(NOW), drawing.take(NOW)] == [0, 0]
    assert [entry["event"] for entry in logs] == ["picture.not_drawn"]
    assert "og:image" not in site.get("/tips/").text
