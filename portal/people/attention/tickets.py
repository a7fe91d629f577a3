"""The only place that makes and reads the tickets by which a browser adds to a viewing, and takes it back.

A ticket says which film, how long it is, and when it was made, all signed; and a secret that links it to nobody and to
no other ticket. The server keeps the digest of that secret alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from itsdangerous import BadSignature

from portal.shared import ids
from portal.shared.keys import signer

OPEN = timedelta(days=2)
"""A viewing takes in more until the end of the day after it began (UTC); only whole days are kept."""

_MOST_CHARACTERS = 400
_SALT = "viewing of a film"


class NotATicket(ValueError):
    """We never made it, or it was changed."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A viewing of one film that has so many whole seconds; `began_at` is when the ticket was made."""

    film: str
    seconds: int
    began_at: datetime
    digest: str

    @property
    def closes_on(self) -> date:
        """The day from which on the viewing takes in nothing more."""
        return closing_day(self.began_at)


def closing_day(began_at: datetime) -> date:
    """The day on which a viewing closes that began then."""
    return (began_at + OPEN).date()


def issue_ticket(*, film: str, seconds: int, keys: Sequence[str], now: datetime) -> str:
    """A new ticket for a film; nothing is stored."""
    signed = signer(keys, salt=_SALT).dumps([film, seconds, int(now.timestamp()), ids.new_token()])
    return signed if isinstance(signed, str) else signed.decode()


def read_ticket(text: str, *, keys: Sequence[str]) -> Ticket:
    """What a ticket of ours says, however old it is. Raises NotATicket."""
    if len(text) > _MOST_CHARACTERS or not text.isascii():
        raise NotATicket
    try:
        film, seconds, began, secret = signer(keys, salt=_SALT).loads(text)
    except (BadSignature, ValueError) as fault:
        raise NotATicket from fault
    return Ticket(film=film, seconds=seconds, began_at=datetime.fromtimestamp(began, tz=UTC), digest=ids.digest(secret))
