"""The only place that narrows and orders the library; each choice says how many it leaves."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from portal.people.search.cards import Card

PAGE = 24
_MINUTE = 60
_LENGTHS: dict[str, tuple[str, float, float]] = {  # what it is called, and its seconds
    "short": ("Up to 5 minutes", 0, 5 * _MINUTE),
    "medium": ("5 to 15 minutes", 5 * _MINUTE, 15 * _MINUTE),
    "long": ("More than 15 minutes", 15 * _MINUTE, float("inf")),
}
ORDERS = {"newest": "Newest first", "shortest": "Shortest first"}
# What a webinar is filed under, for each filter.
_FILED: dict[str, Callable[[Card], Sequence[str]]] = {
    "topic": lambda card: card.topics,
    "level": lambda card: [card.level] if card.level else [],
    "length": lambda card: [length_of(card.seconds)],
    "speaker": lambda card: card.by,
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of the library, as its address says it."""

    topic: str = ""
    level: str = ""
    length: str = ""
    speaker: str = ""
    order: str = "newest"
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, name) for name in _FILED)

    def is_on(self, card: Card, *, but: str = "") -> bool:
        """Whether a card is wanted, by all the filters `but` one."""
        chosen = ((name, getattr(self, name)) for name in _FILED if name != but)
        return all(value in _FILED[name](card) for name, value in chosen if value)

    def url(self, **changes: object) -> str:
        """The address that says this, changed so; the first page again unless that is what changes."""
        wish = replace(self, **{"page": 1} | changes)  # type: ignore[arg-type]
        said = {name: value for name, value in vars(wish).items() if value != getattr(Wish, name)}
        return "/webinars/" + (f"?{urlencode(said)}" if said else "")


@dataclass(frozen=True)
class Choice:
    """One value of a filter: what it is called, and how many there are of it among what the others leave."""

    value: str
    words: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Library:
    """The library as a wish shows it; `shown` is a page of `count`, `total` is all there is."""

    wish: Wish
    shown: list[Card]
    count: int
    total: int
    pages: int
    filters: Mapping[str, list[Choice]]


def wish_from(asked: Mapping[str, str], *, page: int) -> Wish:
    """The wish that an address says; an order that there is not is the usual one."""
    order = asked.get("order", "")
    return Wish(
        **{name: asked.get(name, "").strip()[:100] for name in _FILED},
        order=order if order in ORDERS else "newest",
        page=page,
    )


def look(cards: Sequence[Card], wish: Wish) -> Library:
    """What the library shows of these cards, which are the newest first."""
    wanted = [card for card in cards if wish.is_on(card)]
    if wish.order == "shortest":
        wanted.sort(key=lambda card: card.seconds)
    first = (wish.page - 1) * PAGE
    return Library(
        wish=wish,
        shown=wanted[first : first + PAGE],
        count=len(wanted),
        total=len(cards),
        pages=max(1, -(-len(wanted) // PAGE)),
        filters={name: _choices(name, cards, wish) for name in _FILED},
    )


def length_of(seconds: float) -> str:
    """Which length this is called."""
    return next(name for name, (_, least, most) in _LENGTHS.items() if least <= seconds < most)


def _choices(name: str, cards: Iterable[Card], wish: Wish) -> list[Choice]:
    """Every value that there is, also those of which the other filters leave none: choices never jump about."""
    cards = list(cards)
    every = dict.fromkeys(value for card in cards for value in _FILED[name](card))
    left = Counter(value for card in cards if wish.is_on(card, but=name) for value in _FILED[name](card))
    chosen = getattr(wish, name)
    ordered = [one for one in _LENGTHS if one in every] if name == "length" else sorted(every)
    return [Choice(value, _words(name, value), left[value], value == chosen) for value in ordered]


def _words(name: str, value: str) -> str:
    if name == "length":
        return _LENGTHS[value][0]
    return value if name == "speaker" else value[:1].upper() + value[1:]
