"""The only place that invents who a lead is: a name, an address, an employer, what they want, and a temper."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.places import Groups, Pairs, Scattered, Shared, Turns
from portal.sandbox.scenarios.recipe import Owner, Recipe, Sale, Source, Thread
from portal.sandbox.scenarios.wording import SLOT, filled
from portal.shared.reserved import is_reserved_phone

# Area codes around one's own town, and then all; with 555-0100 to 555-0199 behind them they reach nobody.
_NEAR = ("206", "208", "253", "360", "406", "425", "458", "503", "509", "530", "541", "564", "775", "907", "971", "986")
_ALL = tuple(str(area) for area in range(200, 1000) if is_reserved_phone(f"+1{area}5550100"))
_IN_AN_AREA = 100


class Temper(NamedTuple):
    """How a lead behaves, whatever the story."""

    reads: float  # the share of messages that are opened
    clicks: float
    pace: float  # 1 is ordinary, 2 twice as slow
    style: str  # how they write: plain, lower, signed, curt
    on_list: float  # the share of campaigns that reach them


class Offer(NamedTuple):
    """What a lead may buy; the amount is in minor units."""

    title: str
    product: str
    amount: int


class Employer(NamedTuple):
    """A company that leads work for; `size` holds the words that say how large it is, the same for all of them."""

    id: str
    name: str
    town: str
    domain: str
    writes: str  # what stands between first and last name in an address
    size: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a lead is, before anything has happened. `turn` counts the leads of the same thread before it."""

    number: int
    turn: int
    first: str
    last: str
    email: str
    phone: str | None
    company: Employer | None
    role: str
    town: str
    address: str
    thread: Thread
    source: Source
    owner: Owner
    habits: tuple[str, ...]
    mentioned: tuple[str, ...]  # whom they speak of
    words: Mapping[str, str]
    sales: tuple[Sale, ...]  # what they may buy, what they ask for first
    temper: Temper

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class Casting:
    """Invents leads by their number, from 1; no two share a name, an address or a telephone number, but for doubles."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._firsts, self._lasts = recipe.names["first"], recipe.names["last"]
        self._names = Pairs(len(self._firsts), len(self._lasts), f"{recipe.seed}/names")
        self._threads = Turns([thread.weight for thread in recipe.threads], f"{recipe.seed}/threads")
        self._companies = _companies(recipe, self._threads)
        self._areas = _NEAR if recipe.leads <= len(_NEAR) * _IN_AN_AREA else _ALL
        self._numbers = Scattered(len(self._areas) * _IN_AN_AREA)
        # Where there are more leads than numbers, every so many have none.
        self._with_phone = Scattered(max(recipe.leads, self._numbers.count))
        self._owners = [owner.weight for owner in recipe.owners]
        self._sources = recipe.sources, [source.weight for source in recipe.sources]
        written = [source for source in recipe.sources if source.kind != "call"] or list(recipe.sources)
        self._written = written, [source.weight for source in written]

    def profile(self, number: int, chance: Chance) -> Profile:
        """The lead with this number."""
        profile = self._profile(number, chance)
        first = self.double_of(number)
        return profile if first is None else self._double(self._profile(first, self.chance(first)), profile)

    def double_of(self, number: int) -> int | None:
        """The number of the lead that this one is the double of, if it is one: of the same thread, not far before."""
        every = self._recipe.leads // self._recipe.doubles if self._recipe.doubles else 0
        if not every or number % every != every * 2 // 3:
            return None
        thread = self._threads.at(number - 1)[0]
        near = range(number - 2, max(number - every // 2, 0), -1)
        return next((one for one in near if self._threads.at(one - 1)[0] == thread), None)

    def chance(self, number: int) -> Chance:
        """What the lead with this number is thrown by."""
        return Chance(f"{self._recipe.seed}/lead/{number}")

    def _double(self, first: Profile, again: Profile) -> Profile:
        """Somebody who was written down a second time, by somebody else: in one of three ways, in turn."""
        slipped = f"{first.last[:-2]}{first.last[-1]}{first.last[-2]}"
        name, domain = slug(first.first), first.email.partition("@")[2]
        others = [one for one in self._recipe.names["mail"] if one != domain]
        other = f"{name}-{slug(first.last)}@{first.company.domain if first.company else others[0]}"
        same: dict[str, Any] = {
            **{name: getattr(first, name) for name in ("first", "company", "role", "town", "address")},
            "words": {**again.words, **(first.company.size if first.company else {})},
        }
        match again.number // (self._recipe.leads // self._recipe.doubles) % 3:
            case 0:  # the same address, typed twice
                return replace(again, **same, last=first.last, email=first.email)
            case 1 if first.phone:  # the same number, the name by ear
                return replace(again, **same, last=slipped, email=other, phone=first.phone)
            case _:  # a slip in the name
                return replace(again, **same, last=slipped, email=first.email)

    def _profile(self, number: int, chance: Chance) -> Profile:
        recipe = self._recipe
        which, turn = self._threads.at(number - 1)
        thread = recipe.threads[which]
        company, is_first = self._companies[which].at(turn) if thread.is_company else (None, False)
        words = {name: chance.pick(lines) for name, lines in thread.words.items()}
        if company:
            words.update(company.size)
        town = company.town if company else chance.pick(recipe.places["towns"])
        first, last = self._names.at(number - 1)
        phone = self._phone(number)
        return Profile(
            number=number,
            turn=turn,
            first=self._firsts[first],
            last=self._lasts[last],
            email=self._email(first, last, company, chance, is_first=is_first),
            phone=phone,
            company=company,
            role=chance.pick(thread.roles),
            town=town,
            address=f"{chance.between(2, 1999)} {chance.pick(recipe.places['streets'])}, {town} {recipe.zip_code}",
            thread=thread,
            source=chance.weighed(*(self._sources if phone else self._written)),
            owner=chance.weighed(recipe.owners, self._owners),
            habits=tuple(habit.tag for habit in recipe.habits if chance.happens(habit.share)),
            mentioned=_two(recipe.names["mentioned"], chance),
            words=words,
            sales=tuple(chance.shuffled(thread.deals)),
            temper=_temper(chance),
        )

    def _email(self, first: int, last: int, company: Employer | None, chance: Chance, *, is_first: bool) -> str:
        """No other lead's: it holds the whole name, or one name and the place of the other in the recipe."""
        plain_first, plain_last = slug(self._firsts[first]), slug(self._lasts[last])
        if company is None:
            forms = (
                f"{plain_first}.{plain_last}",
                f"{plain_last}_{plain_first}",
                f"{plain_first[0]}{plain_last}{first + 2}",
                f"{plain_first}{last + 2}",
            )
            return f"{chance.weighed(forms, (9, 3, 4, 4))}@{chance.pick(self._recipe.names['mail'])}"
        if is_first and chance.happens(0.4):  # who came first has the short one
            return f"{plain_first}@{company.domain}"
        return f"{plain_first}{company.writes}{plain_last}@{company.domain}"

    def _phone(self, number: int) -> str | None:
        if (place := self._with_phone.at(number - 1)) >= self._numbers.count:
            return None
        area, extension = divmod(self._numbers.at(place), _IN_AN_AREA)
        return f"+1{self._areas[area]}55501{extension:02}"


