"""The only place that says what can be asked of a list of leads, and what each question means in SQL.

What it means of many leads at once, column by column, is `finding.py`'s, and agrees to the letter.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, or_

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.own_columns import is_own, shape_of
from portal.sandbox.scenarios.hours import DAY
from portal.sandbox.scenarios.models import LeadColumns
from portal.sandbox.scenarios.order import fold

# What a list is sorted by, and the column that holds it. Who has no value comes last, either way round.
ORDERS = {
    "name": "name_key",
    "company": "company_key",
    "email": "email",
    "phone": "phone",
    "stage": "stage_rank",
    "value": "value",
    "tags": "tags",
    "owner": "owner",
    "source": "source",
    "created": "came_at",
    "last": "last_at",
}
NEWEST = "-last"

Shape = Literal["choice", "tags", "text", "known", "money", "number", "moment", "day", "yes"]
AMOUNTS = ("money", "number")  # told in hundredths
SPANNING = (*AMOUNTS, "moment", "day")  # what lies between two is asked of these


class Asking(NamedTuple):
    """What can be asked of one field: its shape says which comparisons there are, `column` where it is stored."""

    label: str
    shape: Shape
    column: str


FIELDS: Mapping[str, Asking] = {
    "stage": Asking("Stage", "choice", "stage"),
    "tag": Asking("Tags", "tags", "tags"),
    "owner": Asking("Owner", "choice", "owner"),
    "source": Asking("Source", "choice", "source"),
    "role": Asking("Role", "choice", "role"),
    "company": Asking("Company", "text", "company_key"),
    "email": Asking("E-mail", "known", "email"),
    "phone": Asking("Phone", "known", "phone"),
    "contact": Asking("Contact", "yes", "contact_since"),
    "value": Asking("Open deal", "money", "value"),
    "created": Asking("Created", "moment", "came_at"),
    "last": Asking("Last activity", "moment", "last_at"),
    "kind": Asking("Kind of last activity", "choice", "last_kind"),
}


def find_asking(field: str) -> Asking | None:
    """What can be asked of this field, be it one of every lead or a column of a scenario's own; None for no field."""
    return Asking(field, shape_of(field), field) if is_own(field) else FIELDS.get(field)


def get_asking(field: str) -> Asking:
    """The same of a field that there is."""
    found = find_asking(field)
    if found is None:
        raise LookupError(f"There is no field {field}.")
    return found


# The comparisons of each shape: how many values one takes, at least and at most.
MOST_VALUES = 50
_NONE, _ONE, _TWO, _SOME = (0, 0), (1, 1), (2, 2), (1, MOST_VALUES)
OPS: Mapping[Shape, Mapping[str, tuple[int, int]]] = {
    "choice": {"is": _SOME, "not": _SOME},
    "tags": {"has": _SOME, "any": _SOME, "lacks": _SOME, "known": _NONE, "none": _NONE},
    "text": {"has": _SOME, "lacks": _SOME, "known": _NONE, "none": _NONE},
    "known": {"known": _NONE, "none": _NONE},
    "yes": {"is": _ONE},
    "money": {"from": _ONE, "to": _ONE, "between": _TWO, "known": _NONE, "none": _NONE},
    "number": {"from": _ONE, "to": _ONE, "between": _TWO, "known": _NONE, "none": _NONE},
    "moment": {"within": _ONE, "before": _ONE, "from": _ONE, "to": _ONE, "between": _TWO},
    "day": {
        "within": _ONE,
        "before": _ONE,
        "from": _ONE,
        "to": _ONE,
        "between": _TWO,
        "known": _NONE,
        "none": _NONE,
    },
}

MOST_FILTERS = 20
MOST_LETTERS = 200  # of one value
_SPAN = "span"  # what every comparison of numbers and moments becomes: from and to, in the column's own numbers


@dataclass(frozen=True)
class Filter:
    """One condition: a key of FIELDS, one of the OPS of its shape, and values as texts.

    Money is in minor units, days are `60d`, dates ISO 8601. Made by `checked_filter` where it comes from outside.
    """

    field: str
    op: str
    values: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        return get_asking(self.field).column


