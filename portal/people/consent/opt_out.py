"""The only place for a person's no: every message carries a link to it, it works at once and for ever."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.people.accounts.links import Purpose, end_links
from portal.people.accounts.persons import get_seal, lock_person
from portal.people.consent import opt_in
from portal.people.consent.ledger import Line, Step, read_chain
from portal.people.consent.models import OptOutLink, Suppression
from portal.people.consent.permission import is_suppressed
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.people.sessions import Account
from portal.shared import ids


def make_link(db: Session, *, token: str, person_id: str, channel: str, address_hash: str, act: Act) -> None:
    """Let `token` lead out of everything that this person gets on this channel."""
    link = {
        "token_digest": ids.digest(token),
        "person_id": person_id,
        "channel": channel,
        "address_hash": address_hash,
        "made_at": act.at,
    }
    db.connection().execute(_ADD_LINK, link)


def find_link(db: Session, *, token: str) -> OptOutLink | None:
    """The link of this token, or None; a link never expires."""
    return db.get(OptOutLink, ids.digest(token))


def opt_out(db: Session, *, link: OptOutLink, keyring: Seal, act: Act) -> None:
    """End every consent, open request and open sign-in link on the link's channel and suppress its address.

    Again is no different.
    """
    ended: list[Line] = []
    if lock_person(db, person_id=link.person_id) is not None:
        opt_in.cancel_open(db, person_id=link.person_id, now=act.at)
        end_links(db, account=Account("person", link.person_id), purpose=Purpose.SIGN_IN, now=act.at)
        seal = get_seal(db, person_id=link.person_id, keyring=keyring)
        chain = read_chain(db, person_id=link.person_id, seal=seal)
        ended = [line for line in chain.lines_in(State.REQUESTED, State.CONFIRMED) if line[1] == link.channel]
        chain.append([Step(line, State.WITHDRAWN, chain.content(line)) for line in ended], act=act)
    if ended or not is_suppressed(db, address_hash=link.address_hash):
        _suppress(db, link, act)


def withdraw(db: Session, *, person_id: str, line: Line, keyring: Seal, act: Act) -> None:
    """End one purpose on one channel, for whoever is signed in; what is not asked for or agreed to stays as it is."""
    if lock_person(db, person_id=person_id) is None:
        return
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    if line in chain.lines_in(State.REQUESTED, State.CONFIRMED):
        chain.append([Step(line, State.WITHDRAWN, chain.content(line))], act=act)


_ADD_LINK = insert(OptOutLink)


def _suppress(db: Session, link: OptOutLink, act: Act) -> None:
    no = {"address_hash": link.address_hash, "since": act.at, "channel": link.channel, "cause": "opt-out"}
    db.execute(insert(Suppression), [no])
