"""What is public: records that are only added, and what is in force at a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portal.people.publications import records
from portal.people.publications.models import Publication
from portal.people.publications.records import HasPassed, NotPublic
from tests.support.engines import Engine
from tests.support.sides import people_app

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def db(engine: Engine, tmp_path: Path) -> Iterator[Session]:
    database = people_app(tmp_path).extensions["database"]
    with database.transaction() as db:
        yield db
    database.close()


def publish(db: Session, content: str, *, now: datetime = NOW, public_from: datetime | None = None) -> Publication:
    made = records.publish(db, kind="tip", slug="quiet", content=content, by="Mara", now=now, public_from=public_from)
    return made[0]


def shown(db: Session, at: datetime) -> str | None:
    found = records.find_in_force(db, kind="tip", slug="quiet", at=at)
    return found.content if found else None


def test_what_was_published_is_public_from_then_on(db: Session) -> None:
    publish(db, "one")
    assert shown(db, NOW - DAY) is None
    assert shown(db, NOW) == shown(db, NOW + 400 * DAY) == "one"
    assert [record.slug for record in records.in_force(db, kind="tip", at=NOW)] == ["quiet"]
    assert records.in_force(db, kind="webinar", at=NOW) == []


def test_the_same_again_adds_no_record(db: Session) -> None:
    first = publish(db, "one")
    again, is_new = records.publish(db, kind="tip", slug="quiet", content="one", by="Otto", now=NOW + DAY)
    assert (again.id, is_new) == (first.id, False)


def test_a_scheduled_version_comes_at_its_moment_also_where_a_slip_was_mended_since(db: Session) -> None:
    publish(db, "one")
    publish(db, "for Christmas", now=NOW + DAY, public_from=NOW + 10 * DAY)
    publish(db, "one, mended", now=NOW + 2 * DAY)
    assert shown(db, NOW + DAY) == "one"
    assert shown(db, NOW + 9 * DAY) == "one, mended"
    assert shown(db, NOW + 10 * DAY) == "for Christmas"
    assert [record.content for record in records.list_scheduled(db, kind="tip", at=NOW + 2 * DAY)] == ["for Christmas"]


def test_what_was_scheduled_is_called_off_by_a_record_for_the_same_moment(db: Session) -> None:
    publish(db, "one")
    publish(db, "for Christmas", public_from=NOW + 10 * DAY)
    publish(db, "one", now=NOW + DAY, public_from=NOW + 10 * DAY)
    assert shown(db, NOW + 11 * DAY) == "one"


def test_a_moment_that_has_passed_is_refused(db: Session) -> None:
    with pytest.raises(HasPassed, match="2026-03-11"):
        publish(db, "one", public_from=NOW - DAY)
    assert records.list_records(db, kind="tip", slug="quiet") == []


def test_any_version_can_be_brought_back_by_its_first_characters(db: Session) -> None:
    first = publish(db, "one")
    publish(db, "two", now=NOW + DAY)
    back = records.roll_back(db, kind="tip", slug="quiet", version=first.version[:8], by="Otto", now=NOW + 2 * DAY)
    assert shown(db, NOW + 2 * DAY) == "one"
    assert (back.version, back.published_by) == (first.version, "Otto")
    assert len(records.list_records(db, kind="tip", slug="quiet")) == 3


@pytest.mark.parametrize("version", ["", "ffff"])
def test_a_version_that_is_none_or_not_one_is_refused_in_words(db: Session, version: str) -> None:
    publish(db, "one")
    publish(db, "two", now=NOW + DAY)
    with pytest.raises(NotPublic, match="version"):
        records.roll_back(db, kind="tip", slug="quiet", version=version, by="Otto", now=NOW + DAY)


def test_what_is_taken_off_the_site_says_where_its_address_leads_and_may_come_back(db: Session) -> None:
    publish(db, "one")
    records.unpublish(db, kind="tip", slug="quiet", redirect_to="/tips/loud", by="Mara", now=NOW + DAY)
    found = records.find_in_force(db, kind="tip", slug="quiet", at=NOW + DAY)
    assert found is not None
    assert (found.is_shown, found.redirect_to) == (False, "/tips/loud")
    assert records.in_force(db, kind="tip", at=NOW + DAY) == []
    with pytest.raises(NotPublic, match="quiet"):
        records.unpublish(db, kind="tip", slug="quiet", redirect_to="/tips/", by="Mara", now=NOW + DAY)
    publish(db, "one", now=NOW + 2 * DAY)
    assert shown(db, NOW + 2 * DAY) == "one"


@pytest.mark.parametrize("act", [update(Publication).values(content="forged"), delete(Publication)])
def test_the_database_itself_keeps_every_record(db: Session, act: object) -> None:
    publish(db, "one")
    with pytest.raises(DatabaseError, match=r"append only|permission denied"), db.begin_nested():
        db.execute(act)  # type: ignore[call-overload]
    assert shown(db, NOW) == "one"


def test_what_is_planned_is_called_off_by_what_holds_until_then(db: Session) -> None:
    publish(db, "one")
    publish(db, "for Christmas", public_from=NOW + 10 * DAY)
    assert [plan.content for plan in records.list_plans(db, kind="tip", at=NOW)] == ["for Christmas"]
    records.call_off(db, kind="tip", slug="quiet", public_from=NOW + 10 * DAY, by="Mara", now=NOW + DAY)
    assert shown(db, NOW + 11 * DAY) == "one"
    assert records.list_plans(db, kind="tip", at=NOW + DAY) == []
    publish(db, "for Easter", public_from=NOW + 20 * DAY)
    records.call_off(db, kind="tip", slug="quiet", public_from=NOW + 20 * DAY, by="Mara", now=NOW + DAY)
    assert shown(db, NOW + 21 * DAY) == "one"


def test_of_two_plans_for_one_moment_the_later_counts_and_of_two_moments_each(db: Session) -> None:
    publish(db, "one")
    for content, days in (("a", 5), ("b", 5), ("c", 9)):
        publish(db, content, public_from=NOW + days * DAY)
    assert [plan.content for plan in records.list_plans(db, kind="tip", at=NOW)] == ["b", "c"]


def test_nothing_that_came_can_be_called_off(db: Session) -> None:
    made = publish(db, "one")
    for moment in (made.public_from, NOW + 3 * DAY):
        with pytest.raises(NotPublic):
            records.call_off(db, kind="tip", slug="quiet", public_from=moment, by="Mara", now=NOW + DAY)


def test_what_was_taken_off_is_the_last_word_on_it_and_not_public(db: Session) -> None:
    publish(db, "one")
    records.unpublish(db, kind="tip", slug="quiet", redirect_to="/tips/", by="Mara", now=NOW + DAY)
    assert records.in_force(db, kind="tip", at=NOW + DAY) == []
    assert [record.redirect_to for record in records.list_last(db, kind="tip", at=NOW + DAY)] == ["/tips/"]
