"""Tips that name a moment of a webinar are named on its page: the public ones, and at the price of one question."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import event
from time_machine import travel

from portal.people.database import Database
from portal.people.publications import records
from tests.people.webinars.conftest import NOW, Studio

PAGE = "/webinars/second-message"


def publish_tip(studio: Studio, name: str, *moments: str, now: datetime = NOW) -> None:
    named = [{"webinar": at.partition("@")[0], "second": int(at.partition("@")[2]), "words": "…"} for at in moments]
    content = json.dumps({"title": f"Tip <{name}>", "moments": named})
    with studio.database.transaction() as db:
        records.publish(db, kind="tip", slug=name, content=content, by="Mara", now=now)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.reader, "before_cursor_execute", note)


def test_a_tip_stands_beside_the_webinar_whose_moment_it_names(studio: Studio, client: FlaskClient) -> None:
    studio.publish()
    publish_tip(studio, "late", "second-message@4", "second-message@2", "another@1")
    publish_tip(studio, "early", "second-message@1")
    publish_tip(studio, "about-another", "another@1")
    page = client.get(PAGE).text
    assert 'href="/tips/late">Tip &lt;late&gt;</a>' in page
    assert page.index("/tips/early") < page.index("/tips/late")
    assert "0:02" in page.partition("/tips/late")[2][:200]
    assert "/tips/about-another" not in page


def test_what_is_to_come_or_was_taken_off_is_not_named(studio: Studio, client: FlaskClient) -> None:
    studio.publish()
    publish_tip(studio, "gone", "second-message@1")
    with studio.database.transaction() as db:
        records.unpublish(db, kind="tip", slug="gone", redirect_to="/tips/", by="Mara", now=NOW + timedelta(hours=1))
    publish_tip(studio, "new", "second-message@1", now=NOW + timedelta(days=2))
    with travel(NOW + timedelta(days=1), tick=False):
        page = client.get(PAGE).text
    assert "Tips about this" not in page
    with travel(NOW + timedelta(days=3), tick=False):
        assert "/tips/new" in client.get(PAGE).text


def test_however_many_name_it_the_page_asks_the_same(studio: Studio, client: FlaskClient) -> None:
    studio.publish()
    publish_tip(studio, "one", "second-message@1")
    client.get(PAGE)
    with statements(studio.database) as with_one:
        client.get(f"{PAGE}?t=1")
    for number in range(9):
        publish_tip(studio, f"more-{number}", "second-message@2")
    client.get(f"{PAGE}?t=3")  # none that was kept
    with statements(studio.database) as with_ten:
        page = client.get(f"{PAGE}?t=2").text
    assert len(set(re.findall(r'href="/tips/[\w-]+"', page))) == 10
    assert len(with_ten) == len(with_one)
