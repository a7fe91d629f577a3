"""The only place that erases a person: payloads and key go, leaves stay, and the ledger says that it happened."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.people.accounts.persons import forget_person, get_seal
from portal.people.consent.ledger import Step, read_chain
from portal.people.consent.models import ConsentPayload, ConsentRecord, OptIn
from portal.people.consent.noes import note_erasure
from portal.people.consent.record import Act
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.people.messages import outbox


def erase_person(db: Session, *, person_id: str, keyring: Seal, act: Act) -> None:
    """Erase everything that tells who this person was. A no that they said stays, under a keyed hash."""
    seal = get_seal(db, person_id=person_id, keyring=keyring)
    chain = read_chain(db, person_id=person_id, seal=seal)
    lines = chain.lines_in(*(state for state in State if state is not State.ERASED))
    chain.append([Step(line, State.ERASED, {}) for line in lines], act=act)
    theirs = select(ConsentRecord.id).where(ConsentRecord.person_id == person_id)
    db.execute(delete(ConsentPayload).where(ConsentPayload.record_id.in_(theirs)))
    for opt_in_id in db.scalars(select(OptIn.id).where(OptIn.person_id == person_id)).all():
        outbox.forget_cause(db, cause_id=opt_in_id)
    db.execute(delete(OptIn).where(OptIn.person_id == person_id))
    forget_person(db, person_id=person_id, now=act.at)
    note_erasure(db, person_id=person_id, at=act.at)
