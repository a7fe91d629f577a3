"""The only place that seeks words among leads: in names, companies, e-mails, numbers and notes, with slips forgiven.

A word is found where it stands, in whole or as a part, in a lead's name, company, e-mail or number, or where a word of
a note begins with it. Only if a drive has no such lead, words a letter or two away from it are looked for.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import iterate_notes
from portal.sandbox.drives.columns import BaseRows, OwnRows, Places, as_ids
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.models import OwnActivity
from portal.sandbox.scenarios.models import ScenarioLead
from portal.sandbox.scenarios.order import fold

SHORTEST_NOTED = 3  # letters of a word in a note that can be found

# Words that are not sought where others are, nor in notes, since they stand in all of them.
COMMON = frozenset(
    """
    a about also an and are as at be been but by did do for from get got had has have he her him his how if in into is
    it its just me more my no not now of on or our out she so some than that the their them then there they this to too
    up us very was we were what when who with would you your
    """.split()  # noqa: SIM905  # as a list it takes a line a word
)


def search(db: Session, drive: Drive, words: Sequence[str], *, base: BaseRows, own: OwnRows) -> Places:
    """The places of the leads, as `finding.py` counts them, that have every one of these folded words; rising."""
    among = _Among(db, drive, base, own)
    found: Places | None = None
    for word in [word for word in words if word not in COMMON] or words:
        hits = among.having(word)
        if not len(hits):
            hits = among.nearly_having(word)
        found = hits if found is None else np.intersect1d(found, hits, assume_unique=True)
    return _NOWHERE if found is None else found


def unknown(db: Session, drive: Drive, words: Sequence[str], *, base: BaseRows, own: OwnRows) -> tuple[str, ...]:
    """Those of the words that no lead has, so that the leads that nearly have them are found instead."""
    among = _Among(db, drive, base, own)
    return tuple(word for word in words if word not in COMMON and not len(among.having(word)))


def slips(piece: str) -> int:
    """How many letters of a word may be wrong, missing, too many or swapped with the next."""
    if len(piece) < 4 or piece.isdecimal():
        return 0
    return 1 if len(piece) < 8 else 2


def pieces_of(folded: str) -> list[str]:
    """The runs of letters and the runs of digits of a folded text."""
    return _PIECES.findall(folded)


class Vocabulary:
    """The pieces that stand in some texts, and at which places each of them does."""

    def __init__(self, texts: Iterable[tuple[int, str]], *, shortest: int = 1, leave_out: frozenset[str] = frozenset()):
        numbers: dict[str, int] = {}
        found, places = array("i"), array("i")
        for place, together in groupby(texts, key=itemgetter(0)):
            for piece in {piece for _, text in together for piece in _PIECES.findall(text)}:
                if len(piece) >= shortest and piece not in leave_out:
                    found.append(numbers.setdefault(piece, len(numbers)))
                    places.append(place)
        self._letters, self._digits = (
            _Shelf([one for one in sorted(numbers) if one.isdecimal() == is_digits], numbers, found, places)
            for is_digits in (False, True)
        )

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        return self._letters.weight + self._digits.weight

    def containing(self, piece: str) -> Places:
        """Where a piece stands, be it as a part of a longer one."""
        shelf = self._shelf(piece)
        return shelf.places(shelf.containing(piece))

    def beginning(self, piece: str) -> Places:
        """Where a piece begins so."""
        shelf = self._shelf(piece)
        return shelf.places(shelf.beginning(piece))

    def near(self, piece: str, *, most: int) -> Places:
        """Where a piece stands that is at most so many slips away."""
        shelf = self._shelf(piece)
        return shelf.places(shelf.near(piece, most=most))

    def _shelf(self, piece: str) -> "_Shelf":
        return self._digits if piece.isdecimal() else self._letters


class _Shelf:
    """Sorted pieces of one sort, the places of all of them in one array, and where those of each begin in it."""

    def __init__(self, pieces: list[str], numbers: dict[str, int], found: "array[int]", places: "array[int]") -> None:
        rank = np.full(len(numbers), -1, np.int32)
        rank[[numbers[piece] for piece in pieces]] = np.arange(len(pieces), dtype=np.int32)
        ranks = rank[np.asarray(found)] if len(found) else _NOWHERE
        order = np.argsort(ranks, kind="stable")[np.count_nonzero(ranks < 0) :]
        self._places: Places = np.asarray(places, np.int32)[order]
        self._begin = np.searchsorted(ranks[order], np.arange(len(pieces) + 1))
        self._pieces = pieces
        self._joined = "\n".join(pieces)
        lengths = np.fromiter((len(piece) + 1 for piece in pieces), np.int64, len(pieces))
        self._at = np.cumsum(lengths) - lengths
        self._by_length: defaultdict[int, list[int]] = defaultdict(list)
        for number, piece in enumerate(pieces):
            self._by_length[len(piece)].append(number)

    @property
    def weight(self) -> int:
        return self._places.nbytes + len(self._pieces) * 150

    def places(self, pieces: NDArray[Any]) -> Places:
        """Where any of these pieces stands, each place once, rising."""
        if len(pieces) == 1:
            return self._places[self._begin[pieces[0]] : self._begin[pieces[0] + 1]]
        since = self._begin[pieces]
        counts = self._begin[pieces + 1] - since
        at = np.repeat(since - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        return np.unique(self._places[at])

    def containing(self, piece: str) -> NDArray[Any]:
        hits = []
        at = self._joined.find(piece)
        while at >= 0:
            hits.append(at)
            at = self._joined.find(piece, at + 1)
        return np.unique(np.searchsorted(self._at, hits, "right") - 1) if hits else _NOWHERE

    def beginning(self, piece: str) -> NDArray[Any]:
        hits = []
        text, wanted = self._joined, f"\n{piece}"
        if text.startswith(piece):
            hits.append(0)
        at = text.find(wanted)
        while at >= 0:
            hits.append(at + 1)
            at = text.find(wanted, at + 1)
        return np.searchsorted(self._at, hits) if hits else _NOWHERE

    def near(self, piece: str, *, most: int) -> NDArray[Any]:
        numbers = [
            number for length in range(len(piece) - most, len(piece) + most + 1) for number in self._of_length(length)
        ]
        pieces = [self._pieces[number] for number in numbers]
        found = extract(piece, pieces, scorer=OSA.distance, score_cutoff=most, limit=None)
        return np.array(sorted(numbers[at] for _, _, at in found), np.int64)

    def _of_length(self, length: int) -> list[int]:
        return self._by_length.get(length, [])


_PIECES = re.compile(r"[^\W\d_]+|\d+")
_NOWHERE: Places = np.zeros(0, np.int32)
_FEW = 400  # leads whose texts are read to see whether a word with other signs in it stands there


class _Among:
    """The leads of a drive, and the words that stand in them."""

    def __init__(self, db: Session, drive: Drive, base: BaseRows, own: OwnRows) -> None:
        self._db = db
        self._drive = drive
        self._base = base
        self._own = own
        self._is_shown = own.is_shown
        self._base_words, self._base_notes = _base_words(db, drive, base)
        self._own_words, self._own_notes, self._noted = _own_words(db, drive, base, own)

    def having(self, word: str) -> Places:
        """The leads that have it."""
        named, noted = self._in_words(word), self._in_notes(word)
        return _both(named, noted) if len(noted) else named

    def nearly_having(self, word: str) -> Places:
        """The leads that have each piece of it, or one that is some slips away."""
        found = [self._near(piece) for piece in pieces_of(word)]
        return _in_all(found)

    def _in_words(self, word: str) -> Places:
        pieces = pieces_of(word)
        theirs = _in_all([self._base_words.containing(piece) for piece in pieces])
        ours = _in_all([self._own_words.containing(piece) for piece in pieces])
        if pieces != [word]:
            theirs = self._verified(word, theirs if pieces else None)
            ours = np.array(
                [at for at in (ours if pieces else range(len(self._own))) if word in self._own.rows[at].sought],
                np.int32,
            )
        return self._laid_over(theirs, ours)

    def _in_notes(self, word: str) -> Places:
        return _in_all(
            [self._noting(self._base_notes.beginning(one), self._own_notes.beginning(one)) for one in _noted(word)]
        )

    def _near(self, piece: str) -> Places:
        most = slips(piece)
        found = [
            self._laid_over(self._base_words.containing(piece), self._own_words.containing(piece)),
            self._noting(self._base_notes.beginning(piece), self._own_notes.beginning(piece))
            if len(piece) >= SHORTEST_NOTED
            else _NOWHERE,
        ]
        if most:
            found += [
                self._laid_over(self._base_words.near(piece, most=most), self._own_words.near(piece, most=most)),
                self._noting(self._base_notes.near(piece, most=most), self._own_notes.near(piece, most=most)),
            ]
        return np.unique(np.concatenate(found))

    def _laid_over(self, theirs: Places, ours: Places) -> Places:
        """Leads of the scenario that show, and own ones by their numbers."""
        return np.concatenate((theirs[self._is_shown[theirs]], ours + np.int32(len(self._base)))).astype(np.int32)

    def _noting(self, theirs: Places, ours: Places) -> Places:
        """The leads that notes of the scenario and own notes are about; a lead that was changed keeps its notes."""
        changed = np.flatnonzero(np.isin(self._own.shadowed, theirs)) + len(self._base)
        noted = self._noted[ours]
        return np.unique(np.concatenate((theirs[self._is_shown[theirs]], changed, noted[noted >= 0]))).astype(np.int32)

    def _verified(self, word: str, places: Places | None) -> Places:
        """Those of the scenario's leads, or of all, in which the word stands with all its signs."""
        if places is not None and not len(places):
            return places
        query = select(ScenarioLead.id).where(
            ScenarioLead.scenario_id == self._drive.scenario_id, ScenarioLead.sought.contains(word, autoescape=True)
        )
        if places is not None and len(places) <= _FEW:
            query = query.where(ScenarioLead.id.in_([one.decode() for one in self._base.ids[places]]))
        return np.sort(self._base.find(as_ids(self._db.scalars(query).all()))[0])


