"""The only place for reminders: one message about one offer, on a day, to whoever asked for just that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, exists, insert, select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.dispatch import dispatch
from portal.people.consent.models import OptIn, OptInOutcome
from portal.people.consent.permission import Permission, Rule, check_may_contact
from portal.people.consent.record import Act
from portal.people.consent.undo import has_stood_since
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import EMAIL
from portal.people.messages.mail import HeaderFaulty, Mail, Topic, render
from portal.people.messages.models import Offering
from portal.people.messages.way_out import new_way_out
from portal.people.offers.catalog import Offer, find_offer
from portal.people.offers.models import Place, Reminder, ReminderWish
from portal.people.offers.places import Availability, Stand, availability

PURPOSE = "reminders"
DAYS_BEFORE_THE_END = 2
LEAVES_AT = time(14, tzinfo=UTC)  # the morning, from one coast of the United States to the other
TOO_LATE = timedelta(days=2)  # a worker that was off for longer sends no reminder of the day before yesterday
AT_ONCE = 20
UNWRITABLE = "unwritable"


@dataclass(frozen=True, kw_only=True)
class WishToBeReminded:
    """An offer that someone wants one message about, and on which day."""

    offer: str
    remind_on: date

    def write(self, db: Session, *, opt_in_id: str) -> None:
        """Write it down with the sign-up, in the same transaction."""
        wish = {"opt_in_id": opt_in_id, "offer": self.offer, "remind_on": self.remind_on}
        db.connection().execute(_ADD_WISH, wish)


def day_to_remind(now: Availability, *, today: date) -> date | None:
    """When a reminder makes sense: as it opens, opens again, or shortly before it closes; None where it makes none."""
    if now.stand is Stand.UPCOMING:
        return now.round.opens_on
    if now.stand is Stand.OPEN:
        before_the_end = now.round.closes_on - timedelta(days=DAYS_BEFORE_THE_END)
        return before_the_end if before_the_end > today else None
    if now.stand is Stand.FULL and now.next_round is not None:
        return now.next_round.opens_on
    return None


def find_wish(db: Session, *, opt_in_id: str) -> ReminderWish | None:
    """The wish to be reminded that was signed up with, or None."""
    return db.get(ReminderWish, opt_in_id)


def send_due(database: Database, *, keyring: Seal, url: str, now: datetime) -> int:
    """Make the reminders that are due, or write down why one is not made; how many wishes were dealt with."""
    with database.reading() as db:
        due = [wish.opt_in_id for wish in _due(db, now.date())]
    for opt_in_id in due:
        with database.transaction() as db:
            _deal_with(db, opt_in_id, keyring=keyring, url=url, now=now)
    return len(due)


def give_up_due(db: Session, *, rule: str, now: datetime) -> int:
    """Make none of the reminders that are due by now, for this reason; how many those were."""
    due = [wish.opt_in_id for wish in db.scalars(_open_wishes(now.date()))]
    rows = [{"opt_in_id": opt_in_id, "made_at": now, "message_id": None, "why_none": rule} for opt_in_id in due]
    if rows:
        db.execute(insert(Reminder), rows)
    return len(rows)


_ADD_WISH = insert(ReminderWish)
_is_dealt_with = exists().where(Reminder.opt_in_id == ReminderWish.opt_in_id)
_is_confirmed = exists().where(OptInOutcome.opt_in_id == ReminderWish.opt_in_id, OptInOutcome.outcome == "confirmed")


def _due(db: Session, today: date) -> Sequence[ReminderWish]:
    in_turn = _open_wishes(today).order_by(ReminderWish.remind_on, ReminderWish.opt_in_id)
    return db.scalars(in_turn.limit(AT_ONCE)).all()


def _open_wishes(today: date) -> Select[ReminderWish]:
    return select(ReminderWish).where(ReminderWish.remind_on <= today, _is_confirmed, ~_is_dealt_with)


def _deal_with(db: Session, opt_in_id: str, *, keyring: Seal, url: str, now: datetime) -> None:
    wish = db.get(ReminderWish, opt_in_id, with_for_update=True)
    if wish is None or db.get(Reminder, opt_in_id) is not None:  # another worker was quicker
        return
    opt_in = db.get_one(OptIn, opt_in_id)
    found = _reason_not_to(db, wish, opt_in.person_id, now) or _permission(db, opt_in, keyring, now)
    message_id = None
    if isinstance(found, Permission):
        offer = find_offer(db, wish.offer)
        assert offer is not None  # noqa: S101  # for the type checker: else there is a reason not to
        try:
            message_id = _dispatch(db, wish, offer, found, keyring=keyring, url=url, now=now)
        except HeaderFaulty:  # of a name or an address that no header may hold; other mail must not wait for it
            found = UNWRITABLE
    why_none = None if message_id else found
    db.add(Reminder(opt_in_id=opt_in_id, made_at=now, message_id=message_id, why_none=why_none))


def _reason_not_to(db: Session, wish: ReminderWish, person_id: str, now: datetime) -> str | None:
    """Why there is nothing to remind of any more."""
    if now.date() - wish.remind_on > TOO_LATE:
        return "too-late"
    offer = find_offer(db, wish.offer)
    if offer is None:
        return "withdrawn"
    stands = availability(db, offer=offer, today=now.date())
    if not stands.is_open:
        return stands.stand.value
    has_one = exists().where(Place.offer == offer.slug, Place.round == stands.round.key, Place.person_id == person_id)
    return "has-a-place" if db.scalar(has_one.select()) else None


def _permission(db: Session, opt_in: OptIn, keyring: Seal, now: datetime) -> Permission | str:
    """The ledger's yes, if the one that this reminder was asked for by is still it: a later one is about another."""
    person_id, agreed_at = opt_in.person_id, db.get_one(OptInOutcome, opt_in.id).ended_at
    if not has_stood_since(db, person_id=person_id, line=(PURPOSE, EMAIL), since=agreed_at):
        return Rule.SAID_NO.value
    email = db.get_one(Person, person_id).email
    hashed = address_hash(keyring, channel=EMAIL, address=email)
    answer = check_may_contact(db, person_id=person_id, purpose=PURPOSE, channel=EMAIL, address_hash=hashed, now=now)
    return answer if isinstance(answer, Permission) else answer.rule.value


def _dispatch(
    db: Session, wish: ReminderWish, offer: Offer, permission: Permission, *, keyring: Seal, url: str, now: datetime
) -> str:
    stands = availability(db, offer=offer, today=now.date())
    way_out = new_way_out(url=url)
    subject = f"You asked to be reminded: {offer.name}"
    text, html = render(
        "reminder",
        offer=offer,
        left=stands.left,
        closes_on=stands.round.closes_on,
        offer_url=f"{url}/offers/{offer.slug}",
        way_out=way_out,
    )
    person = db.get_one(Person, permission.person_id)
    topic = Topic(purpose=PURPOSE, campaign=offer.slug)
    return dispatch(
        db,
        permission=permission,
        kind=Offering.REMINDER,
        mail=Mail(to=person.email, subject=subject, text=text, html=html, way_out=way_out, topic=topic),
        keyring=keyring,
        act=Act(at=now, key=f"reminder:{wish.opt_in_id}", actor="reminders"),
        not_before=max(now, datetime.combine(wish.remind_on, LEAVES_AT)),
    )
