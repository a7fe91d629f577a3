"""The only place that tells the history of a lead field by field, as its page shows it, each line with its way back."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import more_in, tags_in
from portal.sandbox.drives.past import Touch, acts_on
from portal.sandbox.leads.wording import phone_in_words

FIELDS = {
    "name": "Name",
    "role": "Role",
    "company": "Company",
    "email": "E-mail",
    "phone": "Phone",
    "stage": "Stage",
    "owner": "Owner",
    "source": "Source",
    "tags": "Tags",
    "more": "Own columns",
}


class Line(NamedTuple):
    """A change of one field: what it was and became, in words; the way back is to take `act` back for `field`.

    `is_undone` says that it was taken back already; then taking `act` back does it again. `is_twin` says that what was
    typed is not kept anywhere.
    """

    act: int
    field: str
    label: str
    was: str
    is_now: str
    done_at: datetime
    is_undone: bool
    is_twin: bool


class History(NamedTuple):
    """The lines, newest first, and when the visitor added the lead, where it is theirs."""

    lines: list[Line]
    added_at: datetime | None


def history_of(db: Session, drive: Drive, lead_id: str) -> History:
    """What the visitor changed of a lead of the bound drive and can take back."""
    touches = acts_on(db, drive, "lead", lead_id)
    lines: list[Line] = []
    for touch in reversed(touches):
        for field in touch.changed(*FIELDS):
            _lay(lines, _line(field, touch))
    added = [touch.done_at for touch in touches if touch.before is None]
    return History(lines[::-1], added[-1] if added else None)


def _lay(lines: list[Line], line: Line) -> None:
    """Add a line to older ones: what takes the last one of its field back, or does it again, is no line of its own."""
    at = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].field == line.field), None)
    last = None if at is None else lines[at]
    if at is None or last is None:
        lines.append(line)
    elif not last.is_undone and (last.was, last.is_now) == (line.is_now, line.was):
        lines[at] = last._replace(act=line.act, is_undone=True)
    elif last.is_undone and (last.was, last.is_now) == (line.was, line.is_now):
        lines[at] = last._replace(act=line.act, is_undone=False)
    else:
        lines.append(line)


def _line(field: str, touch: Touch) -> Line:
    before, after = (touch.before or {}).get(field), (touch.after or {}).get(field)
    return Line(
        act=touch.act,
        field=field,
        label=FIELDS[field],
        was=_in_words(field, before, after),
        is_now=_in_words(field, after, before),
        done_at=touch.done_at,
        is_undone=False,
        is_twin=field == "email" and _TWIN.fullmatch(after or "") is not None,
    )


def _in_words(field: str, value: Any, other: Any) -> str:
    """A value as the history says it; of tags and own columns those alone that the other side has not."""
    if field == "more":
        found, theirs = more_in(value or "{}"), more_in(other or "{}")
        return ", ".join(f"{name}: {text}" for name, text in found.items() if theirs.get(name) != text)
    if field == "tags":
        others = tags_in(other or "[]")
        return ", ".join(tag for tag in tags_in(value or "[]") if tag not in others)
    return phone_in_words(value) if field == "phone" else value or ""


# What `twins.py` draws in place of an address: nobody types one like it.
_TWIN = re.compile(r"[a-z]+\.[2-9a-z]{4}@[a-z-]+-[0-9]+\.invalid")
