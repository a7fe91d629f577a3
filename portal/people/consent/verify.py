"""The only place that proves the whole ledger: texts, keys, checkpoints and their copies, and every record."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.consent.envelope import rfc3339
from portal.people.consent.models import ConsentRecord, Notice
from portal.people.consent.places import Place
from portal.people.consent.verify_checkpoints import (
    Copies,
    Count,
    Leaves,
    check_checkpoints,
    check_copies,
    check_counted,
)
from portal.people.consent.verify_people import UNREADABLE, Bad, Finding, Part, Range, check_people, ranges
from portal.people.keyring import Seal

A_RANGE = 1_000  # records, about: as many as stay near the processor

NEWER = (
    "records newer than the last checkpoint, taken away from the end of a chain with their state, or a whole person's"
)
BOTH_CHANGED = "a change to the database and to the copies outside it alike, by somebody who holds our keys"
NO_COPIES = "a database that was set back whole, since no copies of checkpoints were looked at"
GIVEN_UP = (
    "what was counted after a backup and given up by the restore of {:%Y-%m-%d %H:%M} UTC: {} outside the "
    "database, of which it has none any more"
)
SEALED = "what payloads say, and whether they are there: they were left sealed"
ERASED = "what an erased payload said: only that a payload with this commitment was there"
BESIDE = "what stands beside the ledger: people's own rows, ways out, suppressions, the boxes of a sign-up"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was examined, the first bad thing if there is one, and what no one can see this way."""

    records: int
    people: int
    erased_payloads: int
    notices: int
    checkpoints: int
    copies: int | None
    given_up: tuple[tuple[datetime, int], ...]
    newer: int
    payloads_opened: bool
    first_bad: Finding | None

    @property
    def is_sound(self) -> bool:
        """Whether everything that was examined holds."""
        return self.first_bad is None

    @property
    def cannot_see(self) -> tuple[str, ...]:
        """What would go unnoticed."""
        return (
            *(GIVEN_UP.format(at, _checkpoints(count)) for at, count in self.given_up),
            f"{NEWER}: there are {self.newer:,}, and the worker counts them within a minute",
            NO_COPIES if self.copies is None else BOTH_CHANGED,
            ERASED if self.payloads_opened else SEALED,
            BESIDE,
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as data."""
        return {
            "is_sound": self.is_sound,
            **{name: value for name, value in asdict(self).items() if name not in ("first_bad", "given_up")},
            "given_up": [{"restored_at": rfc3339(at), "checkpoints": count} for at, count in self.given_up],
            "first_bad": self.first_bad and asdict(self.first_bad),
            "cannot_see": list(self.cannot_see),
        }

    def as_words(self) -> str:
        """The report to be read."""
        opened = (
            f"{self.erased_payloads:,} payloads erased by the rules" if self.payloads_opened else "payloads left sealed"
        )
        examined = (
            f"{self.records:,} records of {self.people:,} people, {self.notices:,} texts that were shown, {opened}, "
            f"{self.checkpoints:,} checkpoints, {self.copies or 'none'} of them as they lie outside the database."
        )
        verdict = "Sound." if self.first_bad is None else f"Broken at {self.first_bad.id}: {self.first_bad.what}."
        return "\n".join([verdict, f"Examined {examined}", "This cannot see:", *(f"- {it}" for it in self.cannot_see)])


Check = Callable[[list[Range], frozenset[str]], Iterable[Part]]


def verify(
    db: Session, *, keyring: Seal, place: Place | None = None, is_deep: bool = True, check: Check | None = None
) -> Report:
    """Check the whole ledger, range by range in little memory; `check` may spread the ranges over processes.

    The checkpoints are read first: whatever they count is there also in a later look, so each range may be read at a
    moment of its own.
    """
    tally = _Tally(check=check or _in_this_process(db, keyring, is_deep))
    bad: Finding | None = None
    try:
        tally.examine(db, keyring, place)
    except Bad as fault:
        bad = fault.finding
    return Report(
        records=tally.records,
        people=tally.people,
        erased_payloads=tally.erased,
        notices=len(tally.texts),
        checkpoints=len(tally.counts),
        copies=tally.copies.count if tally.copies else None,
        given_up=tally.copies.given_up if tally.copies else (),
        newer=tally.leaves.newer,
        payloads_opened=is_deep,
        first_bad=bad,
    )


def _in_this_process(db: Session, keyring: Seal, is_deep: bool) -> Check:
    def check(within: list[Range], texts: frozenset[str]) -> Iterable[Part]:
        return (check_people(db, keyring=keyring, within=one, texts=texts, is_deep=is_deep) for one in within)

    return check


def _checkpoints(count: int) -> str:
    return "1 checkpoint" if count == 1 else f"{count:,} checkpoints"


class _Tally:
    """What was examined so far."""

    def __init__(self, *, check: Check) -> None:
        self._check = check
        self.records = self.people = self.erased = 0
        self.texts: frozenset[str] = frozenset()
        self.counts: list[Count] = []
        self.copies: Copies | None = None
        self.leaves = Leaves(0)

    def examine(self, db: Session, keyring: Seal, place: Place | None) -> None:
        """Look at everything; raises Bad at the first that does not hold."""
        try:
            self.texts = _check_notices(db)
            self.counts = check_checkpoints(db, keyring=keyring)
        except UNREADABLE as fault:
            raise Bad("unknown", "something beside the records cannot be read") from fault
        self.leaves = Leaves(self.counts[-1].size if self.counts else 0)
        records = db.scalar(select(func.count()).select_from(ConsentRecord)) or 0
        for part in self._check(ranges(min(1_024, records // A_RANGE + 1)), self.texts):
            self._add(part)
        check_counted(db, counts=self.counts, leaves=self.leaves)
        if place is not None:
            self.copies = check_copies(db, place=place)

    def _add(self, part: Part) -> None:
        self.records += part.records
        self.people += part.people
        self.erased += part.erased
        if part.bad is not None:
            raise Bad(part.bad.id, part.bad.what)
        self.leaves.add(part)


def _check_notices(db: Session) -> frozenset[str]:
    digests = set()
    for digest, content in db.execute(select(Notice.digest, Notice.content)):
        if hashlib.sha256(content).hexdigest() != digest:
            raise Bad(digest, "the notice is not the text whose hash it is stored under")
        digests.add(digest)
    return frozenset(digests)
