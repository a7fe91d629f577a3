"""A pause, a frequency, an objection: what people choose beside consent holds back every offer, and nothing else."""

from datetime import timedelta

import pytest
import sqlalchemy
import time_machine

from portal.people.consent.choices import Kind, choose
from portal.people.consent.permission import Rule
from portal.people.consent.record import Act
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, at, find_person_id
from tests.people.test_permission import offer, rule

START = at("2026-03-01T09:00:00+00:00")


def let_choose(site: Site, email: str, kind: Kind, **more: object) -> None:
    with site.database.transaction() as db:
        choose(
            db,
            person_id=find_person_id(db, email) or "",
            kind=kind,
            act=Act(at=clock.now(), key="test"),
            **more,  # type: ignore[arg-type]
        )


def test_a_pause_holds_until_it_is_over_or_ended(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email")
        let_choose(site, ADA, Kind.PAUSE, ends_at=clock.now() + timedelta(days=30))
        assert rule(site, ADA) is Rule.PAUSED
        traveller.shift(timedelta(days=30))
        assert rule(site, ADA) is None
        let_choose(site, ADA, Kind.PAUSE, ends_at=clock.now() + timedelta(days=90))
        traveller.shift(timedelta(days=1))
        let_choose(site, ADA, Kind.PAUSE, ends_at=clock.now())
        assert rule(site, ADA) is None


def test_at_most_one_a_month_counts_every_purpose(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email", "webinars_email")
        let_choose(site, ADA, Kind.FREQUENCY, most=1)
        assert rule(site, ADA, purpose="webinars") is None
        offer(site, ADA)
        assert rule(site, ADA, purpose="webinars") is Rule.OFTEN_ENOUGH
        traveller.shift(timedelta(days=31))
        assert rule(site, ADA, purpose="webinars") is None
        offer(site, ADA)
        let_choose(site, ADA, Kind.FREQUENCY)
        assert rule(site, ADA, purpose="webinars") is None


def test_an_objection_holds_until_somebody_agrees_anew(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA)
        let_choose(site, ADA, Kind.OBJECTION)
        assert rule(site, ADA) is Rule.OBJECTED
        traveller.shift(timedelta(days=2))
        site.agreed(ADA, "offers_email")
        assert rule(site, ADA) is None
        assert rule(site, ADA, purpose="webinars") is Rule.OBJECTED


def test_what_one_chose_is_nothing_to_another(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    site.agreed(BEN, "offers_email")
    let_choose(site, ADA, Kind.PAUSE, ends_at=clock.now() + timedelta(days=30))
    assert rule(site, BEN) is None


@pytest.mark.parametrize("sql", ["update choices set kind = 'frequency'", "delete from choices"])
def test_a_choice_is_never_rewritten(site: Site, sql: str) -> None:
    site.agreed(ADA, "offers_email")
    let_choose(site, ADA, Kind.OBJECTION)
    with pytest.raises(sqlalchemy.exc.DBAPIError), site.raw() as connection:
        connection.exec_driver_sql(sql)
    assert site.rows("select kind from choices") == [("objection",)]
