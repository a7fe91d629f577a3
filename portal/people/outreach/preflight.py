"""The only place that says, before anything is sent, who of a segment may get a campaign and who may not, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.permission import Rule, among, explain_many, plain_rows
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hashes
from portal.people.messages.models import Message, MessageState, Offering
from portal.people.outreach.campaigns import Campaign
from portal.people.outreach.models import CampaignRecipient
from portal.people.outreach.segments import Segment

PAGE = 50
ALLOWED = "allowed"
ALREADY = "already-sent"
RESTING = "resting"
UNWRITABLE = "unwritable"
CANCELLED = "cancelled"
FORGOTTEN = "forgotten"
RESTORED = "restored"

WORDS: dict[str, str] = {rule.value: rule.words for rule in Rule} | {
    ALLOWED: "They agreed, by the record beside their name, and nothing says no.",
    ALREADY: "This campaign wrote to them before. It never does so twice.",
    UNWRITABLE: "Their address cannot stand in the header of a mail.",
    FORGOTTEN: "What it said can not be opened any more.",
    CANCELLED: "Somebody cancelled the campaign before it left.",
    RESTORED: "It waited in a backup that was put back, and may have left before that. It never leaves twice.",
    RESTING: "They got something from us a few days ago, and this campaign leaves them their rest.",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One person, and the rule by which they may or may not get it; `record_id` is the record that says so."""

    person_id: str
    email: str
    name: str
    rule: str
    record_id: str


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """Everybody in the segment, judged: how many by each rule, and one page of them."""

    counts: dict[str, int]
    rule: str
    verdicts: list[Verdict]
    number: int

    @property
    def total(self) -> int:
        """How many the segment finds."""
        return sum(self.counts.values())

    @property
    def allowed(self) -> int:
        """How many would get it now."""
        return self.counts.get(ALLOWED, 0)

    @property
    def listed(self) -> int:
        """How many the pages list: those of the rule, or all."""
        return self.counts.get(self.rule, 0) if self.rule else self.total

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.listed // PAGE))

    @property
    def words(self) -> Mapping[str, str]:
        """Each rule in a sentence."""
        return WORDS


def look(
    db: Session,
    *,
    campaign: Campaign,
    segment: Segment,
    keyring: Seal,
    now: datetime,
    rule: str = "",
    number: int = 1,
) -> Preflight:
    """Judge everybody in the segment as the sending would; list those of a rule, or all, page by page."""
    inside = segment.person_ids(channel=campaign.channel, now=now)
    emails = dict(plain_rows(db, inside.with_only_columns(Person.id, Person.email)))
    judged = judge(db, campaign=campaign, emails=emails, keyring=keyring, now=now)
    counts = Counter(found for found, _record_id in judged.values())
    chosen = [(person_id, found) for person_id, found in judged.items() if rule in ("", found[0])]
    chosen.sort(key=lambda found: emails[found[0]])
    last = max(1, -(-len(chosen) // PAGE))
    number = max(1, min(number, last))
    page = chosen[(number - 1) * PAGE : number * PAGE]
    known = select(Person).where(Person.id.in_([person_id for person_id, _found in page]))
    shown = {person.id: person for person in db.scalars(known)}
    verdicts = [
        Verdict(
            person_id=person_id,
            email=shown[person_id].email,
            name=shown[person_id].name,
            rule=found[0],
            record_id=found[1],
        )
        for person_id, found in page
    ]
    return Preflight(counts=_in_order(counts), rule=rule, verdicts=verdicts, number=number)


def judge(
    db: Session, *, campaign: Campaign, emails: Mapping[str, str], keyring: Seal, now: datetime
) -> dict[str, tuple[str, str]]:
    """For each the rule and the record: by the ledger first, and then by the campaign's own rules."""
    channel = campaign.channel
    who = address_hashes(keyring, channel=channel, addresses=emails)
    explained = explain_many(db, who=who, purpose=campaign.purpose, channel=channel, now=now)
    already, resting = _already(db, campaign, who), _resting(db, campaign, who, now)
    judged: dict[str, tuple[str, str]] = {}
    for person_id, (rule, record_id) in explained.items():
        if rule is not None:
            judged[person_id] = (rule.value, record_id)
        elif person_id in already:
            judged[person_id] = (ALREADY, record_id)
        elif resting and who[person_id] in resting:
            judged[person_id] = (RESTING, record_id)
        else:
            judged[person_id] = (ALLOWED, record_id)
    return judged


def _already(db: Session, campaign: Campaign, who: Mapping[str, str]) -> set[str]:
    theirs = CampaignRecipient.campaign == campaign.slug
    return set(db.scalars(select(CampaignRecipient.person_id).where(theirs, among(CampaignRecipient.person_id, who))))


def _resting(db: Session, campaign: Campaign, who: Mapping[str, str], now: datetime) -> set[str]:
    """The hashes of addresses that got any offer within the campaign's days of rest, or will get one that waits."""
    if not campaign.rest_days:
        return set()
    going = (MessageState.WAITING, MessageState.SENDING, MessageState.SENT, MessageState.SHOWN)
    lately = and_(
        Message.kind.in_([kind.value for kind in Offering]),
        Message.created_at > now - timedelta(days=campaign.rest_days),
        Message.state.in_(going),
    )
    return set(
        db.scalars(select(Message.address_hash).where(lately, among(Message.address_hash, who.values())).distinct())
    )


def _in_order(counts: Counter[str]) -> dict[str, int]:
    """Those who may first, then the rules by how many they hold back."""
    return dict(sorted(counts.items(), key=lambda found: (found[0] != ALLOWED, -found[1], found[0])))