class NotAFilter(ValueError):
    """There is no such filter; `title` says what is wrong, `detail` what there is."""

    def __init__(self, title: str, detail: str) -> None:
        super().__init__(f"{title}. {detail}")
        self.title = title
        self.detail = detail


@dataclass(frozen=True)
class Question:
    """A list of leads as asked for: all filters met, or one of them with `any_of`; and every word of `q` found.

    `sort` is a key of ORDERS, descending after a minus sign. Empty asks for all.
    """

    filters: tuple[Filter, ...] = ()
    any_of: bool = False
    q: str = ""
    sort: str = NEWEST

    @property
    def column(self) -> str:
        by = self.sort.removeprefix("-")
        return by if is_own(by) else ORDERS[by]

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def stage(self) -> str:
        """The one stage that is asked for by the first filter that asks for one; empty for none."""
        return self._one("stage", "is")

    @property
    def tag(self) -> str:
        """The one tag that is asked for by the first filter that asks for one; empty for none."""
        return self._one("tag", "has")

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fold(self.q).split()))

    def at(self, drive: Drive) -> "Question":
        """The question with days and dates as the drive's present understands them; what is kept is kept by this."""
        if not any(one.op in _SPANS for one in self.filters):
            return self
        return replace(self, filters=tuple(_spanned(one, drive) for one in self.filters))

    def _one(self, field: str, op: str) -> str:
        return next((one.values[0] for one in self.filters if _is_sole(one, field, op)), "")


def plain_question(*, stage: str = "", tag: str = "", q: str = "", sort: str = NEWEST) -> Question:
    """The leads on a stage, with a tag, with these words; what is empty asks for nothing."""
    stages = (Filter("stage", "is", (stage,)),) if stage else ()
    tags = (Filter("tag", "has", (tag,)),) if tag else ()
    return Question((*stages, *tags), q=q, sort=sort)


def checked_filter(field: str, op: str, values: Sequence[str]) -> Filter:
    """The filter of these words. Raises NotAFilter, which says which words there are."""
    asking = find_asking(field)
    if asking is None:
        raise NotAFilter(f"There is no filter called {field[:40]}", f"There are: {', '.join(FIELDS)}.")
    ops = OPS[asking.shape]
    if op not in ops:
        raise NotAFilter(f"The filter {field} knows no “{op[:40]}”", f"It knows: {', '.join(ops)}.")
    least, most = ops[op]
    if not least <= len(values) <= most:
        raise NotAFilter(f"The filter {field}:{op} has {len(values)} values", f"It takes {_how_many(least, most)}.")
    if any(len(value) > MOST_LETTERS for value in values):
        raise NotAFilter(f"A value of the filter {field} is too long", f"{MOST_LETTERS} letters are as many as can be.")
    check = _CHECKS.get((asking.shape, op)) or _CHECKS.get((asking.shape, ""))
    if check:
        for value in values:
            check(field, value)
    if asking.shape == "text" and not all(fold(value) for value in values):
        raise NotAFilter(f"The filter {field} asks for nothing", "Write a part of what to look for.")
    return Filter(field, op, tuple(dict.fromkeys(values) if ops[op] == _SOME else values))


def filter_conditions(question: Question, table: type[LeadColumns] | Any) -> list[ColumnElement[bool]]:
    """The filters of a question that went through `at`, as SQL on `table`; its words are `search.py`'s."""
    filters = [_condition(one, getattr(table, one.column)) for one in question.filters]
    return [or_(*filters)] if question.any_of and filters else filters


def matches(question: Question, lead: Lead) -> bool:
    """The filters of a question that went through `at` on one lead in memory; its words are not looked at."""
    found = (test_of(one)(getattr(lead, one.column)) for one in question.filters)
    return any(found) if question.any_of and question.filters else all(found)


def ordering(question: Question, table: Any) -> Sequence[ColumnElement[Any]]:
    """The question's order as SQL; ids decide between equals, so that pages never overlap."""
    column = getattr(table, question.column)
    return column.is_(None), column.desc() if question.is_descending else column.asc(), table.id.asc()


