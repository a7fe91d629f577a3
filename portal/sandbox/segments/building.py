"""The only place that builds a question rule by rule; its state is its address, so that it needs no scripts."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.question import FIELDS, Filter, NotAFilter, Question, checked_filter
from portal.sandbox.leads.address import write_query
from portal.sandbox.leads.filters import filter_in_words


class Rule(NamedTuple):
    """A rule in words, and the query of the builder without it."""

    words: str
    without: str


def rules_of(question: Question, *, currency: str) -> list[Rule]:
    """The rules of a question, in order."""
    return [
        Rule(filter_in_words(one, currency=currency), write_query(replace(question, filters=_less(question, one))))
        for one in question.filters
    ]


def with_rule(question: Question, sent: MultiDict[str, str]) -> Question:
    """The question and the rule that was filled in.

    That is `field`, `op`, and whatever these take of `value`, `days`, `from` and `to`, `least` and `most`.

    Raises NotAFilter, which says what to do.
    """
    field, op = sent.get("field", ""), sent.get("op", "")
    shape = FIELDS[field].shape if field in FIELDS else ""
    values = _READERS[shape](sent, op) if shape in _READERS else [value for value in sent.getlist("value") if value]
    return replace(question, filters=tuple(dict.fromkeys((*question.filters, checked_filter(field, op, values)))))


def _less(question: Question, one: Filter) -> tuple[Filter, ...]:
    return tuple(other for other in question.filters if other != one)


def _text(sent: MultiDict[str, str], op: str) -> list[str]:
    return [] if op in ("known", "none") else [part.strip() for part in sent.getlist("value") if part.strip()]


def _choice(sent: MultiDict[str, str], op: str) -> list[str]:
    return [] if op in ("known", "none") else sent.getlist("value")


def _moment(sent: MultiDict[str, str], op: str) -> list[str]:
    if op in ("within", "before"):
        return [f"{sent.get('days', '').strip()}d"]
    return _between(sent.get("from", ""), sent.get("to", ""), op)


def _money(sent: MultiDict[str, str], op: str) -> list[str]:
    if op in ("known", "none"):
        return []
    return [_minor(value) for value in _between(sent.get("least", ""), sent.get("most", ""), op)]


def _between(low: str, high: str, op: str) -> list[str]:
    return {"from": [low], "to": [high]}.get(op, [low, high])


def _minor(amount: str) -> str:
    """An amount as it is typed, `1,234.50`, in minor units."""
    try:
        minor = Decimal(amount.replace(",", "").strip()) * 100
        if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor < 10**15:
            raise InvalidOperation
    except InvalidOperation as fault:
        raise NotAFilter(f"“{amount[:40]}” is no amount", "Write it as 1,234.50 or 1234.") from fault
    return str(int(minor))


_READERS = {"text": _text, "choice": _choice, "tags": _choice, "moment": _moment, "money": _money}


def suggestions(stages: Sequence[str]) -> list[tuple[str, Question]]:
    """Questions to begin with, where a drive has no segment yet; `stages` are those that are still open."""
    quiet = Filter("last", "before", ("60d",))
    return [
        ("Gone quiet", Question((Filter("stage", "is", tuple(stages)), quiet))),
        ("Came in this month", Question((Filter("created", "within", ("30d",)),))),
        ("Worth a visit", Question((Filter("value", "from", ("200000",)), Filter("last", "before", ("14d",))))),
    ]
