"""The only place that reads what was chosen on the grid: a no is written at once, a new yes has yet to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.opt_out import refuse
from portal.people.consent.record import Act
from portal.people.keyring import Seal
from portal.people.preferences.grid import read_grid


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What became of a grid: the records that took a consent back, and the boxes whose new yes is not given by it.

    `to_ask` are asked for next, in their words; `elsewhere` by another page of ours or by none.
    """

    taken_back: list[str]
    to_ask: list[str]
    elsewhere: list[str]


def save(db: Session, *, person: Person, chosen: Mapping[str, str], keyring: Seal, act: Act) -> Saved:
    """Write down every no that is new."""
    cells = [cell for row in read_grid(db, person=person, keyring=keyring) for cell in row.cells]
    taken_back: list[str] = []
    for cell in cells:
        if chosen.get(cell.box) == "no" and not cell.is_no:
            taken_back += refuse(db, person=person, line=(cell.purpose, cell.channel), keyring=keyring, act=act)
    new = [cell for cell in cells if chosen.get(cell.box) == "yes" and not cell.is_yes]
    return Saved(
        taken_back=taken_back,
        to_ask=[cell.box for cell in new if cell.takes_a_yes],
        elsewhere=[cell.box for cell in new if not cell.takes_a_yes],
    )
