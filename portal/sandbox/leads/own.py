"""The only place for what a lead has in columns of its scenario's own: in a list, in the form that changes it, written.

Such a column holds text. One of numbers or days takes only what is one; one of choices only what it has, or nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import more_in
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import options_of
from portal.sandbox.drives.own_columns import OwnColumn, day_number, hundredths, own_columns
from portal.sandbox.drives.twins import Swap, Twins, Unclear
from portal.sandbox.leads.changes import Changed, fingerprint
from portal.shared.spotting import spotted
from portal.shared.text import NotText, checked_text

MOST_LETTERS = 200


class Cell(NamedTuple):
    """What a list shows of such a column."""

    text: str
    is_number: bool


class Box(NamedTuple):
    """A field of the form: its column, what stands in it, what can be chosen, and what is wrong with it."""

    column: OwnColumn
    text: str
    choices: Sequence[str] = ()
    problem: str = ""


class Refused(ValueError):
    """Something typed cannot stand in its column; `boxes` are the form as it was sent."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        super().__init__("Not every column can hold what was typed.")
        self.boxes = boxes


def own_cells(drive: Drive, lead: Lead, keys: Sequence[str]) -> Mapping[str, Cell]:
    """What the lead has in those of the columns that are the scenario's own."""
    own = own_columns(drive)
    if not own:
        return {}
    more = more_in(lead.more)
    return {key: Cell(more.get(own[key].name, ""), own[key].shape == "number") for key in keys if key in own}


def boxes_of(db: Session, drive: Drive, lead: Lead) -> list[Box]:
    """The form of such columns as a page shows it first."""
    own, more = own_columns(drive), more_in(lead.more)
    if not own:
        return []
    choices = {key: found for key, _, found in options_of(db, drive).own}
    return [_box(one, more.get(one.name, ""), choices[one.key]) for one in own.values()]


def change_own(
    db: Session, drive: Drive, lead: Lead, *, typed: Mapping[str, str], twins: Twins, seen: str, now: datetime
) -> tuple[str | None, list[Swap]]:
    """Change what the lead has in such columns, by their keys; what was done, in words, and what took whose place.

    A column that is left out stays as it is. Raises Refused, Changed and TooManyRows.
    """
    boxes, swaps = [], list[Swap]()
    for box in boxes_of(db, drive, lead):
        checked, swapped = _checked(box, typed[box.column.key], twins) if box.column.key in typed else (box, [])
        boxes.append(checked)
        swaps += swapped
    if any(box.problem for box in boxes):
        raise Refused(boxes)
    before = more_in(lead.more)
    more = json.dumps({box.column.name: box.text for box in boxes if box.text}, ensure_ascii=False)
    if not all(one.is_reserved for one in spotted(more)):
        raise Refused(
            [boxes[0]._replace(problem="Together these read like somebody’s number. Reword them."), *boxes[1:]]
        )
    names = [box.column.name for box in boxes if box.text != before.get(box.column.name, "")]
    if not names:
        return None, swaps
    if seen not in ("", fingerprint(lead)):
        raise Changed
    words = f"Changed {', '.join(names)} of {lead.name}"
    Journal(db, drive, words=words, now=now).write("lead", lead.id, lead._replace(more=more)._asdict())
    return words, swaps


def _box(column: OwnColumn, text: str, choices: Sequence[str]) -> Box:
    return Box(column, text, tuple(dict.fromkeys(("", *choices, text))) if column.shape == "choice" else ())


def _checked(box: Box, typed: str, twins: Twins) -> tuple[Box, Sequence[Swap]]:
    """The field as it was sent, with what is wrong; or with what may be stored, and what took whose place in it."""
    column = box.column
    sent = box if column.shape == "choice" else box._replace(text=typed[:MOST_LETTERS])  # no list holds a stranger
    try:
        text = checked_text(typed, most=MOST_LETTERS).strip()
        if text == box.text:
            return box, ()
        if problem := _problem(box, text):
            return sent._replace(problem=problem), ()
        twinned = twins.of_text(text) if text and column.shape == "text" else None
    except (NotText, Unclear) as fault:
        return sent._replace(problem=str(fault)), ()
    if twinned is None:
        return box._replace(text=text), ()
    if len(twinned.text) > MOST_LETTERS:
        return sent._replace(problem="Too long once invented twins took the place of what looked real. Shorten it."), ()
    return box._replace(text=twinned.text), twinned.swaps


def _problem(box: Box, text: str) -> str:
    shape = box.column.shape
    if shape == "choice" and text not in box.choices:
        return "Pick one of the choices."
    if shape == "number" and text and (hundredths(text) is None or hundredths(text) != abs(hundredths(text) or 0)):
        return "Type a number such as 1,234.50 or 17."
    if shape == "day" and text and (day_number(text) is None or len(text) != len("2026-01-31")):
        return "Type a date such as 2026-01-31."
    return ""