def _noted(word: str) -> list[str]:
    """The pieces of a word as notes are sought for it: all of them, or none where one is too short."""
    pieces = pieces_of(word)
    return pieces if all(len(piece) >= SHORTEST_NOTED for piece in pieces) else []


def _both(one: Places, other: Places) -> Places:
    """The places that are in either, each once, rising."""
    found: Places = np.concatenate((one, other))
    found.sort()
    once: Places = found[np.append(True, found[1:] != found[:-1])]
    return once


def _in_all(found: list[Places]) -> Places:
    """The places that are in each of these, or none of none."""
    if not found:
        return _NOWHERE
    both = found[0]
    for one in found[1:]:
        both = np.intersect1d(both, one, assume_unique=True)
    return both


_MEGABYTE = 1_000_000
_kept_base: Lately[str, tuple[Vocabulary, Vocabulary]] = Lately(
    400 * _MEGABYTE, weigh=lambda both: sum(one.weight for one in both)
)
_kept_own: Lately[tuple[str, int], tuple[Vocabulary, Vocabulary, Places]] = Lately(
    20 * _MEGABYTE, weigh=lambda found: 2000 + found[0].weight + found[1].weight + found[2].nbytes
)
_building = Lock()


def _base_words(db: Session, drive: Drive, base: BaseRows) -> tuple[Vocabulary, Vocabulary]:
    """The words of a scenario's leads, and of its notes; made once a process, by one thread."""
    found = _kept_base.find(drive.version)
    if found is None:
        with _building:
            found = _kept_base.find(drive.version) or _kept_base.keep(
                drive.version,
                (
                    Vocabulary(enumerate(_sought(db, drive))),
                    Vocabulary(_notes(db, drive, base), shortest=SHORTEST_NOTED, leave_out=COMMON),
                ),
            )
    return found


