"""The only place that answers whether we may write to someone; asked when a message is made, and again when it leaves.

One judgement over a few facts, gathered for one person or for a hundred thousand. Only its yes makes a Permission, and
no offer leaves without one (dispatch.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.people.accounts import links
from portal.people.consent import opt_in
from portal.people.consent.choices import NOTHING, Chosen, read_many
from portal.people.consent.models import ConsentRecord, ConsentState, Suppression
from portal.people.consent.states import State
from portal.people.consent.suppression import is_about, said_no_since
from portal.people.database import Database
from portal.people.messages.mail import POSTAL_ADDRESS
from portal.people.messages.models import Message, MessageState
from portal.people.messages.service import Service

A_MONTH = timedelta(days=30)
MOST_A_MONTH = 2  # of one purpose to one address, as the notices say: "At most two a month"
ONE_EACH_TIME = frozenset(("reminders",))  # whose notice says: "One for each time you ask"
NAMED_AT_ONCE = 500  # beyond these the whole table is read, which is quicker than naming so many


class Rule(StrEnum):
    """Every reason not to write, in the word under which it is counted."""

    NEVER_ASKED = "never-asked"
    NOT_CONFIRMED = "not-confirmed"
    SAID_NO = "said-no"
    LAPSED = "lapsed"
    ERASED = "erased"
    SUPPRESSED = "suppressed"
    OLDER_YES = "older-yes"
    TOO_OFTEN = "too-often"
    OBJECTED = "objected"
    PAUSED = "paused"
    OFTEN_ENOUGH = "often-enough"
    NO_POSTAL_ADDRESS = "no-postal-address"
    ENDED = "ended"

    @property
    def words(self) -> str:
        """The reason in one sentence."""
        return _WORDS[self]


_WORDS = {
    Rule.NEVER_ASKED: "They never asked for this.",
    Rule.NOT_CONFIRMED: "They ticked the box and have not confirmed it by the link in our e-mail.",
    Rule.SAID_NO: "They said yes once, and no since then.",
    Rule.LAPSED: "They ticked the box and let its seven days go by.",
    Rule.ERASED: "They had everything about them erased.",
    Rule.SUPPRESSED: "Somebody said no at this address, or mail to it came back, after the newest yes.",
    Rule.OLDER_YES: "They said no and yes again since this message was made for the older yes.",
    Rule.TOO_OFTEN: "They got as many of these in the last 30 days as we promise at most.",
    Rule.OBJECTED: "They objected to all marketing.",
    Rule.PAUSED: "They asked for a pause, which is not over yet.",
    Rule.OFTEN_ENOUGH: "They got as many messages in the last 30 days as they chose to get.",
    Rule.NO_POSTAL_ADDRESS: "We have no postal address to put under an offer, so none may leave.",
    Rule.ENDED: "What this message answers is over: used, cancelled or too old.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why we may not write: the rule, and the record that says so, where it is one."""

    rule: Rule
    record_id: str = ""

    @property
    def words(self) -> str:
        """The rule in one sentence."""
        return self.rule.words


class NotFromTheLedger(TypeError):
    """Somebody tried to make a permission; only the ledger's yes is one."""


_LEDGER = object()


@dataclass(frozen=True, kw_only=True)
class Permission:
    """The ledger's yes: this person, on this line, at this address, by this record. Nothing else can make one."""

    person_id: str
    purpose: str
    channel: str
    address_hash: str
    record_id: str
    made_at: datetime
    by: InitVar[object]

    def __post_init__(self, by: object) -> None:
        if by is not _LEDGER:
            raise NotFromTheLedger("Ask check_may_contact.")


Answer = Permission | Refusal


def check_may_contact(
    db: Session, *, person_id: str, purpose: str, channel: str, address_hash: str, now: datetime
) -> Answer:
    """Whether we may write to this person for this purpose on this channel, at this address."""
    who = {person_id: address_hash}
    return check_many(db, who=who, purpose=purpose, channel=channel, now=now)[person_id]


def check_many(db: Session, *, who: Mapping[str, str], purpose: str, channel: str, now: datetime) -> dict[str, Answer]:
    """The same for many: `who` maps their ids to their addresses' hashes."""
    answers: dict[str, Answer] = {}
    for person_id, (rule, record_id) in explain_many(db, who=who, purpose=purpose, channel=channel, now=now).items():
        answers[person_id] = (
            Refusal(rule=rule, record_id=record_id)
            if rule
            else Permission(
                person_id=person_id,
                purpose=purpose,
                channel=channel,
                address_hash=who[person_id],
                record_id=record_id,
                made_at=now,
                by=_LEDGER,
            )
        )
    return answers


