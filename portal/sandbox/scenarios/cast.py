"""The only place that invents who a lead is: a name, an address, an employer, what they want, and a temper."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.recipe import Owner, Recipe, Sale, Source, Thread
from portal.sandbox.scenarios.wording import filled

# Geographic area codes; with 555-0100 to 555-0199 behind them they reach nobody.
_AREA_CODES = (
    "206",
    "208",
    "253",
    "360",
    "406",
    "425",
    "458",
    "503",
    "509",
    "530",
    "541",
    "564",
    "775",
    "907",
    "971",
    "986",
)


@dataclass(frozen=True)
class Temper:
    """How a lead behaves, whatever the story."""

    reads: float  # the share of messages that are opened
    clicks: float
    pace: float  # 1 is ordinary, 2 twice as slow
    style: str  # how they write: plain, lower, signed, curt
    on_list: float  # the share of campaigns that reach them


@dataclass(frozen=True)
class Deal:
    """What a lead may buy; the amount is in minor units."""

    title: str
    amount: int


@dataclass(frozen=True)
class Profile:
    """Who a lead is, before anything has happened."""

    first: str
    last: str
    email: str
    phone: str
    company: str
    role: str
    town: str
    address: str
    thread: Thread
    source: Source
    owner: Owner
    habits: tuple[str, ...]
    mentioned: tuple[str, ...]  # whom they speak of
    words: Mapping[str, str]
    deals: tuple[Deal, ...]
    temper: Temper

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class Casting:
    """Invents one lead after the other; no two share a name, an address or a number."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._taken: set[str] = set()
        self._companies: dict[str, list[str]] = {thread.name: [] for thread in recipe.threads}

    def profile(self, chance: Chance) -> Profile:
        """The next lead."""
        recipe = self._recipe
        thread = chance.weighed(recipe.threads, [thread.weight for thread in recipe.threads])
        words = {name: chance.pick(lines) for name, lines in thread.words.items()}
        town = chance.pick(recipe.places["towns"])
        company = self._company(thread, town, chance)
        first, last = self._name(chance)
        return Profile(
            first=first,
            last=last,
            email=self._email(first, last, company, chance),
            phone=self._phone(chance),
            company=company,
            role=chance.pick(thread.roles),
            town=town,
            address=f"{chance.between(2, 1999)} {chance.pick(recipe.places['streets'])}, {town} {recipe.zip_code}",
            thread=thread,
            source=chance.weighed(recipe.sources, [source.weight for source in recipe.sources]),
            owner=chance.weighed(recipe.owners, [owner.weight for owner in recipe.owners]),
            habits=tuple(habit.tag for habit in recipe.habits if chance.happens(habit.share)),
            mentioned=tuple(chance.shuffled([one for one in recipe.names["mentioned"] if one != first])[:2]),
            words=words,
            deals=tuple(_deal(sale, words, chance) for sale in chance.shuffled(thread.deals)),
            temper=_temper(chance),
        )

    def _name(self, chance: Chance) -> tuple[str, str]:
        while True:
            name = chance.pick(self._recipe.names["first"]), chance.pick(self._recipe.names["last"])
            if self._is_new(" ".join(name)):
                return name

    def _company(self, thread: Thread, town: str, chance: Chance) -> str:
        """A new company, or in two of five cases one that already has a lead."""
        if not thread.is_company:
            return ""
        known = self._companies[thread.name]
        if known and chance.happens(0.38):
            return chance.pick(known)
        for _ in range(60):
            name = chance.pick(thread.companies)
            name = name.replace("{word}", chance.pick(self._recipe.company_words)).replace("{town}", town)
            if self._is_new(name):
                known.append(name)
                return name
        return chance.pick(known)

    def _email(self, first: str, last: str, company: str, chance: Chance) -> str:
        domain = f"{_slug(company)}.example" if company else chance.pick(self._recipe.names["mail"])
        plain_first, plain_last = _slug(first), _slug(last)
        forms = [
            f"{plain_first}.{plain_last}",
            f"{plain_first[0]}{plain_last}",
            f"{plain_last}.{plain_first}",
            f"{plain_first}{'' if company else chance.between(2, 98)}",
        ]
        local = chance.weighed(forms, [5, 2, 1, 2])
        number = 1
        while not self._is_new(address := f"{local}{number if number > 1 else ''}@{domain}"):
            number += 1
        return address

    def _phone(self, chance: Chance) -> str:
        for _ in range(400):
            number = f"+1{chance.pick(_AREA_CODES)}55501{chance.between(0, 99):02}"
            if self._is_new(number):
                return number
        return number

    def _is_new(self, value: str) -> bool:
        is_new = value not in self._taken
        self._taken.add(value)
        return is_new


def _deal(sale: Sale, words: Mapping[str, str], chance: Chance) -> Deal:
    price = chance.between(*sale.price) * (int(words[sale.times]) if sale.times else 1)
    step = 1 if price < 100 else 5 if price < 2000 else 10
    return Deal(filled(sale.title, words.__getitem__, chance), price // step * step * 100)


def _temper(chance: Chance) -> Temper:
    return Temper(
        reads=chance.share(0.15, 0.97),
        clicks=chance.share(0.02, 0.4),
        pace=chance.share(0.55, 1.7),
        style=chance.weighed(("plain", "lower", "signed", "curt"), (45, 20, 20, 15)),
        on_list=chance.share(0.1, 0.9) if chance.happens(0.65) else 0.0,
    )


def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower().replace("&", "and").replace("'", "")).strip("-")
