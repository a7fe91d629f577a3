"""Writes that are sent in one go: all there, or told as ever which rule refused them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from portal.people.accounts.models import Person
from portal.shared.batches import MEANT, inserting, put
from portal.shared.database import in_one_go
from tests.people.site import ADA, BEN, Site

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


def person(person_id: str, email: str) -> dict[str, object]:
    return {"id": person_id, "name": "Ada Lindqvar", "email": email, "created_at": NOON} | MEANT


def test_what_was_sent_in_one_go_is_there(site: Site) -> None:
    with site.database.transaction() as db, in_one_go(db):
        put(db, inserting(Person), [person("a" * 16, ADA), person("b" * 16, BEN)])
    assert site.count("people") == 2


def test_what_is_refused_in_one_go_is_raised_as_ever_and_takes_all_of_it_back(site: Site) -> None:
    with pytest.raises(IntegrityError), site.database.transaction() as db, in_one_go(db):
        put(db, inserting(Person), [person("a" * 16, ADA), person("b" * 16, ADA), person("c" * 16, BEN)])
    assert site.count("people") == 0
    with site.database.transaction() as db:  # and the connection is as good as before
        put(db, inserting(Person), [person("d" * 16, BEN)])
    assert site.count("people") == 1


def test_a_savepoint_is_gone_back_to_after_a_refusal_within_it(site: Site) -> None:
    with site.database.transaction() as db:
        put(db, inserting(Person), [person("a" * 16, ADA)])
        with pytest.raises(IntegrityError), db.begin_nested(), in_one_go(db):
            put(db, inserting(Person), [person("b" * 16, ADA)])
        put(db, inserting(Person), [person("c" * 16, BEN)])
    assert site.count("people") == 2
