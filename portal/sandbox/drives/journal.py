"""The only place that writes a drive's own rows: every act remembers what it replaced, so that it can be undone.

An act is never lost by undoing it: what it did and what it replaced change places, and redoing changes them back. A new
act forgets those that stand undone. Numbers of acts are the drive's revisions: they rise and are used once.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Integer, Select, bindparam, delete, func, insert, select, text, type_coerce, update
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import (
    FEW,
    ONE_BY_ONE,
    Rows,
    count_own_rows,
    insert_alike,
    insert_rows,
    table_of,
    whose,
)
from portal.sandbox.drives.drive import Drive, delete_rows
from portal.sandbox.drives.kinds import OWN_TABLES, Kind
from portal.sandbox.drives.models import Act, Before, StartedDrive
from portal.sandbox.drives.within import change_rows, ids_among, keep_rows, let_go, put_back, shadow_rows

MOST_ACTS = 200  # an older act can no longer be undone

Place = Literal["lead", "company", "deal", "task", "view", "segment", "activity"]


class TooManyRows(Exception):
    """The act needs more rows of the drive's own than it may have: `wanted` new ones beside the `have` it has."""

    def __init__(self, *, have: int, wanted: int, most: int) -> None:
        super().__init__(f"{wanted:,} more rows wanted, {have:,} there of {most:,}.")
        self.have = have
        self.wanted = wanted
        self.most = most

    @property
    def left(self) -> int:
        """How many more rows the drive may have."""
        return max(0, self.most - self.have)


class Line(NamedTuple):
    """An act as the history shows it."""

    number: int
    words: str
    done_at: datetime
    undone_at: datetime | None


