"""The only place that fills a new machine with invented people, who did what people do and left mail in the outbox.

Each went the way that a visitor goes, with the records of it. Nothing of it is sent: it is shown at `/_outbox` alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import insert, select

from portal.people.accounts.models import Passkey, Person
from portal.people.accounts.presence import Known
from portal.people.consent import opt_out
from portal.people.consent.notices import NoSuchNotice, NoticeChanged, Wording, current_wording
from portal.people.consent.permission import refusals
from portal.people.consent.record import Act, Shown
from portal.people.database import Database
from portal.people.forms import sign_up
from portal.people.forms.pages import draw_boxes
from portal.people.keyring import Seal, open_keyring
from portal.people.messages import outbox
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.mine import new_passkey
from portal.people.offers import confirmation
from portal.people.offers.reminders import WishToBeReminded, send_due
from portal.people.outreach import feeding, runs
from portal.people.outreach.campaigns import Campaign, NoSuchCampaign, get_campaign
from portal.people.outreach.reading import Faulty
from portal.people.settings import Settings
from portal.people.sign_in import mail_link
from portal.shared import clock, ids
from portal.shared.proofreading import BadContent
from portal.shared.reserved import SAMPLE_DOMAIN

CAMPAIGNS = ("setup-day-places", "second-message-is-out")
AT_ONCE = 50


class NoSample(Exception):
    """A file that they need cannot be used, so none of them was added; the message says which, and why."""


@dataclass(frozen=True, kw_only=True)
class Invented:
    """Somebody who does not exist, what they ticked, how many hours ago, and whether they confirmed it."""

    name: str
    mailbox: str
    boxes: tuple[str, ...]
    hours_ago: int
    confirms: bool = True
    reminds_of: str = ""  # an offer

    @property
    def page(self) -> str:
        """Where they signed up."""
        return f"/offers/{self.reminds_of}/remind" if self.reminds_of else "/sign-up"

    @property
    def notice(self) -> str:
        """The words that they were shown."""
        return "reminder" if self.reminds_of else "sign-up"

    @property
    def email(self) -> str:
        """Where nobody reads mail; no channel hands any over there."""
        return f"{self.mailbox}@{SAMPLE_DOMAIN}"


MAREN = Invented(name="Maren Holtby", mailbox="maren.holtby", boxes=("offers", "webinars"), hours_ago=70)
TEO = Invented(name="Teo Vallgren", mailbox="teo.vallgren", boxes=("offers",), hours_ago=52)
ISA = Invented(name="Isa Brightwater", mailbox="isa", boxes=("webinars",), hours_ago=47)
NILS = Invented(name="Nils Ottermoor", mailbox="nils.ottermoor", boxes=("offers", "webinars"), hours_ago=30)
PIA = Invented(name="Pia Fennimore", mailbox="pia", boxes=("offers", "webinars"), hours_ago=26)
RUNE = Invented(
    name="Rune Aldersey", mailbox="rune.aldersey", boxes=("offers", "webinars"), hours_ago=3, confirms=False
)
OLA = Invented(name="Ola Wintermark", mailbox="ola", boxes=("reminders",), hours_ago=28, reminds_of="setup-day")
PEOPLE = (MAREN, TEO, ISA, NILS, OLA, PIA, RUNE)


def add_sample_people(app: Flask, database: Database, settings: Settings) -> None:
    """Let them sign up, confirm, sign in and get two campaigns, where they are not there yet, on one's own machine.

    Raises NoSample.
    """
    if not settings.is_development or settings.mail_url != "outbox:":
        return
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        if db.scalar(select(Person.id).where(Person.email == MAREN.email)) is not None:
            return
    wordings, campaigns = _read()
    with app.test_request_context():
        forms = {notice: str(draw_boxes(wording, wording.purposes)).encode() for notice, wording in wordings.items()}
    sample = _Sample(database, settings, keyring, forms)
    for one in PEOPLE:
        sample.sign_up(one)
    sample.say_no(NILS)
    sample.sign_in(ISA)
    sample.add_passkey(TEO)
    sample.remind()
    for campaign in campaigns:
        sample.send(campaign)


def _read() -> tuple[dict[str, Wording], list[Campaign]]:
    """All that they need of what marketing writes, before the first of them is there. Raises NoSample."""
    try:
        wordings = {notice: current_wording(notice) for notice in {one.notice for one in PEOPLE}}
        return wordings, [get_campaign(slug) for slug in CAMPAIGNS]
    except (BadContent, NoticeChanged, NoSuchNotice, Faulty, NoSuchCampaign) as fault:
        raise NoSample(f"No invented people are added: {fault}") from fault


class _Sample:
    """What all of them need: the site, and the forms as they are shown."""

    def __init__(self, database: Database, settings: Settings, keyring: Seal, forms: dict[str, bytes]) -> None:
        self.database = database
        self.settings = settings
        self.keyring = keyring
        self.forms = forms

    def sign_up(self, one: Invented) -> None:
        """Sign up, and press the button of the mail, except for who does not."""
        at, wording = clock.now() - timedelta(hours=one.hours_ago), current_wording(one.notice)
        wish = WishToBeReminded(offer=one.reminds_of, remind_on=_yesterday()) if one.reminds_of else None
        ready = sign_up.prepare(
            name=one.name,
            typed=one.email,
            address=one.email,
            ticked=tuple(purpose for purpose in wording.purposes if purpose.id in one.boxes),
            shown=Shown(page=one.page, wording=wording, form=self.forms[one.notice]),
            wish=wish,
            url=self.settings.url,
            keyring=self.keyring,
            now=at,
        )
        with self.database.transaction() as db:
            sign_up.write(db, sign_up=ready, keyring=self.keyring, act=_act(at, ready.opt_in_id))
        self._show(at)
        if one.confirms:
            self._confirm(ready.confirm_token, at + timedelta(minutes=4))

    def say_no(self, one: Invented) -> None:
        """Press the button on the account's page that takes everything back."""
        at = clock.now() - timedelta(hours=2)
        with self.database.transaction() as db:
            for purpose in one.boxes:
                opt_out.withdraw(
                    db,
                    person_id=self._known(one).id,
                    line=(purpose, "email"),
                    keyring=self.keyring,
                    act=_act(at, ids.new_id()),
                )

    def sign_in(self, one: Invented) -> None:
        """Ask for a link to sign in."""
        now = clock.now()
        ask = mail_link.prepare(address=one.email, url=self.settings.url, keyring=self.keyring, now=now)
        with self.database.transaction() as db:
            mail_link.write(db, ask=ask, keyring=self.keyring, act=_act(now, ask.link_id))
        self._show(now)

    def add_passkey(self, one: Invented) -> None:
        """A passkey whose other half nobody holds, and the mail that tells of it."""
        now, person = clock.now(), self._known(one)
        row = {
            "id": ids.new_id(),
            "account": f"person:{person.id}",
            "credential_id": ids.new_token().encode(),
            "public_key": b"",
            "sign_count": 0,
            "name": "A key on the kitchen table",
            "added_at": now,
        }
        with self.database.transaction() as db:
            db.execute(insert(Passkey), [row])
            new_passkey.tell(
                db,
                person=person,
                passkey_id=str(row["id"]),
                url=self.settings.url,
                keyring=self.keyring,
                act=_act(now, str(row["id"])),
            )
        self._show(now)

    def remind(self) -> None:
        """What the worker does in the morning for those who asked to be reminded."""
        now = clock.now()
        send_due(self.database, keyring=self.keyring, url=self.settings.url, now=now)
        self._show(now)

    def send(self, campaign: Campaign) -> None:
        """Send a campaign to its end, whatever its hours."""
        now = clock.now()
        with self.database.transaction() as db:
            row = runs.begin(db, campaign=campaign, by="set-up", starts_at=now, now=now)
        with self.database.reading() as db:
            run = runs.read_run(db, row)
        feeding.feed(self.database, run=run, campaign=campaign, keyring=self.keyring, url=self.settings.url, now=now)
        self._show(now)

    def _confirm(self, token: str, at: datetime) -> None:
        keys = self.settings.secret_keys
        with self.database.reading() as db:
            shown = confirmation.show(db, token=token, keyring=self.keyring, secret_keys=keys, now=at)
        with self.database.transaction() as db:
            confirmation.confirm(
                db,
                token=token,
                nonce=shown.asked.nonce,
                keyring=self.keyring,
                secret_keys=keys,
                act=_act(at, ids.new_id()),
            )

    def _known(self, one: Invented) -> Known:
        with self.database.reading() as db:
            person = db.scalars(select(Person).where(Person.email == one.email)).one()
        return Known(id=person.id, email=person.email, name=person.name)

    def _show(self, at: datetime) -> None:
        """What the worker of such a machine does with mail: the outbox shows it, and nothing leaves."""
        with self.database.transaction() as db:
            for claim in outbox.claim(db, keyring=self.keyring, refusals=refusals, now=at, most=AT_ONCE):
                outbox.settle(
                    db,
                    message_id=claim.message_id,
                    attempt=claim.attempt,
                    result=Result(Outcome.SHOWN),
                    now=at,
                )


def _yesterday() -> date:
    """A reminder of yesterday may still leave, and waits for no hour of today."""
    return clock.now().date() - timedelta(days=1)


def _act(at: datetime, key: str) -> Act:
    return Act(at=at, key=key, peer="192.0.2.10", user_agent="Sample content", locale="en")
