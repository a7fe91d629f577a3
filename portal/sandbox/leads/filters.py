"""The only place that says a filter in plain words, and what a form that builds one has to offer."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from portal.sandbox.drives.overlay import Options
from portal.sandbox.drives.own_columns import OwnColumn
from portal.sandbox.drives.question import FIELDS, OPS, Asking, Filter, Question, days_in, get_asking
from portal.sandbox.leads.wording import money_in_words, number_in_words

KINDS = {
    "call": "a call",
    "came_in": "coming in",
    "clicked": "a click",
    "complained": "a complaint",
    "handed_over": "a hand-over",
    "lost": "a loss",
    "missed": "a missed call",
    "moved": "a change of stage",
    "note": "a note",
    "opened": "an opened e-mail",
    "opted_out": "an opt-out",
    "paid": "a payment",
    "quoted": "a quote",
    "replied": "a reply",
    "sent": "an e-mail sent",
    "task": "a task",
    "visit": "a visit",
    "won": "a sale",
}


_NO_OWN: Mapping[str, OwnColumn] = {}


class Choice(NamedTuple):
    """A value that a filter can have, and how it reads."""

    value: str
    words: str


class Comparison(NamedTuple):
    """A way to compare: its name in an address, how it reads after the field's label, how many values it takes."""

    op: str
    words: str
    least: int
    most: int


class Offer(NamedTuple):
    """What a form offers for one field; `choices` is empty where a value is typed, in the way that `shape` says.

    Shapes: choice, tags, text, known, yes, money (minor units), moment (`60d` or a date).
    """

    field: str
    label: str
    shape: str
    comparisons: tuple[Comparison, ...]
    choices: tuple[Choice, ...]


def offers(options: Options) -> tuple[Offer, ...]:
    """What there is to filter by, where a drive has these options."""
    own = {key: get_asking(key)._replace(label=label) for key, label, _ in options.own}
    asked: dict[str, Asking] = {**FIELDS, **own}
    return tuple(
        Offer(
            name,
            asking.label,
            asking.shape,
            tuple(Comparison(op, _WORDS[asking.shape, op], *counts) for op, counts in OPS[asking.shape].items()),
            _choices(name, options),
        )
        for name, asking in asked.items()
    )


def label_of(one: Filter, own: Mapping[str, OwnColumn]) -> str:
    """What the field of a filter is called; `own` are the columns of the scenario's own."""
    return own[one.field].name if one.field in own else get_asking(one.field).label


def filter_in_words(one: Filter, *, currency: str, own: Mapping[str, OwnColumn] = _NO_OWN) -> str:
    """A filter as a chip says it: “Stage is Proposal or Qualified”."""
    asking, label = get_asking(one.field), label_of(one, own)
    words = _WORDS[asking.shape, one.op]
    if asking.shape == "yes":
        return "Is a contact" if one.values[0] == "yes" else "Is not a contact yet"
    values = [_value(one, value, currency) for value in one.values]
    if one.op == "between":
        return f"{label} between {values[0]} and {values[-1]}"
    if one.op in ("within", "before"):
        days = days_in(one.values[0])
        one_day = "day" if one.op == "within" else "a day"
        return f"{label} {words.replace('N days', one_day if days == 1 else f'{days:,} days')}"
    joined = _joined(values, "and" if (asking.shape, one.op) in _TOGETHER else "or")
    return f"{label} {words} {joined}".rstrip()


def question_in_words(question: Question, *, currency: str, own: Mapping[str, OwnColumn] = _NO_OWN) -> str:
    """A question as a sentence: “Leads whose stage is Won and whose last activity was …”; empty filters say all."""
    said = [_lowered(filter_in_words(one, currency=currency, own=own)) for one in question.filters]
    if question.q:
        said.append(f"“{question.q}” is found")
    if not said:
        return "All leads."
    start = "Leads where " + ("any of this is so: " if question.any_of and len(question.filters) > 1 else "")
    return f"{start}{_listed(said, 'or' if question.any_of else 'and')}."


_WORDS: Mapping[tuple[str, str], str] = {
    ("choice", "is"): "is",
    ("choice", "not"): "is not",
    ("tags", "has"): "include",
    ("tags", "any"): "include any of",
    ("tags", "lacks"): "include none of",
    ("tags", "known"): "are given",
    ("tags", "none"): "are missing",
    ("text", "has"): "contains",
    ("text", "lacks"): "does not contain",
    ("text", "known"): "is known",
    ("text", "none"): "is missing",
    ("known", "known"): "is known",
    ("known", "none"): "is missing",
    ("yes", "is"): "is",
    ("money", "from"): "of at least",
    ("money", "to"): "of at most",
    ("money", "between"): "between",
    ("money", "known"): "is there",
    ("money", "none"): "is missing",
    ("number", "from"): "is at least",
    ("number", "to"): "is at most",
    ("number", "between"): "between",
    **{
        (shape, op): words
        for shape in ("moment", "day")
        for op, words in {
            "within": "in the last N days",
            "before": "more than N days ago",
            "from": "on or after",
            "to": "on or before",
            "between": "between",
        }.items()
    },
    **{(shape, "known"): "is known" for shape in ("number", "day")},
    **{(shape, "none"): "is missing" for shape in ("number", "day")},
}
_TOGETHER = {("tags", "has")}


def _choices(field: str, options: Options) -> tuple[Choice, ...]:
    if field == "contact":
        return Choice("yes", "Yes"), Choice("no", "No")
    if field == "kind":
        return tuple(Choice(kind, KINDS.get(kind, kind)) for kind in options.kinds)
    values: Mapping[str, Sequence[str]] = {
        "stage": options.stages,
        "tag": options.tags,
        "owner": options.owners,
        "source": options.sources,
        "role": options.roles,
        **{key: values for key, _, values in options.own},
    }
    return tuple(Choice(value, value or "(none)") for value in values.get(field, ()))


def _value(one: Filter, value: str, currency: str) -> str:
    shape = get_asking(one.field).shape
    if shape == "number":
        return number_in_words(int(value))
    if shape == "money":
        return money_in_words(int(value), currency)
    if shape in ("moment", "day") and one.op not in ("within", "before"):
        on = date.fromisoformat(value)
        return f"{on:%b} {on.day}, {on.year}"
    if one.field == "kind":
        return KINDS.get(value, value)
    if shape == "text":
        return f"“{value}”"
    return value or "(none)"


def _joined(values: Sequence[str], word: str) -> str:
    return f" {word} ".join(filter(None, (", ".join(values[:-1]), values[-1]))) if values else ""


def _listed(said: Sequence[str], word: str) -> str:
    return f", {word} ".join(said)


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
