"""The only place that says what a scenario's recipe consists of."""

from collections.abc import Mapping
from dataclasses import dataclass

MARKS = ("new", "contacted", "qualified", "proposal", "won", "lost")
KINDS = ("form", "call", "visit", "mail", "person")
BEATS = (
    *("arrive", "try", "call", "write", "nudge", "answer", "ask", "postpone", "note", "small", "task", "visit"),
    *("quote", "chase", "win", "lose", "after", "pay", "again", "complain", "handover", "opt-out", "quiet"),
)
# What every line may use in braces, beside the words of its thread.
SLOTS = ("first", "last", "company", "town", "role", "owner", "colleague", "day", "price", "deal")

TEXTS = ("came", "talk", "note", "mail", "ask", "yes", "quoted", "progress", "won", "lost", "after", "tasks", "visit")
COMMON = (
    *("voicemail", "no_answer", "nudge", "chase", "postponed", "postponed_mail", "thanks", "small", "came_call"),
    *("came_visit", "came_person", "task_more", "visit_more", "won_more", "lost_more", "again", "complain", "mended"),
    *("handover", "opt_out", "paid", "links", "after_talk", "after_note", "before_reply", "after_reply", "introduced"),
    *("came_more", "todo_back", "todo_reply", "todo_chase", "todo_next", "todo_again", "todo_after"),
)
HEADED = ("talk", "mail", "nudge", "chase", "postponed", "again")  # a headline or subject stands before the `::`
NEEDS = ("amount", "close_on", "reason")  # what a stage may ask of a deal
NAMES = ("first", "last", "mentioned", "mail")
PLACES = ("towns", "streets")


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline; the mark is the shape that lists draw.

    `chance` says how likely a deal on it is won, in percent; `wait` after how many days it has waited too long, or
    None; `needs` what a deal must have filled in before it comes here.
    """

    name: str
    mark: str
    chance: int
    wait: int | None
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Owner:
    """A colleague of the invented business."""

    name: str
    voice: str
    weight: float


@dataclass(frozen=True)
class Source:
    """How leads come in."""

    name: str
    kind: str
    weight: float


@dataclass(frozen=True)
class Habit:
    """What some leads are like, in any thread."""

    tag: str
    share: float


@dataclass(frozen=True)
class Campaign:
    """One message to many, `day` days ago; for these threads, or for everyone."""

    name: str
    subject: str
    link: str
    day: int
    threads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """The course that a story takes, in beats."""

    name: str
    weight: float
    pace: float
    beats: tuple[str, ...]


@dataclass(frozen=True)
class Sale:
    """What is sold: a title, a price from and to in whole units, for each of the word that `times` names."""

    title: str
    product: str
    price: tuple[int, int]
    times: str = ""


@dataclass(frozen=True)
class Thread:
    """One kind of customer: who they are, what they want, what is said."""

    name: str
    weight: float
    tags: tuple[str, ...]
    roles: tuple[str, ...]
    deals: tuple[Sale, ...]
    words: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]
    is_company: bool = False
    companies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A list of leads to begin with, saved under a name: what its address asks for, such as `stage=Proposal`."""

    name: str
    ask: str


@dataclass(frozen=True)
class Recipe:
    """A scenario's recipe, checked."""

    slug: str
    name: str
    trade: str
    about: str
    teaches: str
    seed: str
    leads: int
    months: int
    currency: str
    goal: int  # to be won in a quarter, in whole units
    stages: tuple[Stage, ...]
    owners: tuple[Owner, ...]
    sources: tuple[Source, ...]
    products: tuple[str, ...]
    reasons: Mapping[str, tuple[str, ...]]  # why deals are won, and lost
    tags: tuple[str, ...]
    habits: tuple[Habit, ...]
    names: Mapping[str, tuple[str, ...]]  # first, last, mentioned, mail
    places: Mapping[str, tuple[str, ...]]  # towns, streets
    zip_code: str
    company_words: tuple[str, ...]
    campaigns: tuple[Campaign, ...]
    shapes: tuple[Shape, ...]
    threads: tuple[Thread, ...]
    common: Mapping[str, tuple[str, ...]]
    views: tuple[Question, ...] = ()
    segments: tuple[Question, ...] = ()
    doubles: int = 0  # leads who are there twice, the second time under another number or with a slip
