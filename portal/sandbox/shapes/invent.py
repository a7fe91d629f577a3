"""The only place that invents the leads of a shape: the same for the same shape, seed and day."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY, HOUR, at_work, when_awake
from portal.sandbox.scenarios.order import derived, fold
from portal.sandbox.scenarios.stories import pack
from portal.sandbox.shapes.cast import ROLES, Cast
from portal.sandbox.shapes.pipeline import pipeline_of
from portal.sandbox.shapes.shape import Column, Shape, refuse_what_is_spotted
from portal.shared.reserved import NO_ZIP

SOURCES = ("Web form", "Phone", "Referred", "Trade show", "Walk-in")
_NOTES = (
    *("Prefers mornings", "Asked for prices", "Wants a second opinion", "Compares two offers", "Decides after summer"),
    *("Has used us before", "Asked about delivery", "Wants a smaller size", "Likes it in writing", "Budget to be set"),
    *("Needs it by spring", "Asked for a sample", "In no hurry", "Wants to see it first", "Colleague decides"),
)
_EVENTS = (
    ("call", "Call, 4 min"),
    ("call", "Call, 11 min"),
    ("missed", "No answer"),
    ("sent", "Sent what was asked for"),
    ("replied", "Replied with a question"),
    ("note", "Talked about what comes next"),
    ("visit", "Came by"),
)
_TRIED = 40  # leads that are read, as the separation check reads, before any is stored


@dataclass(frozen=True)
class Lot:
    """A part of what was invented: columns of rows, by the kind of row."""

    leads: list[dict[str, Any]]
    deals: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    stories: list[dict[str, Any]]


@dataclass(frozen=True)
class Business:
    """What is invented before the first lead."""

    stages: list[dict[str, Any]]
    owners: tuple[str, ...]
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    companies: list[dict[str, Any]]


class Inventor:
    """Invents a business in the columns of a shape, and then its leads, a lot at a time. Raises NotAShape.

    `today` is the day on which the months of the shape are looked at.
    """

    def __init__(self, shape: Shape, *, seed: str, today: date) -> None:
        self._shape = shape
        self._today = today
        self._chance = Chance(f"{seed} {shape}")
        self._parts = {column.part: column for column in shape.columns}
        self._cast = Cast(self._chance, companies=min(800, max(3, shape.leads // 3)))
        self._business = self._found()
        self._stages = [stage["name"] for stage in self._business.stages]
        self._marks = {stage["name"]: stage["mark"] for stage in self._business.stages}
        self._ways = {column.name: self._way(column) for column in shape.own}
        self._made = 0
        self._first = self._make(min(_TRIED, shape.leads))
        for lead in self._first.leads:
            refuse_what_is_spotted(lead["more"], what="the columns, once they are filled,")

    @property
    def business(self) -> Business:
        """Its pipeline, its owners, where its leads come from, its companies."""
        return self._business

    def lots(self, size: int) -> Iterator[Lot]:
        """All that there is, `size` leads at a time."""
        yield self._first
        while self._made < self._shape.leads:
            yield self._make(min(size, self._shape.leads - self._made))

    def _found(self) -> Business:
        owner, source, tag = (self._parts.get(part) for part in ("owner", "source", "tag"))
        owners = tuple(dict.fromkeys(" ".join(self._cast.name()) for _ in range(4)))
        companies = self._cast.companies if self._parts.get("company") else ()
        stage = self._parts.get("stage")
        return Business(
            stages=pipeline_of(stage.values if stage else ()),
            owners=(owner.values if owner else ()) or owners,
            sources=(source.values if source else ()) or SOURCES,
            tags=tuple(sorted(tag.values)) if tag else (),
            companies=[
                {"id": f"C{number:06}", "name": name, "trade": "", "town": "", "name_key": fold(name)}
                for number, name in enumerate(companies, 1)
            ],
        )

    def _make(self, count: int) -> Lot:
        lot = Lot([], [], [], [])
        for _ in range(count):
            self._made += 1
            self._add(lot, f"L{self._made:06}")
        return lot

    def _add(self, lot: Lot, lead_id: str) -> None:
        chance, business = self._chance, self._business
        first, last = self._cast.name()
        company = chance.pick(business.companies) if business.companies and self._has("company") else None
        known: dict[str, Any] = {
            "name": f"{first} {last}",
            "company": company["name"] if company else "",
            "email": self._cast.email(first, last, company["name"] if company else "") if self._has("email") else None,
            "phone": self._cast.phone() if self._has("phone") else None,
        }
        stage = self._stage()
        mark = self._marks[stage]
        came_at = self._came_at()
        owner = chance.pick(business.owners)
        source = chance.pick(business.sources)
        value = chance.often_low(4, 400) * 50_00 if self._has("value") else None
        is_open = mark not in ("won", "lost")
        entries = self._story(came_at, owner=owner, source=source)
        last_at, last_kind, last_words, *_rest = entries[-1]
        lot.stories.append({"lead_id": lead_id, "entries": pack(entries)})
        title = f"{known['company'] or last}, first order" if value else ""
        if value:
            lot.deals.append(self._deal(lead_id, title, value, stage, owner, came_at, last_at))
        if is_open and chance.happens(0.12):
            lot.tasks.append(self._task(lead_id, owner))
        lot.leads.append(
            {
                **known,
                **derived(**known, stage=stage, stages=self._stages),
                "id": lead_id,
                "role": self._role() if self._has("role") else "",
                "company_id": company["id"] if company else None,
                "stage": stage,
                "tags": json.dumps([chance.pick(business.tags)] if business.tags and self._has("tag") else []),
                "owner": owner,
                "source": source,
                "address": self._cast.address() if self._has("address") else "",
                "deal": title if is_open else "",
                "value": value if is_open else None,
                "came_at": came_at,
                "contact_since": last_at if mark == "won" else None,
                "last_at": last_at,
                "last_kind": last_kind,
                "last_words": last_words,
                "more": self._more(),
            }
        )

    def _has(self, part: str) -> bool:
        column = self._parts.get(part)
        return column is not None and self._chance.happens(column.filled / 100)

    def _stage(self) -> str:
        """Any of the stages, the first ones more often."""
        found: str = self._stages[self._chance.often_low(0, len(self._stages) - 1)]
        return found

    def _role(self) -> str:
        column = self._parts.get("role")
        return self._chance.pick((column.values if column else ()) or ROLES)

    def _came_at(self) -> int:
        column = self._parts.get("came")
        if column is None or column.since is None or column.until is None:
            return self._awake(-self._chance.often_low(1, 360))
        on = self._day(column.since, column.until)
        return self._awake((on - self._today).days)

    def _awake(self, day: int) -> int:
        """Some moment of a day before today, counted from today, at which people are up."""
        return when_awake(min(day, -2) * DAY + self._chance.between(0, DAY - 1), self._chance)

    def _day(self, since: str, until: str) -> date:
        first = date.fromisoformat(f"{since}-01").toordinal()
        year, month = map(int, until.split("-"))
        after = date(year + month // 12, month % 12 + 1, 1).toordinal()
        return date.fromordinal(self._chance.between(first, after - 1))

    def _story(self, came_at: int, *, owner: str, source: str) -> list[tuple[int, str, str, str, str]]:
        """How the lead came in, and up to four things that happened since."""
        thrown = [self._chance.between(came_at, -HOUR) for _ in range(self._chance.often_low(0, 4))]
        moments = sorted(min(at_work(at, self._chance), -HOUR) for at in thrown)
        told = [(came_at, "came_in", f"Came in: {source}", "", "")]
        return told + [(at, *self._chance.pick(_EVENTS), "", owner) for at in moments]

    def _deal(
        self, lead_id: str, title: str, amount: int, stage: str, owner: str, opened_at: int, moved_at: int
    ) -> dict[str, Any]:
        is_open = self._marks[stage] not in ("won", "lost")
        return {
            "id": f"D{lead_id[1:]}",
            "lead_id": lead_id,
            "title": title,
            "product": "",
            "amount": amount,
            "stage": stage,
            "stage_rank": self._stages.index(stage),
            "owner": owner,
            "opened_at": opened_at,
            "moved_at": moved_at,
            "close_on": self._chance.between(-10, 60) * DAY if is_open else None,
            "closed_at": None if is_open else moved_at,
            "reason": "" if is_open else self._chance.pick(("Price", "Timing", "Fit")),
        }

    def _task(self, lead_id: str, owner: str) -> dict[str, Any]:
        due_at = self._chance.between(-9, 20) * DAY
        task = {"id": f"T{lead_id[1:]}", "lead_id": lead_id, "words": "Call back", "kind": "call", "owner": owner}
        return task | {"due_at": due_at, "done_at": None}

    def _more(self) -> str:
        filled = (column for column in self._shape.own if self._chance.happens(column.filled / 100))
        return json.dumps({column.name: self._ways[column.name]() for column in filled}, ensure_ascii=False)

    def _way(self, column: Column) -> Callable[[], str]:
        """How a cell of this column is invented; nothing in it but of a choice comes from the visitor."""
        chance, cast = self._chance, self._cast
        ways: Mapping[str, Callable[[], str]] = {
            "text": partial(chance.pick, _NOTES),
            "choice": partial(chance.pick, column.values or ("Option A", "Option B", "Option C")),
            "number": lambda: str(chance.often_low(1, 400)),
            "money": lambda: f"{chance.often_low(1, 400) * 25:,}.00",
            "date": lambda: self._some_day(column),
            "flag": partial(chance.pick, ("Yes", "No")),
            "email": lambda: cast.email(*cast.any_name()),
            "phone": cast.written_phone,
            "postal": lambda: NO_ZIP,
            "address": cast.address,
            "names": lambda: " ".join(cast.any_name()),
            "id": lambda: "".join(chance.pick("BCDFGHKLMNPRSTVWXZ") for _ in range(6)),
        }
        return ways[column.kind]

    def _some_day(self, column: Column) -> str:
        if column.since is None or column.until is None:
            return date.fromordinal(self._today.toordinal() - self._chance.often_low(1, 700)).isoformat()
        return self._day(column.since, column.until).isoformat()
