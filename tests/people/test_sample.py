"""What a new machine shows in its outbox: mail of each kind, to invented people, each with what allows it behind it."""

import pytest

from portal.people.commands.sample import PEOPLE, add_sample_people
from portal.people.messages.models import Offering
from portal.people.messages.service import Service
from portal.people.offers.publishing import publish_offer
from portal.people.offers.reading import FOLDER as OFFERS
from portal.shared import clock
from portal.shared.reserved import SAMPLE_DOMAIN
from tests.people.site import Site


@pytest.fixture
def seeded(site: Site) -> Site:
    with site.database.transaction() as db:
        publish_offer(db, OFFERS / "setup-day.md", by="test", now=clock.now())
    add_sample_people(site.app, site.database, site.settings)
    return site


def test_each_kind_is_there_and_can_be_read(seeded: Site) -> None:
    kinds = {kind for (kind,) in seeded.rows("select distinct kind from messages")}
    assert kinds >= {Service.CONFIRM, Service.SIGN_IN, Service.PASSKEY_ADDED, *Offering}
    assert seeded.rows("select count(*) from messages where state <> 'shown' or sealed is null") == [(0,)]
    for mail in seeded.mails():
        assert f"@{SAMPLE_DOMAIN}" in mail.page
        assert seeded.get(mail.opt_out).status_code == 200


def test_every_offer_rests_on_a_yes_that_stands(seeded: Site) -> None:
    backed = (
        "select count(*), sum(case when s.state = 'confirmed' then 1 else 0 end) from messages m "
        "left join consent_states s on s.record_id = m.cause_id where m.purpose is not null"
    )
    ((offers, confirmed),) = seeded.rows(backed)
    assert offers == confirmed >= 4
    assert seeded.verify().is_sound


def test_a_second_time_adds_nothing(seeded: Site) -> None:
    before = seeded.dump()
    add_sample_people(seeded.app, seeded.database, seeded.settings)
    assert seeded.dump() == before
    assert seeded.count("people") == len(PEOPLE)
