"""The only place that says one thing about a short text three times: to Python, to SQLite and to PostgreSQL.

A condition is built from globs (`*` any text, `?` one character, `[a-z]` one of these, `[^a-z]` none of these), since
SQLite has nothing else; PostgreSQL and Python read the same glob as a regular expression anchored at both ends.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Dialect = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Like:
    """The whole text has the form of `glob`."""

    glob: str


@dataclass(frozen=True)
class AtMost:
    """The text, or what stands before or after its first `@`, has at most `most` characters."""

    most: int
    part: Literal["whole", "before @", "after @"] = "whole"


@dataclass(frozen=True)
class Every:
    """All of `parts` hold."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Some:
    """At least one of `parts` holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True)
class Not:
    """`part` does not hold."""

    part: "Condition"


Condition = Like | AtMost | Every | Some | Not


def check_of(condition: Condition) -> Callable[[str], bool]:
    """The question whether `condition` holds for a value, put together once."""
    match condition:
        case Like(glob):
            search = re.compile(_regex(glob), re.DOTALL).search
            return lambda value: search(value) is not None
        case AtMost(most, of):
            return lambda value: len(_part(value, of)) <= most
        case Every(parts):
            every = tuple(map(check_of, parts))
            return lambda value: all(check(value) for check in every)
        case Some(parts):
            some = tuple(map(check_of, parts))
            return lambda value: any(check(value) for check in some)
        case Not(part):
            check = check_of(part)
            return lambda value: not check(value)


def sql(condition: Condition, column: str, *, dialect: Dialect) -> str:
    """`condition` as the body of a CHECK on `column`; NULL passes.

    SQLite's own functions stop at a NUL character and accept bytes for text, so there both are refused first.
    """
    body = _sql(condition, column, dialect)
    if dialect == "sqlite":
        return f"typeof({column}) IN ('text', 'null') AND length({column}) = length(CAST({column} AS BLOB)) AND {body}"
    return body


def _sql(condition: Condition, column: str, dialect: Dialect) -> str:
    match condition:
        case Like(glob):
            form = f"GLOB '{_quoted(glob)}'" if dialect == "sqlite" else f"~ '{_quoted(_regex(glob))}'"
            return f"{column} {form}"
        case AtMost(most, part):
            at = f"{'instr' if dialect == 'sqlite' else 'strpos'}({column}, '@')"
            measured = {"whole": f"length({column})", "before @": f"{at} - 1", "after @": f"length({column}) - {at}"}
            return f"{measured[part]} <= {most}"
        case Every(parts):
            return f"({' AND '.join(_sql(part, column, dialect) for part in parts)})"
        case Some(parts):
            return f"({' OR '.join(_sql(part, column, dialect) for part in parts)})"
        case Not(part):
            return f"NOT {_sql(part, column, dialect)}"


def _part(value: str, part: str) -> str:
    before, _at, after = value.partition("@")
    return {"whole": value, "before @": before, "after @": after}[part]


def _regex(glob: str) -> str:
    """The glob as PostgreSQL and Python both read it."""
    tokens = re.findall(r"\[[^\]]+\]|.", glob)
    return rf"\A{''.join(_REGEX.get(token, token if len(token) > 1 else re.escape(token)) for token in tokens)}\Z"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


_REGEX = {"*": ".*", "?": "."}
