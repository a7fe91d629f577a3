"""The only place that reads back, for the person themselves, what they agreed to and where each of it stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.persons import get_seal
from portal.people.consent.ledger import read_chain
from portal.people.consent.models import ConsentState
from portal.people.consent.states import State
from portal.people.keyring import Seal


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One purpose on one channel, in the words that were shown."""

    purpose: str
    channel: str
    title: str
    words: str
    state: State
    since: datetime
    record_id: str

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether there is something to take back."""
        return self.state in (State.REQUESTED, State.CONFIRMED)


def list_agreed(db: Session, *, person_id: str, keyring: Seal) -> list[Agreed]:
    """Everything that a person was ever asked and whose words are still kept, by purpose and channel."""
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    theirs = select(ConsentState).where(ConsentState.person_id == person_id)
    found = []
    for row in db.scalars(theirs.order_by(ConsentState.purpose, ConsentState.channel)):
        content = chain.content((row.purpose, row.channel))
        if content:
            found.append(
                Agreed(
                    purpose=row.purpose,
                    channel=row.channel,
                    title=content["processing"]["purpose_title"],
                    words=content["shown"]["words"],
                    state=State(row.state),
                    since=row.changed_at,
                    record_id=row.record_id,
                )
            )
    return found