def span_of(one: Filter) -> tuple[int | None, int | None]:
    """From and to, both included, of a filter on numbers or moments that went through `at`."""
    low, high = one.values
    return int(low) if low else None, int(high) if high else None


def days_in(value: str) -> int:
    """The days of `60d`."""
    return int(value.removesuffix("d"))


def _is_sole(one: Filter, field: str, op: str) -> bool:
    return (one.field, one.op, len(one.values)) == (field, op, 1)


def _spanned(one: Filter, drive: Drive) -> Filter:
    return replace(one, op=_SPAN, values=_SPANS[one.op](one, drive)) if one.op in _SPANS else one


def _within(one: Filter, drive: Drive) -> tuple[str, str]:
    days = days_in(one.values[0])
    if get_asking(one.field).shape == "day":
        return str(_today(drive) - days), str(_today(drive))
    return str(drive.clock - days * DAY), str(drive.clock)


def _before(one: Filter, drive: Drive) -> tuple[str, str]:
    days = days_in(one.values[0])
    if get_asking(one.field).shape == "day":
        return "", str(_today(drive) - days - 1)
    return "", str(drive.clock - days * DAY - 1)


def _from(one: Filter, drive: Drive) -> tuple[str, str]:
    return _first(one, one.values[0], drive), ""


def _to(one: Filter, drive: Drive) -> tuple[str, str]:
    return "", _last(one, one.values[0], drive)


def _between(one: Filter, drive: Drive) -> tuple[str, str]:
    return _first(one, one.values[0], drive), _last(one, one.values[-1], drive)


def _first(one: Filter, value: str, drive: Drive) -> str:
    shape = get_asking(one.field).shape
    if shape == "day":
        return str(date.fromisoformat(value).toordinal())
    return value if shape in AMOUNTS else str(_offset(value, drive))


def _last(one: Filter, value: str, drive: Drive) -> str:
    return (
        str(_offset(value, drive) + DAY - 1) if get_asking(one.field).shape == "moment" else _first(one, value, drive)
    )


def _today(drive: Drive) -> int:
    return (drive.epoch + timedelta(seconds=drive.clock)).toordinal()


def _offset(day: str, drive: Drive) -> int:
    """The beginning of a practice day, in seconds from the scenario's present."""
    began = datetime.combine(date.fromisoformat(day), datetime.min.time(), drive.epoch.tzinfo)
    return (began - drive.epoch) // timedelta(seconds=1)


_SPANS: Mapping[str, Callable[[Filter, Drive], tuple[str, str]]] = {
    "within": _within,
    "before": _before,
    "from": _from,
    "to": _to,
    "between": _between,
}


def _condition(one: Filter, column: Any) -> ColumnElement[bool]:
    shape = get_asking(one.field).shape
    found: ColumnElement[bool] = _CONDITIONS[shape, one.op](column, one.values)
    return found