class _Companies:
    """The employers of one thread."""

    def __init__(self, recipe: Recipe, thread: Thread, *, leads: int, first_id: int) -> None:
        self.groups = Groups(leads)
        self._recipe = recipe
        self._thread = thread
        self._first_id = first_id
        self._towns = tuple(dict.fromkeys(recipe.places["towns"]))
        self._parts = {"word": recipe.company_words, "last": recipe.names["last"], "town": self._towns}
        self.names = Shared([self._makes(pattern) for pattern in thread.companies], self.groups.count)
        self._sizes = {sale.times for sale in thread.deals if sale.times}
        self._found = lru_cache(maxsize=20_000)(self._company)

    def at(self, turn: int) -> tuple[Employer, bool]:
        """The employer of the lead with this turn, and whether it is the first one there."""
        group, is_first = self.groups.at(turn)
        return self._found(group), is_first

    def _makes(self, pattern: str) -> int:
        makes = 1
        for slot in SLOT.findall(pattern):
            makes *= len(self._parts.get(slot, "?"))
        return makes

    def _company(self, group: int) -> Employer:
        chance = Chance(f"{self._recipe.seed}/company/{self._thread.name}/{group}")
        town = chance.pick(self._recipe.places["towns"])
        which, left = self.names.at(group)
        name = self._thread.companies[which]
        for slot in SLOT.findall(name):
            left, at = divmod(left, len(self._parts[slot]))
            word = self._parts[slot][at]
            name = name.replace(f"{{{slot}}}", word, 1)
            town = word if slot == "town" else town
        return Employer(
            id=f"C{self._first_id + group:06}",
            name=name,
            town=town,
            domain=f"{slug(name)}.example",
            writes=chance.weighed((".", "_"), (4, 1)),
            size={word: chance.pick(lines) for word, lines in self._thread.words.items() if word in self._sizes},
        )


def _companies(recipe: Recipe, threads: Turns) -> list[_Companies]:
    found: list[_Companies] = []
    first_id = 1
    for at, thread in enumerate(recipe.threads):
        found.append(_Companies(recipe, thread, leads=threads.most(at, recipe.leads), first_id=first_id))
        if thread.is_company:
            first_id += found[-1].groups.count
    return found


def threads_short_of_companies(recipe: Recipe) -> list[int]:
    """The threads, counted from 0, whose patterns make fewer names of companies than their leads need."""
    threads = Turns([thread.weight for thread in recipe.threads], f"{recipe.seed}/threads")
    return [
        at
        for at, companies in enumerate(_companies(recipe, threads))
        if recipe.threads[at].is_company and not companies.names.is_enough
    ]


def offer(sale: Sale, words: Mapping[str, str], chance: Chance) -> Offer:
    """What this lead is offered."""
    price = chance.between(*sale.price) * (int(words[sale.times]) if sale.times else 1)
    step = 1 if price < 100 else 5 if price < 2000 else 10
    return Offer(filled(sale.title, words.__getitem__, chance), sale.product, price // step * step * 100)


def slug(text: str) -> str:
    """`text` as it stands in an address."""
    return re.sub("[^a-z0-9]+", "-", text.lower().replace("&", "and").replace("'", "")).strip("-")


def _two(names: tuple[str, ...], chance: Chance) -> tuple[str, str]:
    one, other = chance.between(0, len(names) - 1), chance.between(1, len(names) - 1)
    return names[one], names[(one + other) % len(names)]


def _temper(chance: Chance) -> Temper:
    return Temper(
        reads=chance.share(0.15, 0.97),
        clicks=chance.share(0.02, 0.4),
        pace=chance.share(0.55, 1.7),
        style=chance.weighed(("plain", "lower", "signed", "curt"), (45, 20, 20, 15)),
        on_list=chance.share(0.1, 0.9) if chance.happens(0.65) else 0.0,
    )
