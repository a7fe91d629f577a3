"""The only place that reads and writes what a browser keeps of somebody's progress: one signed cookie.

It is set by a press of the visitor's own and by nothing else, and holds the keys of steps that are done: no time, no
number that would tell one visitor from another. Signed, since a certificate rests on it.
"""

from collections.abc import Collection, Mapping, Sequence

from itsdangerous import BadData

from portal.people.paths.learning_path import KEY
from portal.shared.keys import signer

COOKIE = "paths"
MOST_LETTERS = 3500  # browsers keep some 4,000; the path that was gone on with least lately is let go of
_SALT = "people learning paths"

Progress = Mapping[str, Collection[str]]
"""The keys of the steps that are done, by the path's slug; the path that was gone on with last comes last."""


def read_progress(cookie: str | None, *, keys: Sequence[str]) -> dict[str, set[str]]:
    """What the cookie says; nothing where it is not one that we signed."""
    if not cookie:
        return {}
    try:
        told: dict[str, str] = signer(keys, salt=_SALT).loads(cookie)
    except BadData:
        return {}
    return {slug: {run[at : at + KEY] for at in range(0, len(run), KEY)} for slug, run in told.items()}


def write_progress(progress: Progress, *, keys: Sequence[str]) -> str:
    """The cookie that says it; empty where there is nothing to say."""
    told = {slug: "".join(sorted(done)) for slug, done in progress.items() if done}
    while told:
        text = str(signer(keys, salt=_SALT).dumps(told))
        if len(text) <= MOST_LETTERS:
            return text
        told.pop(next(iter(told)))
    return ""


def gone_on(progress: Progress, slug: str, done: Collection[str]) -> dict[str, Collection[str]]:
    """The progress with this of one path, which was gone on with last."""
    others = {other: kept for other, kept in progress.items() if other != slug}
    return {**others, slug: done} if done else others
