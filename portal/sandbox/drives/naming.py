"""The only place for names that a visitor gives to drives and checkpoints: short, on one line, with nobody real."""

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.twins import Swap, Twins, Unclear, key_of
from portal.shared.text import NotText, checked_text

MOST_NAME = 60
MOST_STORED = 100  # a twin may be longer than what it replaced


class NotAName(ValueError):
    """What was typed cannot be a name; the message says what to do."""


def checked_name(drive: Drive, typed: str, *, secret: str) -> tuple[str, tuple[Swap, ...]]:
    """A name as it may be stored, and whom a twin took the place of in it; empty where nothing was typed."""
    try:
        text = " ".join(checked_text(typed, most=MOST_NAME).split())
        twinned = Twins(key_of(drive.public_id, secret=secret)).of_text(text)
    except (NotText, Unclear) as fault:
        raise NotAName(str(fault)) from fault
    if len(twinned.text) > MOST_STORED:
        raise NotAName("This is too long once an invented twin stands in it. Shorten it.")
    return twinned.text, twinned.swaps
