"""The only place that knows how the timeline of a lead is packed into one row, and reads those rows."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.sandbox.scenarios.models import ScenarioStory


class StoryEntry(NamedTuple):
    """A timeline entry as the scenario has it; `at` in seconds from the scenario's present."""

    at: int
    kind: str
    words: str
    body: str
    who: str


def pack(entries: Iterable[tuple[int, str, str, str, str]]) -> str:
    """The entries of a lead, in order, as they are stored: JSON, one list each."""
    return json.dumps([*entries], separators=(",", ":"), ensure_ascii=False)


def unpack(stored: str) -> list[StoryEntry]:
    """The entries of a lead, in order."""
    return [StoryEntry._make(entry) for entry in json.loads(stored)]


def find_story(db: Session, *, scenario_id: int, lead_id: str) -> list[StoryEntry]:
    """The entries of a lead of this scenario, in order; none where there is no such lead."""
    stored = db.connection().scalar(_STORY, {"scenario_id": scenario_id, "lead_id": lead_id})
    return unpack(stored) if stored else []


def iterate_stories(db: Session, *, scenario_id: int) -> Iterator[tuple[str, list[StoryEntry]]]:
    """Every lead of a scenario by id, with its entries in order."""
    stories = (
        select(ScenarioStory.lead_id, ScenarioStory.entries)
        .where(ScenarioStory.scenario_id == scenario_id)
        .order_by(ScenarioStory.lead_id)
        .execution_options(yield_per=1000)
    )
    for lead_id, stored in db.execute(stories):
        yield lead_id, unpack(stored)


# Of the table and not of the class, built once, since the page of every lead asks it.
_stories = ScenarioStory.__table__.c
_STORY = select(_stories.entries).where(
    _stories.scenario_id == bindparam("scenario_id"), _stories.lead_id == bindparam("lead_id")
)
