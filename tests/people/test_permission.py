"""The ledger's yes: who may be written to by which record, and who may not by which rule; nothing else makes one."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert

from portal.people.consent import permission
from portal.people.consent.dispatch import OtherAddress, dispatch
from portal.people.consent.models import Suppression
from portal.people.consent.permission import (
    Answer,
    NotFromTheLedger,
    Permission,
    Refusal,
    Rule,
    check_many,
    check_may_contact,
)
from portal.people.consent.record import Act
from portal.people.messages.addresses import address_hash
from portal.people.messages.mail import Mail
from portal.people.messages.models import Offering
from portal.people.messages.way_out import new_way_out
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, find_person_id

DORA = "dora@people.customerhub.net"


def test_a_yes_is_a_permission_and_names_its_record(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    found = answer(site, ADA)
    assert isinstance(found, Permission)
    ((record_id,),) = site.rows("select record_id from consent_states")
    assert (found.record_id, found.purpose, found.channel) == (record_id, "offers", "email")


def test_every_other_state_is_a_refusal_by_its_rule(site: Site) -> None:
    site.agreed(ADA)
    site.asked(CLEO, "offers_email")
    ben = site.agreed(BEN, "offers_email")
    site.post(ben.opt_out)
    assert rule(site, ADA) is Rule.NEVER_ASKED
    assert rule(site, CLEO) is Rule.NOT_CONFIRMED
    assert rule(site, BEN) is Rule.SAID_NO
    assert rule(site, BEN, purpose="webinars") is Rule.NEVER_ASKED
    assert rule(site, ADA, channel="letter") is Rule.NEVER_ASKED


def test_a_no_at_the_address_holds_whatever_the_line_says(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    hashed = hash_of(site, ADA)
    no = {"address_hash": hashed, "since": clock.now() + timedelta(minutes=1), "channel": "email", "cause": "bounce"}
    with site.database.transaction() as db:
        db.execute(insert(Suppression), [no])
    assert rule(site, ADA) is Rule.SUPPRESSED


def test_without_a_postal_address_nobody_is_written_to(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.agreed(ADA, "offers_email")
    monkeypatch.setattr(permission, "POSTAL_ADDRESS", "")
    assert rule(site, ADA) is Rule.NO_POSTAL_ADDRESS


def test_a_third_message_in_a_month_is_too_often(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    offer(site, ADA)
    assert rule(site, ADA) is None
    offer(site, ADA)
    assert rule(site, ADA) is Rule.TOO_OFTEN
    assert rule(site, ADA, purpose="webinars") is None
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert rule(site, ADA) is None


def test_many_are_judged_as_one_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.agreed(ADA, "offers_email")
    site.asked(CLEO, "offers_email")
    site.post(site.agreed(BEN, "offers_email").opt_out)
    site.agreed(DORA)
    with site.database.reading() as db:
        who = {str(find_person_id(db, one)): hash_of(site, one) for one in (ADA, BEN, CLEO, DORA)}

        def all_of_them() -> dict[str, Answer]:
            return check_many(db, who=who, purpose="offers", channel="email", now=clock.now())

        few = all_of_them()
        monkeypatch.setattr(permission, "NAMED_AT_ONCE", 0)
        many = all_of_them()
    assert [shape(one) for one in few.values()] == [shape(one) for one in many.values()]
    assert [shape(one) for one in few.values()] == ["yes", Rule.SAID_NO, Rule.NOT_CONFIRMED, Rule.NEVER_ASKED]


def test_nothing_else_makes_a_permission(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    real = answer(site, ADA)
    assert isinstance(real, Permission)
    fields: dict[str, Any] = dataclasses.asdict(real)
    with pytest.raises(TypeError):
        Permission(**fields)
    with pytest.raises(NotFromTheLedger):
        Permission(**fields, by=object())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(real, address_hash="another")  # type: ignore[call-arg]


def test_an_offer_goes_to_the_address_of_its_permission_and_no_other(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    with pytest.raises(OtherAddress):
        offer(site, ADA, to=BEN)
    with pytest.raises(TypeError):
        offer(site, CLEO)
    assert site.rows("select count(*) from messages where kind = 'offer'") == [(0,)]


def offer(site: Site, email: str, *, to: str = "") -> None:
    """Send an offer by whatever the ledger answers."""
    found: Any = answer(site, email)
    keyring = site.keyring
    mail = Mail(to=to or email, subject="x", text="x", html="x", way_out=new_way_out(url=site.settings.url))
    act = Act(at=clock.now(), key="x")
    with site.database.transaction() as db:
        dispatch(db, permission=found, kind=Offering.OFFER, mail=mail, keyring=keyring, act=act)


def answer(site: Site, email: str, *, purpose: str = "offers", channel: str = "email") -> Answer:
    hashed = hash_of(site, email, channel)
    with site.database.reading() as db:
        return check_may_contact(
            db,
            person_id=find_person_id(db, email) or "nobody",
            purpose=purpose,
            channel=channel,
            address_hash=hashed,
            now=clock.now(),
        )


def rule(site: Site, email: str, **line: str) -> Rule | None:
    found = answer(site, email, **line)
    return found.rule if isinstance(found, Refusal) else None


def shape(found: Answer) -> str:
    return found.rule if isinstance(found, Refusal) else "yes"


def hash_of(site: Site, email: str, channel: str = "email") -> str:
    return address_hash(site.keyring, channel=channel, address=email)
