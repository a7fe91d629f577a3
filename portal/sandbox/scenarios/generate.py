"""The only place that makes a scenario of a recipe, lead by lead: the same for the same recipe, on any machine.

A lead follows from the recipe and its number alone, so leads are made one by one, in any order, and none is kept.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from portal.sandbox.scenarios.cast import Casting
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY
from portal.sandbox.scenarios.recipe import Recipe
from portal.sandbox.scenarios.story import Sold, Story
from portal.sandbox.scenarios.timeline import Entry
from portal.sandbox.scenarios.wording import Decks

_MOST_LAST_WORDS = 120
_UNTOLD = frozenset({"note", "visit", "complained"})  # kinds whose words alone say nothing


class Company(NamedTuple):
    """An employer of leads; `trade` is what kind of customer it is."""

    id: str
    name: str
    trade: str
    town: str


class Lead(NamedTuple):
    """A lead as the scenario has it at its now; offsets in seconds from it, money in minor units."""

    id: str
    name: str
    role: str
    company: str
    company_id: str | None
    email: str
    phone: str | None
    stage: str
    tags: tuple[str, ...]
    owner: str
    source: str
    address: str
    deal: str
    value: int | None
    came_at: int
    contact_since: int | None
    last_at: int
    last_kind: str
    last_words: str


class Deal(NamedTuple):
    """Something a lead may buy, has bought or will not buy."""

    id: str
    lead_id: str
    title: str
    product: str
    amount: int
    stage: str
    owner: str
    opened_at: int
    moved_at: int
    close_on: int | None
    closed_at: int | None
    reason: str


class Task(NamedTuple):
    """Something to do, or done; kind is call, write, meet or other."""

    id: str
    lead_id: str
    words: str
    kind: str
    owner: str
    due_at: int
    done_at: int | None


class Activity(NamedTuple):
    """An entry of a lead's timeline; `about` is the place of the message that was opened, clicked or answered."""

    at: int
    kind: str
    words: str
    body: str
    who: str
    about: int | None


class Told(NamedTuple):
    """One lead with all that belongs to it, the activities in order."""

    lead: Lead
    company: Company | None
    deals: tuple[Deal, ...]
    tasks: tuple[Task, ...]
    activities: tuple[Activity, ...]

    def canonical(self) -> bytes:
        """The bytes that stand for this lead: JSON without spaces, UTF-8."""
        return json.dumps(self, separators=(",", ":"), ensure_ascii=False).encode()


