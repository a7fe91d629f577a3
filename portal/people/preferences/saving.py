"""The only place that reads what was chosen on the grid: a no is written at once, a new yes has yet to be asked."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.opt_out import refuse
from portal.people.consent.record import Act
from portal.people.keyring import Seal
from portal.people.preferences.grid import Cell, read_grid


def save(
    db: Session, *, person: Person, chosen: Mapping[str, str], keyring: Seal, act: Act
) -> tuple[list[str], list[str]]:
    """The records that took a consent back, and the names of the boxes that are yet to be asked for."""
    cells = [cell for row in read_grid(db, person=person, keyring=keyring) for cell in row.cells]
    taken_back: list[str] = []
    for cell in cells:
        if chosen.get(cell.box) == "no" and not cell.is_no:
            taken_back += refuse(db, person=person, line=(cell.purpose, cell.channel), keyring=keyring, act=act)
    return taken_back, [cell.box for cell in cells if _is_new_yes(cell, chosen)]


def _is_new_yes(cell: Cell, chosen: Mapping[str, str]) -> bool:
    return chosen.get(cell.box) == "yes" and not cell.is_yes and cell.asks is not None
