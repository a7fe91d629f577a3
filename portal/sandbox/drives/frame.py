"""The only place that says what stands around every page of an open drive, and what its words and moments mean."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.journal import last_words


class Stage(NamedTuple):
    """A stage of the pipeline; `step` is the shape that it is drawn with: 0 to 3, won, lost."""

    name: str
    step: str


@dataclass(frozen=True)
class Frame:
    """What the layout shows of a drive; `undo` says what Undo would take back, in words, or is empty."""

    id: str
    business: str
    leads: int
    today: datetime
    undo: str

    @property
    def initials(self) -> str:
        return initials(self.business)


def frame(db: Session, drive: Drive, *, leads: int) -> Frame:
    """The frame of the bound drive, which has so many `leads`."""
    return Frame(drive.public_id, drive.business, leads, moment(drive, drive.clock), last_words(db, drive))


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


@lru_cache(maxsize=2000)
def tags_in(stored: str) -> tuple[str, ...]:
    """The tags of a column that stores them: of a lead, or all that a scenario has."""
    return tuple(json.loads(stored))


@lru_cache(maxsize=100)
def _stages(stored: str) -> tuple[Stage, ...]:
    return tuple(Stage(stage["name"], _STEPS[stage["mark"]]) for stage in json.loads(stored))


_STEPS = {"new": "0", "contacted": "1", "qualified": "2", "proposal": "3", "won": "won", "lost": "lost"}