def explain_many(
    db: Session, *, who: Mapping[str, str], purpose: str, channel: str, now: datetime
) -> dict[str, tuple[Rule | None, str]]:
    """For each the first rule that says no, or None, and the record; it permits nothing, and is quick for very many."""
    facts = _Facts(db, who, purpose=purpose, channel=channel, now=now)
    return {person_id: facts.verdict(person_id, address_hash) for person_id, address_hash in who.items()}


def refusals(db: Session, messages: Sequence[Message], now: datetime) -> dict[str, str]:
    """Which of these may not leave now, by which rule: asked under the claim, at the moment of sending."""
    service = [message for message in messages if message.kind in list(Service)]
    found = {message.id: Rule.ENDED.value for message in service if not _still_answers(db, message, now)}
    offers = [message for message in messages if message.kind not in list(Service)]
    return found | {message_id: refusal.rule.value for message_id, refusal in _refused_offers(db, offers, now)}


def still_a_yes(database: Database, *, record_id: str, address_hash: str) -> bool:
    """Whether this record is still a yes that nothing said no to: one quick look, right before it leaves."""
    asked = {"record_id": record_id, "address_hash": address_hash, "confirmed": State.CONFIRMED.value}
    return database.peek(_YES, asked) is not None


def among(column: InstrumentedAttribute[str], wanted: Iterable[str]) -> ColumnElement[bool]:
    """That `column` is one of these; of very many, everything is read instead, and the rest passed over."""
    named = list(wanted)
    return column.in_(named) if len(named) <= NAMED_AT_ONCE else column.is_not(None)


