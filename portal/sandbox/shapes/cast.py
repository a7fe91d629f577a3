"""The only place that invents who and what stands in the rows of a shape: always somebody that there is not."""

import re
from collections.abc import Sequence
from functools import lru_cache

from portal.sandbox.drives.twins import written_phone
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.reading import read_recipe
from portal.sandbox.scenarios.recipe import Recipe
from portal.shared.environment import ROOT
from portal.shared.reserved import NO_ZIP, is_reserved_phone

_AREAS = [str(code) for code in range(200, 1000) if is_reserved_phone(f"+1{code}5550100")]
_ENDINGS = (
    *("Works", "Supply", "Studio", "Group", "Trading", "Partners", "Logistics", "Labs", "Foods", "Builders", "Design"),
    *("& Daughters", "Interiors", "Energy", "Freight", "Gardens", "Instruments", "Press", "Textiles", "Tools"),
)
ROLES = ("Buyer", "Office manager", "Owner of the shop", "Head of operations", "Assistant", "Planner", "Engineer")


class Cast:
    """Invents one after the other; no two share a name."""

    def __init__(self, chance: Chance, *, companies: int) -> None:
        self._chance = chance
        self._names = _cast()
        self._taken: set[str] = set()
        self.companies = self._make_companies(companies)

    def name(self) -> tuple[str, str]:
        """A first and a last name that nobody else here has."""
        while True:
            first, last = self.any_name()
            if f"{first} {last}" not in self._taken:
                self._taken.add(f"{first} {last}")
                return first, last

    def any_name(self) -> tuple[str, str]:
        """A first and a last name."""
        return self._chance.pick(self._names.names["first"]), self._chance.pick(self._names.names["last"])

    def email(self, first: str, last: str, company: str = "") -> str:
        """An address at the company, if there is one; it reaches nobody."""
        domain = f"{_slug(company)}.example" if company else self._chance.pick(self._names.names["mail"])
        return f"{_slug(first)}.{_slug(last)}@{domain}"

    def phone(self) -> str:
        """A number in E.164 that reaches nobody."""
        return f"+1{self._chance.pick(_AREAS)}55501{self._chance.between(0, 99):02}"

    def written_phone(self) -> str:
        """The same as people write it."""
        return written_phone(self.phone())

    def address(self) -> str:
        """A street and a town that there are not."""
        places = self._names.places
        number = self._chance.between(2, 1999)
        return f"{number} {self._chance.pick(places['streets'])}, {self._chance.pick(places['towns'])} {NO_ZIP}"

    def _make_companies(self, count: int) -> Sequence[str]:
        words = self._names.company_words
        names = {f"{self._chance.pick(words)} {self._chance.pick(_ENDINGS)}": None for _ in range(count)}
        return tuple(names)


@lru_cache(maxsize=1)
def _cast() -> Recipe:
    """Whose names are lent: the recipe's, in which nobody has the name of somebody known."""
    return read_recipe(ROOT / "content" / "scenarios" / "fernhollow-cycles.toml")


@lru_cache(maxsize=5000)
def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower().replace("&", "and").replace("'", "")).strip("-")
