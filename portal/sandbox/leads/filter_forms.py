"""The only place for the form of one filter: what it offers, and the filter that was asked for in it."""

from dataclasses import replace
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.overlay import Options
from portal.sandbox.drives.question import AMOUNTS, FIELDS, Filter, NotAFilter, checked_filter, find_asking, get_asking
from portal.sandbox.leads.amounts import NotAnAmount, amount_of, amount_typed
from portal.sandbox.leads.filters import Offer, offers
from portal.sandbox.leads.lists import Asked
from portal.shared.problems import Problem

RANGE = "range"  # what the form calls from, to and between, which are told apart by what was typed


class Way(NamedTuple):
    """A comparison as the form offers it."""

    op: str
    words: str


class Ask(NamedTuple):
    """The form of one filter, filled in; `at` is its place among the filters, or empty for one more."""

    at: str
    offer: Offer
    ways: tuple[Way, ...]
    op: str
    chosen: tuple[str, ...] = ()
    text: str = ""
    days: str = ""
    low: str = ""
    high: str = ""
    problem: str = ""


def get_offer(field: str, options: Options) -> Offer:
    """What a form offers for this field. Raises Problem (400)."""
    found = next((offer for offer in offers(options) if offer.field == field), None)
    if found is None:
        raise Problem(400, f"There is no filter called {field[:40]}", f"There are: {', '.join(FIELDS)}.")
    return found


def ask_of(offer: Offer, one: Filter | None = None, *, at: str = "") -> Ask:
    """The form as a page shows it first: empty, or with a filter that is on already."""
    ask = Ask(at, offer, _ways(offer), _ways(offer)[0].op)
    if one is None:
        return ask
    low, high = _range_of(one)
    if one.op in _RANGES:
        return ask._replace(op=RANGE, low=low, high=high)
    values = {"text": {"text": ", ".join(one.values)}, **{shape: {"days": _days(one)} for shape in ("moment", "day")}}
    return ask._replace(op=one.op, **values.get(offer.shape, {"chosen": one.values}))


def ask_again(offer: Offer, sent: MultiDict[str, str], problem: str) -> Ask:
    """The form as it was sent, with what is wrong."""
    typed: dict[str, Any] = {name: sent.get(name, "")[:40] for name in ("days", "low", "high")}
    ask = ask_of(offer, at=sent.get("at", ""))
    op = sent.get("op", "")
    return ask._replace(
        op=op if op in [way.op for way in ask.ways] else ask.op,
        chosen=tuple(sent.getlist("value")),
        text=sent.get("text", "")[:200],
        problem=problem,
        **typed,
    )


def filter_sent(sent: MultiDict[str, str]) -> Filter:
    """The filter that was asked for. Raises NotAFilter."""
    field, op = sent.get("field", ""), sent.get("op", "")
    asking = find_asking(field)
    shape = asking.shape if asking else ""
    if op == RANGE:
        low, high = (_number(sent.get(name, ""), shape) for name in ("low", "high"))
        op, values = {
            (True, True): ("between", [low, high]),
            (True, False): ("from", [low]),
            (False, True): ("to", [high]),
        }.get((bool(low), bool(high)), ("between", []))
    elif op in ("within", "before"):
        days = sent.get("days", "").strip()
        values = [f"{days}d"] if days else []
    elif shape == "text" and op in ("has", "lacks"):
        values = [part for part in (one.strip() for one in sent.get("text", "").split(",")) if part]
    else:
        values = sent.getlist("value") if op not in ("known", "none") else []
    if not values and op not in ("known", "none"):
        raise NotAFilter("Nothing is chosen yet", "Choose at least one value, or take the filter off.")
    return checked_filter(field, op, values)


def with_filter(asked: Asked, one: Filter, *, at: str) -> Asked:
    """The list with this filter in the place `at`, or with one more."""
    filters = list(asked.question.filters)
    if at.isascii() and at.isdigit() and len(at) < 4 and int(at) < len(filters):
        filters[int(at)] = one
    else:
        filters.append(one)
    return asked.asking(replace(asked.question, filters=tuple(dict.fromkeys(filters))))


_RANGES = ("from", "to", "between")
_RANGE_WORDS = {
    **dict.fromkeys(AMOUNTS, "is from … to …"),
    **dict.fromkeys(("moment", "day"), "between two days"),
}


def _ways(offer: Offer) -> tuple[Way, ...]:
    """The comparisons, those of a range as one."""
    ways = [Way(one.op, one.words) for one in offer.comparisons if one.op not in _RANGES]
    if len(ways) < len(offer.comparisons):
        place = 0 if offer.shape in AMOUNTS else len([way for way in ways if way.op not in ("known", "none")])
        ways.insert(place, Way(RANGE, _RANGE_WORDS[offer.shape]))
    return tuple(ways)


def _range_of(one: Filter) -> tuple[str, str]:
    if one.op not in _RANGES:
        return "", ""
    values = (
        [amount_typed(int(value)) for value in one.values]
        if get_asking(one.field).shape in AMOUNTS
        else list(one.values)
    )
    return {"from": (values[0], ""), "to": ("", values[0]), "between": (values[0], values[-1])}[one.op]


def _days(one: Filter) -> str:
    return one.values[0].removesuffix("d") if one.values else ""


def _number(typed: str, shape: str) -> str:
    """What was typed, as a filter holds it: money in minor units, a day as it is."""
    if shape not in AMOUNTS:
        return typed.strip()
    try:
        minor = amount_of(typed)
    except NotAnAmount as fault:
        raise NotAFilter("That is no amount", str(fault)) from fault
    return "" if minor is None else str(minor)
