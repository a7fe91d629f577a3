"""The only place that shows a campaign before it is sent: as one person would get it, and as a test to the staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent import opt_out
from portal.people.consent.record import Act
from portal.people.consent.suppression import is_suppressed
from portal.people.keyring import Seal
from portal.people.messages import outbox, service
from portal.people.messages.addresses import address_hash
from portal.people.messages.mail import Mail
from portal.people.messages.service import Service
from portal.people.messages.way_out import WayOut, new_way_out
from portal.people.outreach import placeholders
from portal.people.outreach.campaigns import Campaign
from portal.people.outreach.letters import letterhead, write
from portal.people.outreach.preflight import WORDS, judge
from portal.people.outreach.segments import Segment
from portal.people.staff.members import Member
from portal.people.staff.models import Staff

SHOWN_AT_MOST = 30
NOBODY = "somebody@people.customerhub.net"  # of an example, where nobody is chosen


class NobodyThere(LookupError):
    """Nobody of that address is known here."""


class TestRefused(Exception):
    """No test goes there; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The mail as somebody would get it, and whether they would: the rule in a word and in a sentence, the record."""

    mail: Mail
    person: Person | None
    rule: str
    record_id: str

    @property
    def verdict(self) -> str:
        """Whether this person would get it, in a sentence."""
        return WORDS[self.rule] if self.rule else "An example: nobody in particular would get it."


def find_person(db: Session, *, email: str = "", person_id: str = "") -> Person:
    """Whoever has this normalised address, or this id. Raises NobodyThere."""
    which = Person.email == email if email else Person.id == person_id
    person = db.scalars(select(Person).where(which)).one_or_none()
    if person is None:
        raise NobodyThere("Nobody of that address is known here. Write one from the pre-flight's list.")
    return person


def list_some(db: Session, *, campaign: Campaign, segment: Segment, now: datetime) -> list[Person]:
    """A few people of the segment, to choose from."""
    inside = segment.person_ids(channel=campaign.channel, now=now)
    return list(db.scalars(select(Person).where(Person.id.in_(inside)).order_by(Person.email).limit(SHOWN_AT_MOST)))


def preview(db: Session, *, campaign: Campaign, person: Person | None, url: str, keyring: Seal, now: datetime) -> Shown:
    """The mail to this person, or to nobody in particular; its way out leads nowhere, since nothing was sent."""
    values = placeholders.values_for(person.name if person else "")
    to = person.email if person else NOBODY
    mail = write(letterhead(campaign, url=url), to=to, values=values, way_out=_nowhere(url))
    if person is None:
        return Shown(mail=mail, person=None, rule="", record_id="")
    judged = judge(db, campaign=campaign, emails={person.id: person.email}, keyring=keyring, now=now)
    rule, record_id = judged[person.id]
    return Shown(mail=mail, person=person, rule=rule, record_id=record_id)


def send_test(
    db: Session, *, campaign: Campaign, staff: Member | Staff, url: str, keyring: Seal, now: datetime
) -> None:
    """Put the campaign into the outbox for one of the staff, who asked for it, marked as a test. Raises TestRefused."""
    hashed = address_hash(keyring, channel=campaign.channel, address=staff.email)
    if is_suppressed(db, address_hash=hashed):
        raise TestRefused(
            "Somebody said no at that address, which holds for tests too. Preview it on the page instead."
        )
    if not service.may_write(db, kind=Service.TEST, address_hash=hashed, now=now):
        raise TestRefused("Twenty tests in an hour are as many as one address gets. Wait a little.")
    mail = write(
        letterhead(campaign, url=url),
        to=staff.email,
        values=placeholders.values_for(staff.name),
        way_out=new_way_out(url=url),
        is_test=True,
    )
    message = outbox.compose(mail, kind=Service.TEST, address_hash=hashed, cause_id=staff.id, keyring=keyring, now=now)
    act = Act(at=now, key=str(message["id"]), actor="staff")
    opt_out.make_way_out(db, way_out=mail.way_out, message=message, person_id=staff.id, keyring=keyring, act=act)
    outbox.put(db, message)


def _nowhere(url: str) -> WayOut:
    """The way out that a preview prints: as long as a real one, and it leads nowhere."""
    return WayOut(url=url, token="x" * 43, stop_code="1234567890")
