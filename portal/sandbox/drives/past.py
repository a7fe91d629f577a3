"""The only place that tells what acts did to a single row, and puts one field of it back as it was."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.journal import Journal, Place
from portal.sandbox.drives.kinds import KINDS
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.models import Act, Before
from portal.sandbox.drives.rows import find_row
from portal.sandbox.scenarios.order import fold

Row = Mapping[str, Any]

# What goes back with a field, since it would be wrong without it.
_TOGETHER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lead", "company"): ("company_id",),
    ("lead", "deal"): ("value",),
    ("deal", "stage"): ("stage_rank", "moved_at", "closed_at", "reason"),
}


class Touch(NamedTuple):
    """An act that touched a row: all of the row's fields before and after it, None where there was no such row."""

    act: int
    words: str
    done_at: datetime
    before: Row | None
    after: Row | None

    def changed(self, *fields: str) -> list[str]:
        """Which of these fields the act changed; none where it made the row or deleted it."""
        if self.before is None or self.after is None:
            return []
        return [field for field in fields if self.before.get(field) != self.after.get(field)]


class _Image(NamedTuple):
    """What an act left of a row."""

    number: int
    words: str
    done_at: datetime
    image: str | None


class CannotTakeBack(Exception):
    """A field cannot be put back; the words say why and what to do."""


def acts_on(db: Session, drive: Drive, place: Place, row_id: str) -> list[Touch]:
    """The acts that touched a row of the bound drive and are not undone, newest first."""
    touched = (
        select(Act.number, Act.words, Act.done_at, Before.image)
        .join(Before, Before.act == Act.number)
        .where(Before.place == place, Before.row_id == row_id, Act.undone_at.is_(None))
        .order_by(Act.number)
    )
    begun = _layers_begun(db, drive, place, row_id)
    acts: list[Any] = sorted([*db.execute(touched), *begun], key=lambda act: act.number)
    if not acts:
        return []
    scenario = _row_of_scenario(db, drive, place, row_id)
    states = [_row(act.image, otherwise=scenario) for act in acts]
    states.append(_now(db, drive, place, row_id))
    told = (Touch(act.number, act.words, act.done_at, *states[at : at + 2]) for at, act in enumerate(acts))
    return [one for one in told if one.before != one.after or one.act not in {act.number for act in begun}][::-1]


def take_back(
    db: Session, drive: Drive, *, act: int, place: Place, row_id: str, field: str, now: datetime
) -> str | None:
    """Put a field of a row back as it was before an act, in a new act; returns its words, or None where it is so.

    Raises CannotTakeBack and TooManyRows.
    """
    if field not in KINDS[place].fields or field == "id":
        raise CannotTakeBack("There is no such field.")
    touch = next((one for one in acts_on(db, drive, place, row_id) if one.act == act), None)
    if touch is None:
        raise CannotTakeBack(
            "That change was undone meanwhile, or is too long ago to be taken back. Load the page anew."
        )
    if touch.before is None:
        raise CannotTakeBack("There was nothing before that change: it is where this began. Undo it in the history.")
    there = find_row(db, drive, KINDS[place], row_id)
    if there is None:
        raise CannotTakeBack("It is deleted now. Take the deletion back first, in the history.")
    fields = (field, *_TOGETHER.get((place, field), ()))
    after = _changed(drive, place, there, {name: touch.before.get(name) for name in fields})
    if after == there:
        return None
    words = f"Put {_in_words(field)} of {_name_of(there)} back"
    Journal(db, drive, words=words, now=now).write(place, row_id, after._asdict())
    return words


def _layers_begun(db: Session, drive: Drive, place: Place, row_id: str) -> list[Any]:
    """The acts that began a layer, as if each had kept an image of the row: it stands in the layer before."""
    began = select(Act.number, Act.words, Act.done_at, Act.layer_before).where(
        Act.layer_before.is_not(None), Act.undone_at.is_(None)
    )
    acts = db.execute(began).all()
    if not acts:
        return []
    table: Any = KINDS[place].own.__table__  # type: ignore[attr-defined]
    whose = table.c.drive_id == drive.id, table.c.layer >= 0, table.c.id == row_id
    rows = {row["layer"]: row for row in db.connection().execute(select(table).where(*whose)).mappings()}
    return [_Image(act.number, act.words, act.done_at, _as_image(rows.get(act.layer_before))) for act in acts]


def _as_image(row: Any) -> str | None:
    return None if row is None else json.dumps(dict(row))


def _now(db: Session, drive: Drive, place: str, row_id: str) -> Row | None:
    found = find_row(db, drive, KINDS[place], row_id)
    return None if found is None else found._asdict()


def _row(image: str | None, *, otherwise: Row | None) -> Row | None:
    """What a drive shows where its own row is as `image` has it; without an own row, the scenario's."""
    if image is None:
        return otherwise
    row: dict[str, Any] = json.loads(image)
    return None if row["is_deleted"] else row


def _row_of_scenario(db: Session, drive: Drive, place: str, row_id: str) -> Row | None:
    base: Any = KINDS[place].base
    if base is None:
        return None
    columns = [getattr(base, name) for name in KINDS[place].fields]
    found = db.execute(select(*columns).where(base.scenario_id == drive.scenario_id, base.id == row_id)).first()
    return None if found is None else dict(found._mapping)


def _changed(drive: Drive, place: str, row: Any, values: dict[str, Any]) -> Any:
    if isinstance(row, Lead):
        return row.changed([stage.name for stage in stages_of(drive)], **values)
    if place == "company" and "name" in values:
        values["name_key"] = fold(values["name"])
    return row._replace(**values)


def _name_of(row: Any) -> str:
    return next((str(getattr(row, name)) for name in ("name", "title", "words") if getattr(row, name, "")), "it")


def _in_words(field: str) -> str:
    return _WORDS.get(field, field.removesuffix("_at").removesuffix("_on").replace("_", " "))


_WORDS = {
    "email": "e-mail",
    "more": "own columns",
    "contact_since": "contact",
    "close_on": "close date",
    "due_at": "due date",
}
