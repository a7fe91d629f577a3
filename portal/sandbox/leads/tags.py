"""The only place that adds a tag to a lead and takes one off; each is one act of the drive, which Undo takes back.

A lead's tags are a set: of ten tabs that each add one, none takes away what another added.
"""

import json
from datetime import datetime

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import tags_in
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.twins import Twinned, Twins, Unclear
from portal.sandbox.scenarios.order import fold
from portal.shared.spotting import spotted
from portal.shared.text import NotText, checked_text

MOST_TAG = 40
MOST_TAGS = 30
MOST_STORED_TAG = 60  # in which a twin may be longer than what it replaced


class NotATag(ValueError):
    """What was typed can be no tag of this lead; the message says what to do."""


def read_tag(typed: str, *, twins: Twins) -> Twinned:
    """The tag that was typed, with twins in place of what looks real. Raises NotATag."""
    try:
        text = " ".join(checked_text(typed, most=MOST_TAG).split())
        tag = twins.of_text(text)
    except (NotText, Unclear) as fault:
        raise NotATag(str(fault)) from fault
    if not text:
        raise NotATag("Type a tag, or pick one.")
    if len(tag.text) > MOST_STORED_TAG:
        raise NotATag("Too long once invented twins took the place of what looked real. Shorten it.")
    return tag


def add_tag(db: Session, drive: Drive, lead: Lead, *, tag: str, now: datetime) -> str | None:
    """Add a tag; returns what was done, in words, or None where the lead has it. Raises NotATag and TooManyRows."""
    tags = tags_in(lead.tags)
    tag = as_known(tag, (*tags_in(drive.tags), *tags))
    if tag in tags:
        return None
    if len(tags) >= MOST_TAGS:
        raise NotATag(f"{MOST_TAGS} tags are as many as a lead can have. Take one off first.")
    return _store(db, drive, lead, (*tags, tag), words=f"Tagged {lead.name} “{tag}”", now=now)


def remove_tag(db: Session, drive: Drive, lead: Lead, *, tag: str, now: datetime) -> str | None:
    """Take a tag off; returns what was done, in words, or None where the lead has no such tag. Raises TooManyRows."""
    tags = tags_in(lead.tags)
    if tag not in tags:
        return None
    rest = tuple(one for one in tags if one != tag)
    return _store(db, drive, lead, rest, words=f"Took the tag “{tag}” off {lead.name}", now=now)


def _store(db: Session, drive: Drive, lead: Lead, tags: tuple[str, ...], *, words: str, now: datetime) -> str:
    stored = json.dumps(sorted(tags), ensure_ascii=False)
    if any(not found.is_reserved for found in (*spotted(stored), *spotted(words))):
        raise NotATag("With what stands beside it this reads like somebody’s number. Reword it.")
    Journal(db, drive, words=words, now=now).write("lead", lead.id, lead._replace(tags=stored)._asdict())
    return words


def as_known(tag: str, known: tuple[str, ...]) -> str:
    """The tag as it is written elsewhere, where only upper and lower case differ."""
    return next((one for one in known if fold(one) == fold(tag)), tag)