def plain_rows(db: Session, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of columns that are text, as the driver gives them: SQLAlchemy takes twice as long over very many."""
    result = db.connection().execute(statement)
    rows = list(result.cursor.fetchall()) if result.cursor else []
    result.close()
    return rows


def _still_answers(db: Session, message: Message, now: datetime) -> bool:
    """Whether the act stands that a service message answers."""
    if message.kind == Service.CONFIRM:
        return opt_in.is_open(db, opt_in_id=message.cause_id, now=now)
    if message.kind == Service.SIGN_IN:
        return links.is_open(db, link_id=message.cause_id, now=now)
    return True  # it tells its owner what has happened; there is nothing left to be taken back by waiting


def _refused_offers(db: Session, messages: Sequence[Message], now: datetime) -> Iterator[tuple[str, Refusal]]:
    """Each against the record it was made for, which must be the newest of its line and still a yes."""
    record_ids = [message.cause_id for message in messages]
    rows = db.execute(_RECORDS.where(ConsentRecord.id.in_(record_ids))) if messages else ()
    records = {row.id: row for row in rows}
    of_line: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        if message.cause_id in records:
            of_line[(records[message.cause_id].purpose, message.channel)].append(message)
        else:
            yield message.id, Refusal(rule=Rule.NEVER_ASKED)
    for (purpose, channel), line in of_line.items():
        who = {records[message.cause_id].person_id: message.address_hash for message in line}
        facts = _Facts(db, who, purpose=purpose, channel=channel, now=now, leaving=[message.id for message in line])
        for message in line:
            person_id = records[message.cause_id].person_id
            rule, record_id = facts.verdict(person_id, message.address_hash, message.cause_id)
            if rule:
                yield message.id, Refusal(rule=rule, record_id=record_id)


_YES = select(ConsentState.record_id).where(
    ConsentState.record_id == bindparam("record_id"),
    ConsentState.state == bindparam("confirmed"),
    ~said_no_since(bindparam("address_hash")),
)
_RECORDS = select(ConsentRecord.id, ConsentRecord.person_id, ConsentRecord.purpose)


class _Facts:
    """What the judgement needs to know about some people on one line, read in a few questions whatever their number.

    `leaving` are messages under a claim: they do not count against themselves, nor does what has not left yet.
    """

    def __init__(
        self,
        db: Session,
        who: Mapping[str, str],
        *,
        purpose: str,
        channel: str,
        now: datetime,
        leaving: Sequence[str] = (),
    ) -> None:
        line = and_(ConsentState.purpose == purpose, ConsentState.channel == channel)
        # Without the moments, which few need.
        rows = plain_rows(db, _STATES.where(line, among(ConsentState.person_id, who)))
        self._states: dict[str, tuple[str, str, str]] = {row[0]: row for row in rows}
        noes = _NOES.where(
            Suppression.channel == channel, is_about(purpose), among(Suppression.address_hash, who.values())
        )
        self._noes: dict[str, datetime] = dict(db.execute(noes).all())
        self._lately = _count_lately(db, who, purpose, now, leaving)
        chosen = read_many(db, person_ids=who, at_once=NAMED_AT_ONCE)
        self._chosen = {person_id: one for person_id, one in chosen.items() if person_id in who}
        rare = {person_id: who[person_id] for person_id, chosen in self._chosen.items() if chosen.most_a_month}
        self._of_all = _count_lately(db, rare, None, now, leaving) if rare else {}
        self._now = now
        self._is_capped = purpose not in ONE_EACH_TIME
        known = [one for one, address_hash in who.items() if address_hash in self._noes or one in self._chosen]
        self._agreed_at = dict(db.execute(_SINCE.where(line, among(ConsentState.person_id, known))).all())

    def verdict(self, person_id: str, address_hash: str, record_id: str = "") -> tuple[Rule | None, str]:
        """The first rule that says no, or None, and the record; `record_id` is the yes that a message was made for."""
        stands = self._states.get(person_id)
        if stands is not None and stands[1] == _YES_STATE and self._nothing_known(person_id, address_hash):
            rule = None
        else:
            rule = self._rule_of_ledger(person_id, stands) or self._rule_of_address(person_id, address_hash, stands)
        if rule is None and stands and record_id not in ("", stands[2]):
            rule = Rule.OLDER_YES
        return rule, stands[2] if stands else ""

    def _nothing_known(self, person_id: str, address_hash: str) -> bool:
        """Whether nothing is known of them but their yes, so that no rule can hold: of most, and soon said."""
        is_known = address_hash in self._noes or address_hash in self._lately or person_id in self._chosen
        return not is_known and bool(POSTAL_ADDRESS)

    def _rule_of_ledger(self, person_id: str, stands: tuple[str, str, str] | None) -> Rule | None:
        """What the person said stands against it, or that they said nothing."""
        if not POSTAL_ADDRESS:
            return Rule.NO_POSTAL_ADDRESS
        if self._chose(person_id).objects_to(agreed_at=self._agreed_at.get(person_id)):
            return Rule.OBJECTED
        if stands is None:
            return Rule.NEVER_ASKED
        return _RULE_OF.get(stands[1])

    def _rule_of_address(self, person_id: str, address_hash: str, stands: tuple[str, str, str] | None) -> Rule | None:
        """A no at the address since the yes, a pause, or as much as we promised or they chose."""
        chosen, said_no_at = self._chose(person_id), self._noes.get(address_hash)
        if said_no_at is not None and stands is not None and said_no_at >= self._agreed_at[person_id]:
            return Rule.SUPPRESSED
        if chosen.is_paused(self._now):
            return Rule.PAUSED
        if self._is_capped and self._lately.get(address_hash, 0) >= MOST_A_MONTH:
            return Rule.TOO_OFTEN
        if chosen.most_a_month and self._of_all.get(address_hash, 0) >= chosen.most_a_month:
            return Rule.OFTEN_ENOUGH
        return None

    def _chose(self, person_id: str) -> Chosen:
        return self._chosen.get(person_id, NOTHING)


_STATES = select(ConsentState.person_id, ConsentState.state, ConsentState.record_id)
_SINCE = select(ConsentState.person_id, ConsentState.changed_at)
_NOES = select(Suppression.address_hash, func.max(Suppression.since)).group_by(Suppression.address_hash)
_YES_STATE = State.CONFIRMED.value
_RULE_OF: dict[str, Rule] = {
    State.REQUESTED: Rule.NOT_CONFIRMED,
    State.WITHDRAWN: Rule.SAID_NO,
    State.EXPIRED: Rule.LAPSED,
    State.ERASED: Rule.ERASED,
}


def _count_lately(
    db: Session, who: Mapping[str, str], purpose: str | None, now: datetime, leaving: Sequence[str]
) -> dict[str, int]:
    """How many of a purpose, or of any, each address got in a month; before they are made, those that wait count too.

    Few are looked up by their addresses: from a bare `purpose` SQLite would walk through all that left in the month.
    """
    column = Message.purpose.concat("") if len(who) <= NAMED_AT_ONCE else Message.purpose
    about = column.is_not(None) if purpose is None else column == purpose
    left = (MessageState.SENDING, MessageState.SENT, MessageState.SHOWN)
    states = left if leaving else (MessageState.WAITING, *left)
    lately = and_(about, Message.created_at > now - A_MONTH, Message.state.in_(states))
    others = Message.id.not_in(leaving) if leaving else true()
    counted = select(Message.address_hash, func.count()).where(lately, others)
    of_whom = counted.where(among(Message.address_hash, who.values())).group_by(Message.address_hash)
    return dict(db.execute(of_whom).all())
