"""The only place that lists what a drive can have rows of its own of, and what one of each looks like to features."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.models import OwnActivity, OwnCompany, OwnDeal, OwnLead, OwnRow, OwnSegment, OwnTask, OwnView
from portal.sandbox.scenarios.models import ScenarioCompany, ScenarioDeal, ScenarioLead, ScenarioRow, ScenarioTask

Value = TypeVar("Value", bound=Any)


class Company(NamedTuple):
    """The columns of `CompanyColumns`."""

    id: str
    name: str
    trade: str
    town: str
    name_key: str


class Deal(NamedTuple):
    """The columns of `DealColumns`; offsets in seconds from the scenario's present, money in minor units."""

    id: str
    lead_id: str
    title: str
    product: str
    amount: int | None
    stage: str
    stage_rank: int
    owner: str
    opened_at: int
    moved_at: int
    close_on: int | None
    closed_at: int | None
    reason: str


class Task(NamedTuple):
    """The columns of `TaskColumns`; offsets in seconds from the scenario's present."""

    id: str
    lead_id: str | None
    words: str
    kind: str
    owner: str
    due_at: int
    done_at: int | None


class View(NamedTuple):
    """A list saved under a name; `shape` is JSON."""

    id: str
    name: str
    shape: str
    place: int


class Segment(NamedTuple):
    """A question saved under a name; `rules` is JSON."""

    id: str
    name: str
    rules: str
    made_at: int


@dataclass(frozen=True)
class Kind(Generic[Value]):
    """Rows of one kind: the scenario's table, if it has one, the drive's, and the value that a feature is given."""

    name: str
    base: type[ScenarioRow] | None
    own: type[OwnRow]
    value: type[Value]

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns of the value, in order."""
        found: tuple[str, ...] = self.value._fields
        return found


LEADS = Kind("lead", ScenarioLead, OwnLead, Lead)
COMPANIES = Kind("company", ScenarioCompany, OwnCompany, Company)
DEALS = Kind("deal", ScenarioDeal, OwnDeal, Deal)
TASKS = Kind("task", ScenarioTask, OwnTask, Task)
VIEWS = Kind("view", None, OwnView, View)
SEGMENTS = Kind("segment", None, OwnSegment, Segment)

KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in (LEADS, COMPANIES, DEALS, TASKS, VIEWS, SEGMENTS)}

# Every table of rows that are a drive's own, by the kind's name.
OWN_TABLES: Mapping[str, Any] = {name: kind.own for name, kind in KINDS.items()} | {"activity": OwnActivity}
