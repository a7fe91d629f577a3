"""The only place for a person's no: every message carries a way to it, it works at once and for ever."""

from dataclasses import replace

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from portal.people.accounts.links import Purpose, end_links
from portal.people.accounts.models import Person
from portal.people.accounts.persons import find_person_id, get_seal, lock_before_reading, lock_person
from portal.people.consent import opt_in
from portal.people.consent.ledger import Chain, Line, Step, find_chain, read_chain
from portal.people.consent.models import WayOutRow
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.consent.suppression import Cause, is_suppressed, suppress
from portal.people.keyring import Seal
from portal.people.messages import outbox
from portal.people.messages.addresses import address_hash as hash_of_address
from portal.people.messages.channels import CHANNELS
from portal.people.messages.way_out import WayOut, hash_stop_code
from portal.people.sessions import Account
from portal.shared import ids
from portal.shared.database import Database, in_one_go


def make_way_out(
    db: Session,
    *,
    way_out: WayOut,
    message: outbox.Waiting,
    person_id: str,
    keyring: Seal,
    act: Act,
) -> None:
    """Let the link and the stop-code in `message` end its purpose; of a service message, everything on its channel."""
    row = {
        "token_digest": ids.digest(way_out.token),
        "stop_code_hash": hash_stop_code(way_out.stop_code, keyring=keyring),
        "message_id": message["id"],
        "kind": message["kind"],
        "cause_id": message["cause_id"],
        "person_id": person_id,
        "purpose": message["purpose"],
        "channel": message["channel"],
        "address_hash": message["address_hash"],
        "made_at": act.at,
    }
    db.connection().execute(_ADD, row)


def find_way_out(db: Session, *, token: str) -> WayOutRow | None:
    """The way out that this link is, or None; it never expires."""
    return db.scalars(_BY_TOKEN, {"token_digest": ids.digest(token)}).one_or_none()


def peek_way_out(database: Database, *, token: str) -> WayOutRow | None:
    """The same without a transaction, for who begins one next: no way out is ever changed."""
    found: WayOutRow | None = database.peek(_PEEK, {"token_digest": ids.digest(token)})  # a row of its columns
    return found


def find_by_stop_code(db: Session, *, code: str, keyring: Seal) -> list[WayOutRow]:
    """The ways out that this code is: none, one, or by a chance of one in a billion several."""
    ours = WayOutRow.stop_code_hash == hash_stop_code(code, keyring=keyring)
    return list(db.scalars(select(WayOutRow).where(ours)))


def opt_out(db: Session, *, way_out: WayOutRow, is_for_all: bool = False, keyring: Seal, act: Act) -> list[str]:
    """End what the message was about, or `is_for_all` everything on its channel; again is no different.

    What comes back are the records that took a consent back, which may be undone for a moment.
    """
    return stop(
        db,
        person_id=way_out.person_id,
        address_hash=way_out.address_hash,
        channel=way_out.channel,
        purpose=None if is_for_all else way_out.purpose,
        cause=Cause.OPT_OUT,
        keyring=keyring,
        act=act,
    )


def withdraw(db: Session, *, person_id: str, line: Line, keyring: Seal, act: Act) -> list[str]:
    """End one purpose on one channel, for whoever is signed in; what they were never asked stays as it is."""
    person = lock_person(db, person_id=person_id)
    if person is None:
        return []
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    if line not in chain.lines_in(State.REQUESTED, State.CONFIRMED):
        return []
    return refuse(db, person=person, line=line, keyring=keyring, act=act)


def refuse(db: Session, *, person: Person, line: Line, keyring: Seal, act: Act) -> list[str]:
    """Say no to one purpose on one channel, whether or not it was ever asked for."""
    purpose, channel = line
    return stop(
        db,
        person_id=person.id,
        address_hash=hash_of_address(keyring, channel=channel, address=person.email),
        channel=channel,
        purpose=purpose,
        cause=Cause.OPT_OUT,
        keyring=keyring,
        act=act,
    )


def stop_everything(db: Session, *, person: Person, cause: Cause, keyring: Seal, act: Act) -> list[str]:
    """End everything on every channel, for whoever may say so for this person."""
    return [
        record_id
        for channel in CHANNELS
        for record_id in stop(
            db,
            person_id=person.id,
            address_hash=hash_of_address(keyring, channel=channel, address=person.email),
            channel=channel,
            purpose=None,
            cause=cause,
            keyring=keyring,
            act=act,
        )
    ]


