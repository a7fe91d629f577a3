"""The only place that finds the leads which a question asks for, in its order, as places among columns.

The scenario's leads come first, by id, then the drive's own: a place is a number below the scenario's size, or that
size and the number of an own lead. Orders and answers are arrays of places, kept by all that they depend on.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import BaseRows, Marks, OwnRows, Places, Ranked, base_rows, own_rows_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.question import SPANNING, Filter, Question, get_asking, span_of, test_of
from portal.sandbox.drives.search import search

Keys = NDArray[np.int64]


class Found:
    """What a question finds in a drive: the places of its leads in the order asked for, and what they stand for."""

    def __init__(self, base: BaseRows, own: OwnRows, places: Places) -> None:
        self.base = base
        self.own = own
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @property
    def of(self) -> int:
        """How many leads the drive has in all."""
        return len(self.base) - len(self.own.hidden) + len(self.own)

    def ids(self, start: int = 0, end: int | None = None) -> list[str]:
        """The ids of what is found, from `start` to before `end`."""
        size = len(self.base)
        return [
            (self.own.ids[place - size] if place >= size else self.base.ids[place]).decode()
            for place in self.places[start:end].tolist()
        ]

    def find(self, lead_id: str) -> int | None:
        """Where among what is found a lead stands, or None."""
        place = self._place(lead_id)
        at = [] if place is None else np.flatnonzero(self.places == place).tolist()
        return at[0] if at else None

    def in_columns(self) -> NDArray[np.int64]:
        """The places as `columns_of` counts them: without what the drive hides."""
        if self.own.is_empty:
            return self.places.astype(np.int64)
        shown = np.cumsum(self.own.is_shown) - 1
        counted = np.concatenate((shown, len(self.base) - len(self.own.hidden) + np.arange(len(self.own))))
        found: NDArray[np.int64] = counted[self.places]
        return found

    def _place(self, lead_id: str) -> int | None:
        if not lead_id.isascii() or len(lead_id) > _LONGEST_ID:
            return None
        wanted = lead_id.encode()
        for ids, first in ((self.own.ids, len(self.base)), (self.base.ids, 0)):
            at = int(np.searchsorted(ids, np.bytes_(wanted)))
            if at < len(ids) and ids[at] == wanted:
                return first + at
        return None


def find(db: Session, drive: Drive, question: Question) -> Found:
    """What the question finds in the bound drive."""
    question = question.at(drive)
    base, own = base_rows(db, drive, LEADS), own_rows_of(db, drive, LEADS)
    has_own = not own.is_empty or bool(question.words)
    if db.info.get("has_written"):
        return Found(base, own, _find(db, drive, question, base, own))
    key = (drive.public_id if has_own else "", drive.revision if has_own else 0, drive.version, question)
    places = _kept_answers.find(key)
    if places is None:
        places = _kept_answers.keep(key, _find(db, drive, question, base, own))
    return Found(base, own, places)


_LONGEST_ID = 16
_PLACE = (1 << 32) - 1
_MANY = 16  # one part in so many: below it, sorting what was found costs less than walking through everything
_MEGABYTE = 1_000_000


def _weight(places: Places) -> int:
    return 500 + int(places.nbytes)


_kept_orders: Lately[tuple[str, str, bool], Places] = Lately(60 * _MEGABYTE, weigh=_weight)
_kept_answers: Lately[tuple[str, int, str, Question], Places] = Lately(60 * _MEGABYTE, weigh=_weight)


def _find(db: Session, drive: Drive, question: Question, base: BaseRows, own: OwnRows) -> Places:
    sought = search(db, drive, question.words, base=base, own=own) if question.words else None
    found = _find_base(drive, question, base, own, sought)
    if not len(own):
        return found
    matching = _find_own(question, own, None if sought is None else sought[sought >= len(base)] - len(base))
    return _merged(question, base, own, found, matching)


def _find_base(drive: Drive, question: Question, base: BaseRows, own: OwnRows, sought: Places | None) -> Places:
    """The places of the scenario's leads that show, in order."""
    is_among: Marks | None
    if sought is not None:
        places = sought[sought < len(base)]
        places = places[_marks(question, base, places)]
        if len(places) * _MANY < len(base):
            return _sorted(question, base, places)
        is_among = np.zeros(len(base), np.bool_)
        is_among[places] = True
    else:
        is_among = _marks(question, base, None) if question.filters else None
        if len(own.hidden):
            is_among = own.is_shown if is_among is None else is_among & own.is_shown
    order = _order(drive, question, base)
    return order if is_among is None else order[is_among[order]]