class Scenario:
    """What a recipe makes."""

    def __init__(self, recipe: Recipe) -> None:
        lists = {f"{thread.name}/{name}": lines for thread in recipe.threads for name, lines in thread.texts.items()}
        self.recipe = recipe
        self.casting = Casting(recipe)
        self._decks = Decks({**lists, **recipe.common}, recipe.seed)
        self._shapes = [shape.weight for shape in recipe.shapes]
        self._stages = {stage.mark: stage.name for stage in recipe.stages}
        self._came = _spans(recipe.months * 30)

    def lead(self, number: int) -> Told:
        """The lead with this number, from 1, whatever others there are."""
        recipe = self.recipe
        chance = self.casting.chance(number)
        profile = self.casting.profile(number, chance)
        shape = chance.weighed(recipe.shapes, self._shapes)
        story = Story(recipe, profile, shape, self._decks, chance)
        entries = story.tell(-chance.between(*chance.weighed(*self._came)))
        lead_id = f"L{number:06}"
        return Told(
            self._lead(lead_id, story, entries, chance),
            profile.company
            and Company(profile.company.id, profile.company.name, profile.thread.name, profile.company.town),
            tuple(self._deal(f"D{number:06}{at}", lead_id, story, sold) for at, sold in enumerate(story.sold, 1)),
            tuple(
                Task(f"T{number:06}{at}", lead_id, task.words, task.kind, story.speech.owner.name, *task[2:])
                for at, task in enumerate(story.tasks, 1)
            ),
            _activities(entries),
        )

    def leads(self, first: int = 1) -> Iterator[Told]:
        """Every lead from number `first` on."""
        return map(self.lead, range(first, self.recipe.leads + 1))

    def _lead(self, lead_id: str, story: Story, entries: list[Entry], chance: Chance) -> Lead:
        profile, last = story.profile, entries[-1]
        waiting = [sold.offer for sold in story.sold if sold.closed_at is None]
        return Lead(
            id=lead_id,
            name=profile.name,
            role=profile.role,
            company=profile.company.name if profile.company else "",
            company_id=profile.company.id if profile.company else None,
            email=profile.email,
            phone=profile.phone,
            stage=self._stages[story.stage],
            tags=_tags(story, entries, chance),
            owner=story.speech.owner.name,
            source=profile.source.name,
            address=profile.address,
            deal=waiting[0].title if waiting else "",
            value=sum(offer.amount for offer in waiting) or None,
            came_at=entries[0].at,
            contact_since=story.bought_at,
            last_at=last.at,
            last_kind=last.kind,
            last_words=_last_words(last),
        )

    def _deal(self, deal_id: str, lead_id: str, story: Story, sold: Sold) -> Deal:
        return Deal(
            id=deal_id,
            lead_id=lead_id,
            title=sold.offer.title,
            product=sold.offer.product,
            amount=sold.offer.amount,
            stage=self._stages[sold.mark],
            owner=story.speech.owner.name,
            opened_at=sold.opened_at,
            moved_at=sold.moved_at,
            close_on=sold.close_on,
            closed_at=sold.closed_at,
            reason=sold.reason,
        )


def chained(before: str, told: Told) -> str:
    """The version of a scenario up to this lead: the SHA-256 of its version before and of the lead's bytes, in hex.

    The last lead's is the version of the whole. Being a chain, it can be taken up again where it was left.
    """
    return hashlib.sha256(before.encode() + told.canonical()).hexdigest()


def version_of(recipe: Recipe) -> str:
    """The version of the whole scenario."""
    version = ""
    for told in Scenario(recipe).leads():
        version = chained(version, told)
    return version


def _activities(entries: list[Entry]) -> tuple[Activity, ...]:
    places = {id(entry): at for at, entry in enumerate(entries)}
    return tuple(
        Activity(
            entry.at,
            entry.kind,
            entry.words,
            entry.body,
            entry.who,
            None if entry.about is None else places[id(entry.about)],
        )
        for entry in entries
    )


def _spans(days: int) -> tuple[list[tuple[int, int]], tuple[int, ...]]:
    """When leads came in, in seconds before now: over all the days, and rather more of them lately."""
    spans = ((0, 20), (20, 75), (75, 200), (200, days * 7 // 10), (days * 7 // 10, days - 2))
    # Never so late that it slips past now.
    return [(max(since, 1) * DAY + DAY // 2, until * DAY) for since, until in spans], (9, 16, 27, 28, 20)


def _tags(story: Story, entries: list[Entry], chance: Chance) -> tuple[str, ...]:
    profile = story.profile
    first, *more = profile.thread.tags
    tags = {first, *profile.habits, *(tag for tag in more if chance.happens(0.4))}
    if sum(sold.mark == "won" for sold in story.sold) > 1:
        tags.add("Repeat buyer")
    paid_at = next((entry.at for entry in entries if entry.kind == "paid"), None)
    if paid_at is not None and paid_at - (story.sold[0].closed_at or 0) > 21 * DAY:
        tags.add("Slow payer")
    if profile.source.kind == "person":
        tags.add("Referred")
    return tuple(sorted(tags))


def _last_words(entry: Entry) -> str:
    words = f"{entry.words}: {entry.body}" if entry.kind in _UNTOLD else entry.words
    words = " ".join(words.split())
    return words if len(words) <= _MOST_LAST_WORDS else f"{words[: _MOST_LAST_WORDS - 2].rsplit(' ', 1)[0]} …"
