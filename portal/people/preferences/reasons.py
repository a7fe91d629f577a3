"""The only place that says why somebody got a message: the record that allowed it, or the act that it answers."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.history import Entry, find_entry, find_newest
from portal.people.consent.models import WayOutRow
from portal.people.consent.notices import in_a_sentence, purpose_title
from portal.people.consent.states import State
from portal.people.keyring import Seal
from portal.people.messages.service import Service


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a message about `title`, as a sentence calls it, was sent.

    `allowed` is the record behind an offer and `newest` what its line says by now. A service message has neither:
    `answers` then says which act it answers.
    """

    way_out: WayOutRow
    title: str
    answers: str
    if_not_you: str
    allowed: Entry | None
    newest: Entry | None
    is_erased: bool

    @property
    def is_over(self) -> bool:
        """Whether what allowed the message allows nothing any more."""
        return self.newest is not None and self.newest.state is not State.CONFIRMED


ANSWERS = {
    Service.CONFIRM: "somebody gave us this address, and we asked whether it was you",
    Service.SIGN_IN: "somebody asked to sign in with this address",
    Service.PASSKEY_ADDED: "a passkey was added to the account that has this address",
    Service.TEST: "you work here, and asked for a test of a campaign",
}
IF_NOT_YOU = {
    Service.CONFIRM: "You have nothing to do. Nothing happens unless somebody presses the button that the message "
    "leads to, and what nobody confirms is erased after 7 days.",
    Service.SIGN_IN: "You have nothing to do. The link works for ten minutes, and nobody without it gets in.",
    Service.PASSKEY_ADDED: "Then somebody else was in your account. Sign in, remove the passkey, and end all other "
    "sessions; or write to questions@customerhub.net, where a person helps.",
}
OTHERWISE = "it answers something that was done with this address"


def find_reason(db: Session, *, way_out: WayOutRow, keyring: Seal) -> Reason:
    """Why the message with this way out was sent."""
    line = (way_out.purpose or "", way_out.channel)
    allowed = (
        find_entry(db, record_id=way_out.cause_id, keyring=keyring) if way_out.purpose and way_out.cause_id else None
    )
    return Reason(
        way_out=way_out,
        title=in_a_sentence(purpose_title(way_out.purpose)) if way_out.purpose else "",
        answers="" if way_out.purpose else ANSWERS.get(way_out.kind or "", OTHERWISE),  # type: ignore[call-overload]
        if_not_you=IF_NOT_YOU.get(way_out.kind or "", ""),  # type: ignore[call-overload]
        allowed=allowed,
        newest=find_newest(db, person_id=way_out.person_id, line=line, keyring=keyring) if allowed else None,
        is_erased=db.get(Person, way_out.person_id) is None,
    )