def _find_own(question: Question, own: OwnRows, sought: Places | None) -> Places:
    """The numbers of the own leads, in order."""
    places = np.arange(len(own), dtype=np.int32) if sought is None else sought
    if question.filters:
        places = places[_marks(question, own, places)]
    return _sorted(question, own, places)


def _order(drive: Drive, question: Question, base: BaseRows) -> Places:
    """All places of a scenario, in the question's order."""
    key = (drive.version, question.column, question.is_descending)
    order = _kept_orders.find(key)
    if order is None:
        order = _kept_orders.keep(key, _sorted(question, base, np.arange(len(base), dtype=np.int32)))
    return order


def _sorted(question: Question, rows: BaseRows | OwnRows, places: Places) -> Places:
    """Places, which come by id, in the question's order."""
    if len(places) < 2:
        return places
    column = rows.ranked(question.column)
    keys = _directed(column.ranks[places], len(column.values), question).astype(np.int64) << 32 | places
    keys.sort()  # numbers of which no two are alike: several times as fast as a stable order of ranks
    return (keys & _PLACE).astype(np.int32)


def _directed(ranks: NDArray[Any], count: int, question: Question) -> NDArray[Any]:
    """Ranks that rise in the question's order; who has no value comes last, either way round."""
    return np.where(ranks < 0, count, count - 1 - ranks if question.is_descending else ranks)


def _merged(question: Question, base: BaseRows, own: OwnRows, found: Places, matching: Places) -> Places:
    """The own leads in their places among the scenario's; both come in order."""
    if not len(matching):
        return found
    theirs, ours = base.ranked(question.column), own.ranked(question.column)
    size = len(base)
    numbers = own.numbers_among(theirs, question.column)[ours.ranks[matching]]
    their_numbers = np.where(theirs.ranks[found] < 0, -1, 2 * theirs.ranks[found] + 1)
    count = 2 * len(theirs.values) + 1
    # Among equals the ids decide; of several in one gap the order that they come in.
    by_id = np.where((numbers % 2 == 1) | (numbers < 0), np.searchsorted(base.ids, own.ids[matching]) * 2, 0)
    keys = _directed(numbers, count, question).astype(np.int64) * (2 * size + 2) + by_id
    their_keys = _directed(their_numbers, count, question).astype(np.int64) * (2 * size + 2) + (found * 2 + 1)
    merged: Places = np.insert(found, np.searchsorted(their_keys, keys), matching + np.int32(size))
    return merged


def _marks(question: Question, rows: BaseRows | OwnRows, places: Places | None) -> Marks:
    """Which of the rows at `places`, or of all, the filters let through."""
    size = len(rows) if places is None else len(places)
    if not question.filters:
        return np.ones(size, np.bool_)
    found = np.zeros(size, np.bool_) if question.any_of else np.ones(size, np.bool_)
    for one in question.filters:
        marks = _marked(one, rows.ranked(one.column), places)
        found = found | marks if question.any_of else found & marks
    return found


def _marked(one: Filter, column: Ranked, places: Places | None) -> Marks:
    """Which rows one filter lets through: asked once of each value that there is, and once of none."""
    ranks = column.ranks if places is None else column.ranks[places]
    let = np.zeros(len(column.values) + 1, np.bool_)  # the last one stands for none
    if get_asking(one.field).shape in SPANNING and one.values:
        low, high = span_of(one)
        since = 0 if low is None else int(np.searchsorted(column.values, low, "left"))
        until = len(column.values) if high is None else int(np.searchsorted(column.values, high, "right"))
        let[since:until] = True
    else:
        test, shape = test_of(one), get_asking(one.field).shape
        if shape in _MAY_LACK:
            let[:-1], let[-1] = test(""), test(None)
        else:
            let[:-1] = [test(value) for value in column.values]
    marks: Marks = let[ranks]
    return marks


_MAY_LACK = ("known", "yes", "money", "number", "day")  # of these, such filters ask only whether there is a value
