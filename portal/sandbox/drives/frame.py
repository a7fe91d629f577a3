"""The only place that says what stands around every page of an open drive, and what its words and moments mean."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.journal import next_words
from portal.sandbox.drives.lately import Lately
from portal.sandbox.scenarios.hours import DAY

MOST_DAYS = 365  # how far from the scenario's present the clock goes


class Stage(NamedTuple):
    """A stage of the pipeline; `step` is the shape that it is drawn with: 0 to 3, won, lost.

    `chance` says how likely a deal on it is won, in percent; `wait` after how many days it has waited too long, or
    None; `needs` the columns that a deal must have filled in before it comes here.
    """

    name: str
    step: str
    chance: int
    wait: int | None
    needs: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether a deal on it is still to be decided."""
        return self.step not in ("won", "lost")


class Entry(NamedTuple):
    """A page that the rail leads to; it is the current one wherever its blueprint answers."""

    name: str
    icon: str
    endpoint: str
    is_counted: bool = False  # whether the number of leads stands beside it
    also: tuple[str, ...] = ()  # further blueprints whose pages belong to it

    @property
    def blueprints(self) -> tuple[str, ...]:
        return (self.endpoint.partition(".")[0], *self.also)


# The rail, in order: a page that there is has a line here. The first four stand at the thumb on a phone.
RAIL = (
    Entry("Today", icon="sun", endpoint="tasks.today"),
    Entry("Leads", icon="users", endpoint="leads.index", is_counted=True, also=("records", "companies")),
    Entry("Pipeline", icon="square-kanban", endpoint="deals.board"),
    Entry("Segments", icon="filter", endpoint="segments.index"),
    Entry("Reports", icon="chart-no-axes-combined", endpoint="reports.index"),
    Entry("History", icon="history", endpoint="history.index"),
)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What the layout shows of a drive; `undo` and `redo` say in words what each would do, or are empty."""

    id: str
    business: str
    name: str = ""
    leads: int
    today: datetime
    day: int = 1
    is_last_day: bool = False
    kept_until: datetime | None = None
    undo: str = ""
    redo: str = ""

    @property
    def initials(self) -> str:
        return initials(self.business)

    @property
    def rail(self) -> tuple[Entry, ...]:
        return RAIL


def frame(db: Session, drive: Drive, *, leads: int) -> Frame:
    """The frame of the bound drive, which has so many `leads`."""
    undo, redo = _next_words(db, drive)
    return Frame(
        id=drive.public_id,
        business=drive.business,
        name=drive.name,
        leads=leads,
        today=moment(drive, drive.clock),
        day=drive.clock // DAY + 1,
        is_last_day=drive.clock >= MOST_DAYS * DAY,
        kept_until=drive.kept_until,
        undo=undo,
        redo=redo,
    )


def moment(drive: Drive, offset: int) -> datetime:
    """The practice moment at `offset` seconds from the scenario's present."""
    return drive.epoch + timedelta(seconds=offset)


def initials(name: str) -> str:
    """One or two letters that stand for a name."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def stages_of(drive: Drive) -> tuple[Stage, ...]:
    """The stages of the drive's pipeline, in order."""
    return _stages(drive.stages)


def facts_of(drive: Drive) -> Mapping[str, Any]:
    """What the drive's scenario says of its business: `owners`, `sources` and `products`, by name."""
    return _facts(drive.facts)


@lru_cache(maxsize=2000)
def tags_in(stored: str) -> tuple[str, ...]:
    """The tags of a column that stores them: of a lead, or all that a scenario has."""
    return tuple(json.loads(stored))


_words: Lately[tuple[str, int], tuple[str, str]] = Lately(20_000)


def _next_words(db: Session, drive: Drive) -> tuple[str, str]:
    """What undo would take back and redo do again; asked once a revision."""
    if db.info.get("has_written"):
        return next_words(db, drive)
    key = (drive.public_id, drive.revision)
    return _words.find(key) or _words.keep(key, next_words(db, drive))


@lru_cache(maxsize=2000)
def more_in(stored: str) -> Mapping[str, str]:
    """What a lead has in columns of its scenario's own, by their names, in their order."""
    found: Mapping[str, str] = json.loads(stored)
    return found


@lru_cache(maxsize=100)
def _facts(stored: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(stored)
    return found


@lru_cache(maxsize=100)
def _stages(stored: str) -> tuple[Stage, ...]:
    return tuple(
        Stage(stage["name"], _STEPS[stage["mark"]], stage["chance"], stage["wait"], tuple(stage["needs"]))
        for stage in json.loads(stored)
    )


_STEPS = {"new": "0", "contacted": "1", "qualified": "2", "proposal": "3", "won": "won", "lost": "lost"}
