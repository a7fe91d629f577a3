"""The only place for what a typed stop-code does: a right and a wrong one are answered alike, neither is refused.

Ten digits can be guessed at. A guess learns nothing, and after a hundred wrong codes in a day a network has to type the
address as well. It is never turned away: a no must get through, whoever sends it and how often.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.people.accounts.tries import count_wrong, how_many_wrong
from portal.people.consent.models import WayOutRow
from portal.people.consent.opt_out import find_by_stop_code, opt_out
from portal.people.consent.record import Act
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash

FREE_GUESSES = 100  # wrong codes a day from one network


class AddressNeeded(Exception):
    """The code alone does not say whose message it is; the message says what to do, in the words of a form."""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody typed: the ten digits, and the normalised address where they typed one."""

    code: str
    address: str | None = None


def stop_by_code(db: Session, *, typed: Typed, network: str, keyring: Seal, act: Act) -> int:
    """End what the message with this code was about; how many ways out it was. Raises AddressNeeded.

    `network` names whose wrong codes are counted, in no clear words.
    """
    ways_out = find_by_stop_code(db, code=typed.code, keyring=keyring)
    if typed.address is not None:
        ways_out = [way_out for way_out in ways_out if _is_at(way_out, typed.address, keyring)]
    elif len({way_out.address_hash for way_out in ways_out}) > 1 or _guesses(db, network, act.at):
        raise AddressNeeded(
            "This code needs the e-mail address beside it, the one that our message came to. Type both."
        )
    for way_out in ways_out:
        opt_out(db, way_out=way_out, keyring=keyring, act=act)
    if not ways_out:
        count_wrong(db, about=_name(network), now=act.at)
    return len(ways_out)


def _is_at(way_out: WayOutRow, address: str, keyring: Seal) -> bool:
    return way_out.address_hash == address_hash(keyring, channel=way_out.channel, address=address)


def _guesses(db: Session, network: str, now: datetime) -> bool:
    return how_many_wrong(db, about=_name(network), now=now) >= FREE_GUESSES


def _name(network: str) -> str:
    return f"stop-code:{network}"
