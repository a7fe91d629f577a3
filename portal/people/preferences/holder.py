"""The only place that says whose preferences a request is about: of who is signed in, or of a message's link.

A link never expires for a no. It opens the page, stops, pauses and objects; it never grants.
"""

from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people.accounts import presence
from portal.people.accounts.models import Person
from portal.people.consent.models import WayOutRow
from portal.people.consent.opt_out import find_way_out
from portal.shared.problems import Problem


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose page it is, and the address that its forms post to. `person` is None once they were erased."""

    person: Person | None
    way_out: WayOutRow | None
    base: str

    @property
    def known(self) -> Person:
        """The person, who has to be there for whatever is chosen."""
        if self.person is None:
            raise Problem(
                410,
                "There is nobody left to choose for",
                "Everything about the person whom this message went to was erased. A no that was said still holds.",
            )
        return self.person

    @property
    def shown_address(self) -> str:
        """The address, for who is signed in; by a link that may have been passed on, a hint of it."""
        if self.way_out is None:
            return self.known.email
        name, _, domain = self.known.email.partition("@")
        return f"{name[0]}…@{domain}"


def require_holder() -> Answer | None:
    """The guard: whoever comes without a link has to be signed in."""
    return None if "token" in (request.view_args or {}) else presence.require_person()


def find_holder(db: Session, *, token: str | None) -> Holder:
    """Whose page this is."""
    if token is None:
        person = db.get(Person, presence.current_person().id)
        return Holder(person=person, way_out=None, base="/preferences")
    way_out = get_way_out(db, token=token)
    return Holder(person=db.get(Person, way_out.person_id), way_out=way_out, base=f"/preferences/{token}")


def get_way_out(db: Session, *, token: str) -> WayOutRow:
    """The way out that a link is."""
    way_out = find_way_out(db, token=token)
    if way_out is None:
        raise Problem(
            404,
            "We do not know this link",
            "Open it again from the message, whole and on one line. To stop our messages, type the message's stop-code "
            "at /stop, or write to questions@customerhub.net and a person does it for you.",
        )
    return way_out