def _sought(db: Session, drive: Drive) -> Iterable[str]:
    query = select(ScenarioLead.sought).where(ScenarioLead.scenario_id == drive.scenario_id).order_by(ScenarioLead.id)
    return db.scalars(query.execution_options(yield_per=5000))


def _notes(db: Session, drive: Drive, base: BaseRows) -> Iterable[tuple[int, str]]:
    """What is to read of a scenario's leads beside their names, by their places."""
    place = {one.decode(): at for at, one in enumerate(base.ids.tolist())}
    for lead_id, notes in iterate_notes(db, drive):
        yield place[lead_id], fold(notes)


def _own_words(db: Session, drive: Drive, base: BaseRows, own: OwnRows) -> tuple[Vocabulary, Vocabulary, Places]:
    """The words of the drive's own leads, of its own notes, and the place of the lead that each of these is about."""
    if db.info.get("has_written"):
        return _read_own_words(db, base, own)
    key = (drive.public_id, drive.revision)
    return _kept_own.find(key) or _kept_own.keep(key, _read_own_words(db, base, own))


def _read_own_words(db: Session, base: BaseRows, own: OwnRows) -> tuple[Vocabulary, Vocabulary, Places]:
    query = select(OwnActivity.lead_id, OwnActivity.body).where(
        OwnActivity.is_deleted.is_(False), OwnActivity.body != ""
    )
    notes = db.execute(query).all()
    of_base, is_there = base.find(as_ids(note.lead_id for note in notes))
    is_shown = np.append(own.is_shown, np.False_)[of_base] & is_there
    numbers = {one.decode(): len(base) + at for at, one in enumerate(own.ids.tolist())}
    places = [numbers.get(note.lead_id, -1) for note in notes]
    return (
        Vocabulary((at, lead.sought) for at, lead in enumerate(own.rows)),
        Vocabulary(((at, fold(note.body)) for at, note in enumerate(notes)), shortest=SHORTEST_NOTED, leave_out=COMMON),
        np.where(is_shown, of_base, np.array(places, np.int32)).astype(np.int32),
    )