def stop_address(
    db: Session, *, channel: str, address: str, purpose: str | None = None, cause: Cause, keyring: Seal, act: Act
) -> None:
    """End everything, or one purpose, at a normalised address, whoever may have it: for bounces, complaints, staff."""
    stop(
        db,
        person_id=find_person_id(db, email=address),
        address_hash=hash_of_address(keyring, channel=channel, address=address),
        channel=channel,
        purpose=purpose,
        cause=cause,
        keyring=keyring,
        act=act,
    )


def stop(
    db: Session,
    *,
    person_id: str | None,
    address_hash: str,
    channel: str,
    purpose: str | None,
    cause: Cause,
    keyring: Seal,
    act: Act,
) -> list[str]:
    """End every consent and request of a purpose (None: of all, with open sign-ups and sign-in links) on a channel.

    What waits in the outbox because of them is dropped, and the address is suppressed. Where the person of an old
    message is no more, it is said by whoever has the address now. Back come the records of `person_id` that may be
    undone.
    """
    ended: list[Line] = []
    taken_back: list[str] = []
    chain = _chain_of_holder(db, person_id, address_hash, keyring)
    if chain:
        holder_id = chain.person_id
        confirmed = chain.lines_in(State.CONFIRMED)
        open_lines = [*chain.lines_in(State.REQUESTED), *confirmed]
        ended = [line for line in open_lines if line[1] == channel and purpose in (None, line[0])]
        because = replace(act, cause=cause.value)
        with in_one_go(db):
            if purpose is None:
                end_links(db, account=Account("person", holder_id), purpose=Purpose.SIGN_IN, now=act.at)
                opt_in.cancel_all(db, person_id=holder_id, now=act.at)
            outbox.drop_of(db, cause_ids=[chain.standing(line).record_id for line in ended])
            chain.append([Step(line, State.WITHDRAWN, chain.content(line)) for line in ended], act=because)
            if ended:
                _suppress(db, holder_id, address_hash, channel, purpose, cause, act)
        if holder_id == person_id:
            taken_back = [chain.standing(line).record_id for line in ended if line in confirmed]
    if not ended and not is_suppressed(db, address_hash=address_hash, purpose=purpose, cause=cause):
        _suppress(db, person_id, address_hash, channel, purpose, cause, act)
    return taken_back


def find_holder_id(db: Session, *, address_hash: str) -> str | None:
    """Whoever had a message at this address last and is still known; None where nobody is."""
    found: str | None = db.connection().scalar(_HOLDER, {"address_hash": address_hash})
    return found


def _chain_of_holder(db: Session, person_id: str | None, address_hash: str, keyring: Seal) -> Chain | None:
    """The chain of this person, or of whoever has the address since they are no more, ours alone from here on."""
    if person_id and (chain := _locked_chain(db, person_id, keyring)):
        return chain
    holder_id = find_holder_id(db, address_hash=address_hash)
    return _locked_chain(db, holder_id, keyring) if holder_id else None


def _locked_chain(db: Session, person_id: str, keyring: Seal) -> Chain | None:
    with in_one_go(db):
        lock_before_reading(db, person_id=person_id)
        return find_chain(db, person_id=person_id, keyring=keyring)


def _suppress(
    db: Session, person_id: str | None, address_hash: str, channel: str, purpose: str | None, cause: Cause, act: Act
) -> None:
    suppress(
        db,
        person_id=person_id,
        address_hash=address_hash,
        channel=channel,
        purpose=purpose,
        cause=cause,
        now=act.at,
    )


_ADD = insert(WayOutRow)
_HOLDER = (
    select(WayOutRow.person_id)
    .join(Person, Person.id == WayOutRow.person_id)
    .where(WayOutRow.address_hash == bindparam("address_hash"))
    .order_by(WayOutRow.made_at.desc())
    .limit(1)
)
_PEEK = select(*WayOutRow.__table__.columns).where(WayOutRow.token_digest == bindparam("token_digest"))
_BY_TOKEN = select(WayOutRow).where(WayOutRow.token_digest == bindparam("token_digest"))