def _within_span(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    low, high = (int(value) if value else None for value in values)
    limits = ([column >= low] if low is not None else []) + ([column <= high] if high is not None else [])
    return and_(column.is_not(None), *limits)


def _tag(column: Any, tag: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(tag_as_stored(tag), autoescape=True)
    return found


def tag_as_stored(tag: str) -> str:
    """How a tag stands in the column of tags."""
    return json.dumps(tag, ensure_ascii=False)


def _part(column: Any, text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(fold(text), autoescape=True)
    return found


_CONDITIONS: Mapping[tuple[str, str], Callable[[Any, Sequence[str]], Any]] = {
    ("choice", "is"): lambda column, values: column.in_(values),
    ("choice", "not"): lambda column, values: column.not_in(values),
    ("tags", "has"): lambda column, values: and_(*(_tag(column, value) for value in values)),
    ("tags", "any"): lambda column, values: or_(*(_tag(column, value) for value in values)),
    ("tags", "lacks"): lambda column, values: and_(*(~_tag(column, value) for value in values)),
    ("tags", "known"): lambda column, values: column != "[]",
    ("tags", "none"): lambda column, values: column == "[]",
    ("text", "has"): lambda column, values: or_(*(_part(column, value) for value in values)),
    ("text", "lacks"): lambda column, values: and_(*(~_part(column, value) for value in values)),
    ("text", "known"): lambda column, values: column != "",
    ("text", "none"): lambda column, values: column == "",
    ("yes", "is"): lambda column, values: column.is_not(None) if values[0] == "yes" else column.is_(None),
    ("money", _SPAN): _within_span,
    ("moment", _SPAN): _within_span,
    **{(shape, "known"): lambda column, values: column.is_not(None) for shape in ("known", "money")},
    **{(shape, "none"): lambda column, values: column.is_(None) for shape in ("known", "money")},
}


def test_of(one: Filter) -> Callable[[Any], bool]:
    """What one filter that went through `at` asks of the value in its column."""
    return _TESTS[get_asking(one.field).shape, one.op](one.values)


def _spanning(values: Sequence[str]) -> Callable[[int | None], bool]:
    low, high = (int(one) if one else None for one in values)
    return lambda value: value is not None and (low is None or value >= low) and (high is None or value <= high)


def _parts(
    values: Sequence[str], make: Callable[[str], str], among: Callable[[Iterable[bool]], bool], *, wanted: bool
) -> Callable[[str], bool]:
    made = [make(value) for value in values]
    return lambda value: among(one in value for one in made) == wanted


_TESTS: Mapping[tuple[str, str], Callable[[Sequence[str]], Callable[[Any], bool]]] = {
    ("choice", "is"): lambda values: lambda value: value in values,
    ("choice", "not"): lambda values: lambda value: value not in values,
    ("tags", "has"): lambda values: _parts(values, tag_as_stored, all, wanted=True),
    ("tags", "any"): lambda values: _parts(values, tag_as_stored, any, wanted=True),
    ("tags", "lacks"): lambda values: _parts(values, tag_as_stored, any, wanted=False),
    ("tags", "known"): lambda _: lambda value: value != "[]",
    ("tags", "none"): lambda _: lambda value: value == "[]",
    ("text", "has"): lambda values: _parts(values, fold, any, wanted=True),
    ("text", "lacks"): lambda values: _parts(values, fold, any, wanted=False),
    ("text", "known"): lambda _: lambda value: value != "",
    ("text", "none"): lambda _: lambda value: value == "",
    ("yes", "is"): lambda values: lambda value: (value is not None) == (values[0] == "yes"),
    **{(shape, _SPAN): _spanning for shape in SPANNING},
    **{(shape, "known"): lambda _: lambda value: value is not None for shape in ("known", *AMOUNTS, "day")},
    **{(shape, "none"): lambda _: lambda value: value is None for shape in ("known", *AMOUNTS, "day")},
}


def _how_many(least: int, most: int) -> str:
    if most == 0:
        return "none"
    if least == most:
        return "one" if most == 1 else "two"
    return f"{least} to {most}"


def _check_days(field: str, value: str) -> None:
    if not re.fullmatch(r"[0-9]{1,4}d", value, re.ASCII):
        raise NotAFilter(f"“{value[:40]}” is no number of days for {field}", "Write 60d for sixty days.")


def _check_date(field: str, value: str) -> None:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError
        date.fromisoformat(value)
    except ValueError as fault:
        raise NotAFilter(f"“{value[:40]}” is no date for {field}", "Write 2026-01-31.") from fault


def _check_money(field: str, value: str) -> None:
    if not re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        raise NotAFilter(f"“{value[:40]}” is no amount for {field}", "Write it in minor units, 100000 for 1,000.")


def _check_yes(field: str, value: str) -> None:
    if value not in ("yes", "no"):
        raise NotAFilter(f"“{value[:40]}” is no answer to {field}", "Write yes or no.")


_CHECKS: Mapping[tuple[str, str], Callable[[str, str], None]] = {
    ("moment", "within"): _check_days,
    ("moment", "before"): _check_days,
    ("moment", ""): _check_date,
    ("day", "within"): _check_days,
    ("day", "before"): _check_days,
    ("day", ""): _check_date,
    ("money", ""): _check_money,
    ("number", ""): _check_money,
    ("yes", ""): _check_yes,
}