class Journal:
    """One act of the bound drive, open for writing; `words` say what it does, as the history and undo will.

    One that begins a layer finds the scenario as it was. What the drive had stays in the layer before, to which undo
    goes back, so nothing of it is copied, nor of what is written in the new layer.
    """

    def __init__(self, db: Session, drive: Drive, *, words: str, now: datetime, begins_layer: bool = False) -> None:
        self._db = db
        self._drive_id = drive.id
        self._remembered: set[tuple[str, str]] = set()
        self._begins_layer = begins_layer
        self._left = most_rows(db) if begins_layer else None  # else unknown until somebody adds a row
        self.number, layer_before, acts = _revise(db, drive, begins_layer=begins_layer)
        _make_way(db, *acts)
        act = {"drive_id": drive.id, "number": self.number, "words": words, "done_at": now}
        db.connection().execute(_INSERT_ACT, {**act, "layer_before": layer_before})

    def write(self, place: Place, row_id: str, columns: Mapping[str, Any]) -> None:
        """Store a row of this drive's own, whole, in place of what it had under that id. Raises TooManyRows."""
        self.write_all(place, {row_id: columns})

    def write_all(self, place: Place, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Store many rows, by id, in few statements. Raises TooManyRows before it has stored one."""
        self._replace(place, {row_id: {**columns, "is_deleted": False} for row_id, columns in rows.items()})

    def hide(self, place: Place, row_id: str, columns: Mapping[str, Any]) -> None:
        """Delete a row as this drive sees it: a tombstone stands in its place. Raises TooManyRows."""
        self.hide_all(place, {row_id: columns})

    def hide_all(self, place: Place, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Delete many rows, by id, in few statements. Raises TooManyRows before it has deleted one."""
        self._replace(place, {row_id: {**columns, "is_deleted": True} for row_id, columns in rows.items()})

    def shadow_all(
        self,
        kind: Kind[Any],
        rows: Mapping[str, Any],
        *,
        changed: Iterable[str],
        scenario_id: int,
        hidden: bool = False,
    ) -> None:
        """The same as `write_all`, or `hide_all`, of values by id that differ from what there was in `changed` alone.

        What stays as it is never leaves the database. Raises TooManyRows.
        """
        own = ids_among(self._db, kind.name, rows)
        ours, theirs = list[Any](), list[Any]()
        for row_id, row in rows.items():
            (ours if row_id in own else theirs).append(row)
        self._take_room(len(theirs))
        if not self._begins_layer:
            self._remember(kind.name, {row.id: None for row in theirs})
            self._remember_own(kind.name, own)
        names = tuple(sorted(changed))
        change_rows(self._db, kind, ours, changed=names, is_deleted=hidden)
        copied = shadow_rows(self._db, kind, theirs, changed=names, scenario_id=scenario_id, is_deleted=hidden)
        if copied != len(theirs):
            raise LookupError(f"Not every {kind.name} is the scenario's or the drive's own.")

    def take_over(self, rows: Rows) -> None:
        """Store rows of another drive, tombstones too. Raises TooManyRows."""
        for place, of_place in rows.items():
            self._replace(place, {row["id"]: row for row in of_place})

    def move_clock(self, to: int) -> None:
        """Let the drive's present be `to` seconds from the scenario's."""
        self._remember(_CLOCK, {_CLOCK: _clock_image(self._db, self._drive_id)})
        _set_clock(self._db, self._drive_id, to)

    def _replace(self, place: str, rows: dict[str, dict[str, Any]]) -> None:
        if not rows:
            return
        self._give_way(place, rows)
        _put(self._db, place, [{**columns, **whose(self._db), "id": row_id} for row_id, columns in rows.items()])

    def _give_way(self, place: str, row_ids: Collection[str]) -> Collection[str]:
        """Remember and let go of what stands under these ids; those under which something stood."""
        found = _images(self._db, place, row_ids)
        self._take_room(len(row_ids) - len(found))
        if not self._begins_layer:
            self._remember(place, {row_id: found.get(row_id) for row_id in row_ids})
        let_go(self._db, place, found)
        return found

    def _take_room(self, wanted: int) -> None:
        if not wanted:
            return
        if self._left is None:
            self._left = most_rows(self._db) - count_own_rows(self._db)
        if wanted > self._left:
            most = most_rows(self._db)
            raise TooManyRows(have=most - self._left, wanted=wanted, most=most)
        self._left -= wanted

    def _remember(self, place: str, images: Mapping[str, str | None]) -> None:
        """Keep the rows as they were before this act's first touch."""
        first = {row_id: image for row_id, image in images.items() if (place, row_id) not in self._remembered}
        self._remembered.update((place, row_id) for row_id in first)
        _keep(self._db, self._drive_id, self.number, place, first)

    def _remember_own(self, place: str, row_ids: Iterable[str]) -> None:
        """The same of rows that the drive has of its own, without reading them."""
        first = [row_id for row_id in row_ids if (place, row_id) not in self._remembered]
        self._remembered.update((place, row_id) for row_id in first)
        if first:
            keep_rows(self._db, place, first, act=self.number)


def most_rows(db: Session) -> int:
    """How many rows a drive may have of its own."""
    most: int = db.info["most rows"]
    return most


def undo(db: Session, drive: Drive, *, now: datetime) -> str | None:
    """Take the last act of the bound drive back and return its words, or None where there is nothing to undo."""
    act = db.execute(_of_last_act(Act.number, Act.words)).first()
    if act is None:
        return None
    _swap(db, drive, act.number, undone_at=now)
    return str(act.words)


def redo(db: Session, drive: Drive) -> str | None:
    """Do again what was undone last and return its words, or None where nothing stands undone."""
    act = db.execute(_of_first_undone(Act.number, Act.words)).first()
    if act is None:
        return None
    _swap(db, drive, act.number, undone_at=None)
    return str(act.words)


def go_to(db: Session, drive: Drive, number: int, *, now: datetime) -> tuple[int, int]:
    """Undo or redo until this act is the last one that is done; 0 undoes all. How many were undone, and redone."""
    acts = db.execute(select(Act.number, Act.undone_at).order_by(Act.number)).all()
    later = [act.number for act in acts if act.number > number and act.undone_at is None]
    earlier = [act.number for act in acts if act.number <= number and act.undone_at is not None]
    for act in reversed(later):
        _swap(db, drive, act, undone_at=now)
    for act in earlier:
        _swap(db, drive, act, undone_at=None)
    return len(later), len(earlier)


def reset(db: Session, drive: Drive, *, now: datetime) -> bool:
    """Take the bound drive back to its scenario, in one act that can itself be undone; False where it is there."""
    if not drive.clock and not count_own_rows(db):
        return False
    journal = Journal(db, drive, words="Reset this drive", now=now, begins_layer=True)
    if drive.clock:
        journal.move_clock(0)
    return True


def next_words(db: Session, drive: Drive) -> tuple[str, str]:
    """What undo would take back and what redo would do again, in words; empty where there is nothing."""
    found = db.connection().execute(_NEXT_WORDS, {"drive_id": drive.id}).one()
    return found[0] or "", found[1] or ""


def list_acts(db: Session, *, most: int) -> Sequence[tuple[str, datetime]]:
    """The last acts of the bound drive that are not undone, newest first: words and moment."""
    done = select(Act.words, Act.done_at).where(Act.undone_at.is_(None))
    found = db.execute(done.order_by(Act.number.desc()).limit(most))
    return [(row.words, row.done_at) for row in found]


def list_lines(db: Session, *, page: int, size: int) -> list[Line]:
    """A page of the whole history of the bound drive, newest first, undone acts among it."""
    found = select(Act.number, Act.words, Act.done_at, Act.undone_at).order_by(Act.number.desc())
    return [Line._make(row) for row in db.execute(found.limit(size).offset((page - 1) * size))]


def count_lines(db: Session) -> tuple[int, int]:
    """How many acts of the bound drive the history holds, and how many of them stand undone."""
    total, undone = db.execute(select(func.count(), func.count(Act.undone_at)).select_from(Act)).one()
    return total, undone


def count_acts(db: Session) -> int:
    """How many acts of the bound drive can be undone."""
    return db.scalar(select(func.count()).select_from(Act).where(Act.undone_at.is_(None))) or 0


def _of_last_act(*columns: Any) -> Any:
    return select(*columns).where(Act.undone_at.is_(None)).order_by(Act.number.desc()).limit(1)


def _of_first_undone(*columns: Any) -> Any:
    return select(*columns).where(Act.undone_at.is_not(None)).order_by(Act.number).limit(1)


# Of tables and not of classes, built once, since every page asks this; each half says itself whose acts it means.
_acts = Act.__table__.alias("done").c
_undone = Act.__table__.alias("undone").c
_NEXT_WORDS = select(
    select(_acts.words)
    .where(_acts.drive_id == bindparam("drive_id"), _acts.undone_at.is_(None))
    .order_by(_acts.number.desc())
    .limit(1)
    .scalar_subquery(),
    select(_undone.words)
    .where(_undone.drive_id == bindparam("drive_id"), _undone.undone_at.is_not(None))
    .order_by(_undone.number)
    .limit(1)
    .scalar_subquery(),
)
_drives: Any = table_of(StartedDrive)
_of_drive = text("drive_acts.drive_id = :drive_id")  # in words: SQLite is told no tables behind RETURNING
_REVISE = (
    update(_drives)
    .where(_drives.c.id == bindparam("number"))
    .values(revision=_drives.c.revision + 1)
    .returning(
        *(_drives.c.revision, _drives.c.layer),
        select(func.count()).select_from(Act.__table__).where(_of_drive).scalar_subquery().label("acts"),
        select(func.count(Act.__table__.c.undone_at)).where(_of_drive).scalar_subquery().label("undone"),
    )
)
_BEGIN_LAYER = _REVISE.where(func.coalesce(type_coerce(_drives.c.layer, Integer), 0) == bindparam("before")).values(
    layer=_drives.c.revision + 1
)
_INSERT_ACT = insert(table_of(Act))
_CLOCK = "clock"  # the place, and the id in it, under which an act remembers where the clock stood


def _revise(db: Session, drive: Drive, *, begins_layer: bool = False) -> tuple[int, int | None, tuple[int, int]]:
    """The next revision, the layer that it leaves where it begins one, and how many acts there are and stand undone.

    What was made of the drive's rows before is of an older revision; within this transaction, of none. The session goes
    on in the layer that the drive stands in by now: another tab may have begun one since it was bound.
    """
    db.info["has_written"] = True
    before = db.info["layer"]
    asked, values = _REVISE, {"number": drive.id, "drive_id": drive.id}
    if begins_layer:
        asked, values = _BEGIN_LAYER, values | {"before": before}
    found = db.connection().execute(asked, values).first()
    if found is None:  # a layer was begun, so this one begins after that
        stands_in = select(StartedDrive.layer).where(StartedDrive.id == drive.id).with_for_update()
        before = db.scalars(stands_in).one()
        found = db.connection().execute(asked, values | {"before": before}).one()
    db.info["layer"] = found.layer
    # What was counted is of before a wait for another tab; then whatever that one did is not among it.
    is_next = found.revision == drive.revision + 1
    acts = (found.acts, found.undone) if is_next else count_lines(db)
    return found.revision, before if begins_layer else None, acts


def _make_way(db: Session, total: int, undone: int) -> None:
    """Before a new act: forget the acts that stand undone, and the oldest where there are too many."""
    if undone:
        _forget(db, select(Act.number, Act.layer_before).where(Act.undone_at.is_not(None)), is_undone=True)
    if total - undone >= MOST_ACTS:
        oldest = select(Act.number, Act.layer_before).order_by(Act.number.desc()).offset(MOST_ACTS - 1)
        _forget(db, oldest, is_undone=False)


def _forget(db: Session, acts: Any, *, is_undone: bool) -> None:
    """Let go of acts, and of the layers to which none leads any more: those they began, or those before them."""
    found = db.execute(acts).all()
    forgotten = [act.number for act in found]
    db.execute(delete(Before).where(Before.act.in_(forgotten)))
    db.execute(delete(Act).where(Act.number.in_(forgotten)))
    layers = [act.number for act in found if act.layer_before is not None]
    for own in OWN_TABLES.values() if layers else ():
        if is_undone:
            delete_rows(db, own, db.info["drive"], since=min(layers), before=max(layers) + 1)
        else:
            delete_rows(db, own, db.info["drive"], before=max(layers))


def _swap(db: Session, drive: Drive, number: int, *, undone_at: datetime | None) -> None:
    """Let what an act did and what it replaced change places."""
    _revise(db, drive)
    layer_before = db.scalar(select(Act.layer_before).where(Act.number == number))
    if layer_before is not None:
        _stand_in(db, drive.id, number if undone_at is None else layer_before)
    touched: dict[str, dict[str, str | None]] = {}
    for place, row_id, image in db.execute(
        select(Before.place, Before.row_id, Before.image).where(Before.act == number)
    ):
        touched.setdefault(place, {})[row_id] = image
    db.execute(delete(Before).where(Before.act == number))
    for place, images in touched.items():
        if place == _CLOCK:
            now_there: Mapping[str, str | None] = {_CLOCK: _clock_image(db, drive.id)}
            _set_clock(db, drive.id, int(images[_CLOCK] or 0))
            _keep(db, drive.id, number, place, now_there)
        else:
            _swap_rows(db, drive.id, number, place, images)
    db.execute(update(Act).where(Act.number == number).values(undone_at=undone_at))


def _swap_rows(db: Session, drive_id: int, number: int, place: str, images: Mapping[str, str | None]) -> None:
    """Keep what stands under these ids for the act, within the database, and put what it kept there."""
    there = ids_among(db, place, images)
    if there:
        keep_rows(db, place, there, act=number)
        let_go(db, place, there)
    _keep(db, drive_id, number, place, {row_id: None for row_id in images if row_id not in there})
    put_back(db, place, [image for image in images.values() if image is not None])


def _stand_in(db: Session, drive_id: int, layer: int) -> None:
    db.execute(
        update(StartedDrive).where(StartedDrive.id == drive_id).values(layer=layer),
        execution_options={"synchronize_session": False},
    )
    db.info["layer"] = layer


def _clock_image(db: Session, drive_id: int) -> str:
    return str(db.scalar(select(StartedDrive.clock).where(StartedDrive.id == drive_id)))


def _set_clock(db: Session, drive_id: int, clock: int) -> None:
    db.execute(
        update(StartedDrive).where(StartedDrive.id == drive_id).values(clock=clock),
        execution_options={"synchronize_session": False},
    )


def _keep(db: Session, drive_id: int, number: int, place: str, images: Mapping[str, str | None]) -> None:
    whose_act = {"drive_id": drive_id, "act": number, "place": place}
    absent = [row_id for row_id, image in images.items() if image is None]
    if len(absent) > ONE_BY_ONE:
        insert_alike(db, table_of(Before), each="row_id", values=absent, rest={**whose_act, "image": None})
        images = {row_id: image for row_id, image in images.items() if image is not None}
    rows = [{**whose_act, "row_id": row_id, "image": image} for row_id, image in images.items()]
    insert_rows(db, table_of(Before), rows)


def _put(db: Session, place: str, rows: list[dict[str, Any]]) -> None:
    """Store rows where nothing stands under their ids."""
    insert_rows(db, table_of(OWN_TABLES[place]), rows)


def _images(db: Session, place: str, row_ids: Collection[str]) -> dict[str, str]:
    """The rows of these ids as JSON of their columns."""
    names = table_of(OWN_TABLES[place]).columns.keys()
    at = names.index("id")
    found = _rows(db, place, row_ids, at)
    return {row[at]: json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in found}


def _rows(db: Session, place: str, row_ids: Collection[str], at: int) -> Iterable[Sequence[Any]]:
    """Whole rows; of many ids all that there are, picked here, which takes PostgreSQL a tenth of the time."""
    connection = db.connection()
    if len(row_ids) <= FEW:
        return connection.execute(_whole_rows(place, named=True), {**whose(db), "ids": [*row_ids]})
    return (row for row in connection.execute(_whole_rows(place), whose(db)) if row[at] in row_ids)


@cache
def _whole_rows(place: str, *, named: bool = False) -> Select[*tuple[Any, ...]]:
    """Of the table and not of the class, built once, since every act asks this; it says itself whose rows it means."""
    table = table_of(OWN_TABLES[place])
    found = select(table).where(table.c.drive_id == bindparam("drive_id"), table.c.layer == bindparam("layer"))
    return found.where(table.c.id.in_(bindparam("ids", expanding=True))) if named else found
