"""The only place for double opt-in: what is asked under an address, and what its mail's link confirms.

A link is bound to the boxes and the wording of its own sign-up. It confirms once; what was withdrawn, expired or asked
for anew since then is not touched by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, insert, literal_column, select
from sqlalchemy.orm import Session

from portal.people.consent import notices
from portal.people.consent.ledger import Chain, Line, Step
from portal.people.consent.models import ConsentPayload, ConsentRecord, OptIn, OptInBox, OptInOutcome
from portal.people.consent.record import Act, Content, Shown, Subject
from portal.people.consent.states import State
from portal.people.messages import outbox
from portal.shared import ids
from portal.shared.batches import MEANT, deleting, inserting, put
from portal.shared.columns import Moment

LIFE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a visitor sent: who they say they are, what they were shown, and what each box means that they ticked."""

    name: str
    subject: Subject
    shown: Shown
    ticked: Mapping[Line, Content]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One box of an opt-in: its newest record in the ledger and the exact words beside it."""

    record_id: str
    words: str


def keep_texts(db: Session, *, asked: Asked, act: Act) -> None:
    """Store what was shown, so that what is asked for can quote it: before `ask`."""
    if asked.ticked:
        notices.keep(db, notice=asked.shown.wording.content, form=asked.shown.form, now=act.at)


def ask(db: Session, *, opt_in_id: str, person_id: str, chain: Chain, asked: Asked, token: str, act: Act) -> None:
    """Write down a request that nothing confirms yet; with nothing ticked, only that an address is to be proven."""
    opt_in = {
        "id": opt_in_id,
        "person_id": person_id,
        "token_digest": ids.digest(token),
        "name": asked.name,
        "asked_at": act.at,
        "expires_at": act.at + LIFE,
    }
    db.connection().execute(_ADD, opt_in)
    if not asked.ticked:
        return
    outdated = _in_older_words(chain, asked)
    superseded = [chain.standing(line).record_id for line in outdated]
    lines = len(asked.ticked)
    chain.append(_requests(chain, asked, outdated), act=act, lines=lines)
    put(db, _FORGET, [{"of_record_id": record_id} for record_id in superseded + [""] * (lines - len(superseded))])
    boxes = [{"opt_in_id": opt_in_id, "record_id": chain.standing(line).record_id} for line in asked.ticked]
    put(db, _ADD_BOXES, [box | MEANT for box in boxes])


def find_opt_in(db: Session, *, token: str) -> OptIn | None:
    """The opt-in whose mail carried `token`."""
    return db.scalars(select(OptIn).where(OptIn.token_digest == ids.digest(token))).one_or_none()


def find_outcome(db: Session, *, opt_in_id: str) -> OptInOutcome | None:
    """How an opt-in ended, or None while it is open."""
    return db.get(OptInOutcome, opt_in_id)


def has_any(db: Session, *, person_id: str) -> bool:
    """Whether a person has an opt-in left, open, confirmed or cancelled."""
    return db.scalar(select(OptIn.id).where(OptIn.person_id == person_id).limit(1)) is not None


def is_confirmed(db: Session, *, opt_in_id: str) -> bool:
    """Whether an opt-in was confirmed."""
    outcome = find_outcome(db, opt_in_id=opt_in_id)
    return outcome is not None and outcome.outcome == "confirmed"


def is_open(db: Session, *, opt_in_id: str, now: datetime) -> bool:
    """Whether an opt-in can still be confirmed."""
    opt_in = db.get(OptIn, opt_in_id)
    return opt_in is not None and opt_in.expires_at > now and find_outcome(db, opt_in_id=opt_in_id) is None


def last_confirmed_at(db: Session, *, person_id: str) -> datetime | None:
    """When a person last proved their address by pressing the button of a mail; None where they never did."""
    theirs = select(OptInOutcome.ended_at).join(OptIn, OptIn.id == OptInOutcome.opt_in_id)
    confirmed = theirs.where(OptIn.person_id == person_id, OptInOutcome.outcome == "confirmed")
    return db.scalar(confirmed.order_by(OptInOutcome.ended_at.desc()).limit(1))


def agreements(db: Session, *, opt_in_id: str, chain: Chain) -> list[Agreement]:
    """The boxes that an opt-in would confirm."""
    return [
        Agreement(record_id=chain.standing(line).record_id, words=chain.content(line)["shown"]["words"])
        for line in _still_asked(db, opt_in_id, chain)
    ]


def boxes_by_state(db: Session, *, opt_in_id: str, chain: Chain) -> dict[State, list[Agreement]]:
    """Every box of an opt-in, under the state at which its line stands by now; empty where none was ticked."""
    found: dict[State, list[Agreement]] = {}
    for record in _bound(db, opt_in_id):
        line = (record.purpose, record.channel)
        standing = chain.standing(line)
        words = chain.content(line).get("shown", {}).get("words", "")
        found.setdefault(standing.state, []).append(Agreement(record_id=standing.record_id, words=words))
    return found


def confirm(db: Session, *, opt_in: OptIn, chain: Chain, act: Act) -> None:
    """Confirm what this opt-in asked for and is still asked for. Only an open opt-in may be handed in."""
    db.execute(insert(OptInOutcome), [{"opt_in_id": opt_in.id, "outcome": "confirmed", "ended_at": act.at}])
    chain.append(
        [Step(line, State.CONFIRMED, chain.content(line)) for line in _still_asked(db, opt_in.id, chain)], act=act
    )


def cancel_all(db: Session, *, person_id: str, now: datetime) -> None:
    """End every open opt-in of a person, and drop its mail: the link in it confirms nothing any more."""
    db.connection().execute(_CANCEL, {"person_id": person_id, "now": now})
    db.connection().execute(_DROP_MAIL, {"person_id": person_id})


def expire(db: Session, *, opt_in: OptIn, chain: Chain, act: Act) -> None:
    """Let what nobody confirmed lapse, and delete what its records say about a person; then the opt-in itself."""
    elsewhere = select(OptInBox.record_id).where(OptInBox.opt_in_id != opt_in.id)
    bound_elsewhere = set(db.scalars(elsewhere.where(OptInBox.record_id.in_(_record_ids(db, opt_in.id)))))
    lines = [
        line for line in _still_asked(db, opt_in.id, chain) if chain.standing(line).record_id not in bound_elsewhere
    ]
    lapsed = [chain.standing(line).record_id for line in lines]
    chain.append([Step(line, State.EXPIRED, {}) for line in lines], act=act)
    _forget_payloads(db, lapsed)
    outbox.forget_cause(db, cause_id=opt_in.id)
    db.execute(delete(OptIn).where(OptIn.id == opt_in.id))


_ADD = insert(OptIn)
_ADD_BOXES = inserting(OptInBox)
_FORGET = deleting(ConsentPayload.record_id)
_THEIRS = select(OptIn.id).where(OptIn.person_id == bindparam("person_id"))
_CANCEL = insert(OptInOutcome).from_select(
    ["opt_in_id", "outcome", "ended_at"],
    select(OptIn.id, literal_column("'cancelled'"), bindparam("now", type_=Moment())).where(
        OptIn.person_id == bindparam("person_id"), ~exists().where(OptInOutcome.opt_in_id == OptIn.id)
    ),
)
_DROP_MAIL = outbox.dropping(_THEIRS)  # whatever has come to its end has no mail that waits


def _requests(chain: Chain, asked: Asked, outdated: list[Line]) -> Iterable[Step]:
    """The steps that ticking means, seen from where the person stands: it never repeats and never undoes a consent."""
    for line in outdated:
        yield Step(line, State.EXPIRED, {})
    for line, content in asked.ticked.items():
        if chain.standing(line).state not in (State.REQUESTED, State.CONFIRMED):
            yield Step(line, State.REQUESTED, content)


def _in_older_words(chain: Chain, asked: Asked) -> list[Line]:
    """The lines that are asked for again in other words than those of a request that is still open."""
    still_open = [line for line in asked.ticked if chain.standing(line).state is State.REQUESTED]
    digest = asked.shown.wording.digest
    return [line for line in still_open if chain.content(line)["shown"]["notice_sha256"] != digest]


def _forget_payloads(db: Session, record_ids: list[str]) -> None:
    if record_ids:
        db.connection().execute(delete(ConsentPayload).where(ConsentPayload.record_id.in_(record_ids)))


def _still_asked(db: Session, opt_in_id: str, chain: Chain) -> list[Line]:
    lines = []
    for record in _bound(db, opt_in_id):
        standing = chain.standing((record.purpose, record.channel))
        if standing.state is State.REQUESTED and standing.record_id == record.id:
            lines.append((record.purpose, record.channel))
    return lines


def _bound(db: Session, opt_in_id: str) -> list[ConsentRecord]:
    bound = ConsentRecord.id.in_(_record_ids(db, opt_in_id))
    return list(db.scalars(select(ConsentRecord).where(bound).order_by(ConsentRecord.position)))


def _record_ids(db: Session, opt_in_id: str) -> list[str]:
    return list(db.scalars(select(OptInBox.record_id).where(OptInBox.opt_in_id == opt_in_id)))
