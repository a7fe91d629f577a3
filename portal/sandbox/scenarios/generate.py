"""The only place that makes a scenario of a recipe: the same bytes for the same recipe, on any machine, at any time."""

import hashlib
import json
from dataclasses import dataclass

from portal.sandbox.scenarios.cast import Casting
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY
from portal.sandbox.scenarios.recipe import MARKS, Recipe
from portal.sandbox.scenarios.story import Story
from portal.sandbox.scenarios.timeline import Entry
from portal.sandbox.scenarios.wording import Decks


@dataclass(frozen=True)
class Company:
    """An employer of leads; `thread` is what kind of customer it is."""

    id: str
    name: str
    town: str
    thread: str


@dataclass(frozen=True)
class Lead:
    """A lead as the scenario has it at its now; offsets in seconds, negative, money in minor units."""

    id: str
    name: str
    role: str
    company_id: str | None
    company: str
    email: str
    phone: str
    address: str
    stage: str
    tags: tuple[str, ...]
    owner: str
    source: str
    came_at: int


@dataclass(frozen=True)
class Deal:
    """Something a lead may buy, has bought or will not buy; state is open, won or lost."""

    id: str
    lead_id: str
    title: str
    amount: int
    currency: str
    state: str
    opened_at: int
    closed_at: int | None


@dataclass(frozen=True)
class Activity:
    """An entry of a lead's timeline; `about` is the id of the message that was opened, clicked or answered."""

    id: str
    lead_id: str
    at: int
    kind: str
    words: str
    body: str
    who: str
    about: str | None


@dataclass(frozen=True)
class Invented:
    """A whole scenario."""

    companies: tuple[Company, ...]
    leads: tuple[Lead, ...]
    deals: tuple[Deal, ...]
    activities: tuple[Activity, ...]

    def canonical(self) -> bytes:
        """The bytes that stand for this scenario: JSON, keys sorted, no spaces, UTF-8."""
        return json.dumps(vars(self), default=vars, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def version(self) -> str:
        """The SHA-256 of the canonical bytes."""
        return hashlib.sha256(self.canonical()).hexdigest()


def generate(recipe: Recipe) -> Invented:
    """The scenario that `recipe` describes."""
    casting = Casting(recipe)
    lists = {f"{thread.name}/{name}": lines for thread in recipe.threads for name, lines in thread.texts.items()}
    decks = Decks({**lists, **recipe.common}, recipe.seed)
    made = _Made(recipe)
    for number in range(1, recipe.leads + 1):
        chance = Chance(f"{recipe.seed}/lead/{number}")
        profile = casting.profile(chance)
        shape = chance.weighed(recipe.shapes, [shape.weight for shape in recipe.shapes])
        story = Story(recipe, profile, shape, decks, chance)
        made.add(number, story, story.tell(_came_at(recipe.months, chance)), chance)
    return Invented(tuple(made.companies.values()), tuple(made.leads), tuple(made.deals), tuple(made.activities))


class _Made:
    """The rows made so far."""

    def __init__(self, recipe: Recipe) -> None:
        self.companies: dict[str, Company] = {}
        self.leads: list[Lead] = []
        self.deals: list[Deal] = []
        self.activities: list[Activity] = []
        self._recipe = recipe

    def add(self, number: int, story: Story, entries: list[Entry], chance: Chance) -> None:
        profile = story.profile
        lead_id = f"L{number:06}"
        self.leads.append(
            Lead(
                id=lead_id,
                name=profile.name,
                role=profile.role,
                company_id=self._company(story),
                company=profile.company,
                email=profile.email,
                phone=profile.phone,
                address=profile.address,
                stage=self._recipe.stages[MARKS.index(story.stage)].name,
                tags=_tags(story, entries, chance),
                owner=story.speech.owner.name,
                source=profile.source.name,
                came_at=entries[0].at,
            )
        )
        self._add_deals(lead_id, story)
        self._add_activities(lead_id, entries)

    def _company(self, story: Story) -> str | None:
        profile = story.profile
        if not profile.company:
            return None
        made = Company(f"C{len(self.companies) + 1:06}", profile.company, profile.town, profile.thread.name)
        return self.companies.setdefault(profile.company, made).id

    def _add_deals(self, lead_id: str, story: Story) -> None:
        for sold in story.sold:
            state = "open" if sold.closed_at is None else "won" if sold.is_won else "lost"
            self.deals.append(
                Deal(
                    id=f"D{len(self.deals) + 1:06}",
                    lead_id=lead_id,
                    title=sold.deal.title,
                    amount=sold.deal.amount,
                    currency=self._recipe.currency,
                    state=state,
                    opened_at=sold.opened_at,
                    closed_at=sold.closed_at,
                )
            )

    def _add_activities(self, lead_id: str, entries: list[Entry]) -> None:
        first = len(self.activities) + 1
        ids = {id(entry): f"A{first + at:08}" for at, entry in enumerate(entries)}
        for entry in entries:
            self.activities.append(
                Activity(
                    id=ids[id(entry)],
                    lead_id=lead_id,
                    at=entry.at,
                    kind=entry.kind,
                    words=entry.words,
                    body=entry.body,
                    who=entry.who,
                    about=ids[id(entry.about)] if entry.about else None,
                )
            )


def _came_at(months: int, chance: Chance) -> int:
    """When a lead came in: over all the months, and rather more of them lately."""
    last = months * 30
    since, until = chance.weighed(
        ((0, 20), (20, 75), (75, 200), (200, last * 7 // 10), (last * 7 // 10, last - 2)), (9, 16, 27, 28, 20)
    )
    return -chance.between(max(since, 1) * DAY + DAY // 2, until * DAY)  # never so late that it slips past now


def _tags(story: Story, entries: list[Entry], chance: Chance) -> tuple[str, ...]:
    profile = story.profile
    first, *more = profile.thread.tags
    tags = {first, *profile.habits, *(tag for tag in more if chance.happens(0.4))}
    if sum(sold.is_won for sold in story.sold) > 1:
        tags.add("Repeat buyer")
    paid_at = [entry.at for entry in entries if entry.kind == "paid"]
    if paid_at and paid_at[0] - (story.sold[0].closed_at or 0) > 21 * DAY:
        tags.add("Slow payer")
    if profile.source.kind == "person":
        tags.add("Referred")
    return tuple(sorted(tags))
