"""The only place that reads where somebody stands, by purpose and channel, and what they may choose there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.asked_last import asked_last
from portal.people.consent.models import ConsentState, Suppression
from portal.people.consent.notices import NOTICES, Jurisdiction, Purpose, purpose_title, wording_for
from portal.people.consent.states import State
from portal.people.consent.suppression import EVERYTHING
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels import CHANNELS

Line = tuple[str, str]  # purpose, channel
HERE = "/preferences"
ASKED_AT = {"sign-up": HERE, "reminder": "/offers/"}  # by notice


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One purpose on one channel. `asked_at` is the page whose form asks for it, empty where no form of ours does."""

    purpose: str
    channel: str
    state: State
    since: datetime | None
    asked_at: str

    @property
    def box(self) -> str:
        """The name of its choice in a form."""
        return f"{self.purpose}_{self.channel}"

    @property
    def is_yes(self) -> bool:
        """Whether we may write."""
        return self.state is State.CONFIRMED

    @property
    def is_no(self) -> bool:
        """Whether they said no, last."""
        return self.state is State.WITHDRAWN

    @property
    def takes_a_yes(self) -> bool:
        """Whether a new yes can be given on the grid: a reminder is of one offer, so it is asked for at that offer."""
        return self.asked_at == HERE


@dataclass(frozen=True, kw_only=True)
class Row:
    """One purpose on every channel."""

    purpose: str
    title: str
    rhythm: str
    cells: list[Cell]


def read_grid(db: Session, *, person: Person, keyring: Seal) -> list[Row]:
    """Every purpose that we ask for under their law, and every other that this person was ever asked for."""
    asked = _asked_for(asked_last(db, person_id=person.id, keyring=keyring).law)
    states = {
        (row.purpose, row.channel): (State(row.state), row.changed_at)
        for row in db.scalars(select(ConsentState).where(ConsentState.person_id == person.id))
    }
    noes = {channel: _noes(db, person, channel, keyring) for channel in CHANNELS}
    rows = []
    for purpose in dict.fromkeys(purpose for purpose, _channel in (*asked, *states)):
        shown = next((found for found, _page in asked.values() if found.id == purpose), None)
        cells = []
        for channel in CHANNELS:
            state, since = _stand(states.get((purpose, channel)), noes[channel], purpose)
            _box, page = asked.get((purpose, channel), (None, ""))
            cells.append(Cell(purpose=purpose, channel=channel, state=state, since=since, asked_at=page))
        title, rhythm = (shown.title, shown.rhythm) if shown else (purpose_title(purpose), "Not asked for any more")
        rows.append(Row(purpose=purpose, title=title, rhythm=rhythm, cells=cells))
    return rows


def _asked_for(law: Jurisdiction) -> dict[Line, tuple[Purpose, str]]:
    """Each box of our notices with the page that shows it, in the language of the grid."""
    return {
        (purpose.id, purpose.channel): (purpose, ASKED_AT[notice])
        for notice in NOTICES
        for purpose in wording_for(notice, jurisdiction=law, language=law.language).purposes
    }


def _noes(db: Session, person: Person, channel: str, keyring: Seal) -> dict[str, datetime]:
    """Since when the address is not to be used, by purpose; under EVERYTHING for all of them."""
    hashed = address_hash(keyring, channel=channel, address=person.email)
    rows = db.execute(select(Suppression.purpose, Suppression.since).where(Suppression.address_hash == hashed))
    found: dict[str, datetime] = {}
    for purpose, since in rows:
        found[purpose] = max(since, found.get(purpose, since))
    return found


def _stand(
    said: tuple[State, datetime] | None, noes: dict[str, datetime], purpose: str
) -> tuple[State, datetime | None]:
    """The state that counts: a no at the address, like one that came back as a bounce, is newer than any older yes."""
    state, since = said or (State.NONE, None)
    no = max((noes[one] for one in (EVERYTHING, purpose) if one in noes), default=None)
    if no is not None and (since is None or no >= since) and state is not State.ERASED:
        return State.WITHDRAWN, no
    return state, since
