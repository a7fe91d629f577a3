"""The only place on the server that says what looks like somebody's name; the browser asks the same before it sends.

Both read one list of words, `static/sandbox/shapes/words.json`, and follow one set of rules: see `names.js` beside it.
"""

import json
import re
import unicodedata

from portal.shared.environment import ROOT

_WORDS = {
    name: frozenset(words.split(" "))
    for name, words in json.loads((ROOT / "static/sandbox/shapes/words.json").read_text("utf-8")).items()
}
_SEPARATORS = re.compile(r"[\s,;/&]+")
_LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f'’.-])*")
_LONG_NUMBER = re.compile(r"\d(?:[\s().\/-]?\d){5,}")
_MOST_PARTS = 4
_OF_A_THING = frozenset(
    (
        *("status", "type", "stage", "region", "source", "level", "group", "team", "role", "title", "count", "method"),
        *("category", "segment", "country", "city", "state", "priority", "channel"),
    )
)
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "señor", "señora"))
_THINGS = re.compile(
    "compan|firm|account|organi[sz]|product|campaign|event|file|list|deal|project|brand|store|shop|plan", re.IGNORECASE
)
_BY = re.compile(r"\b(?:by|von)$", re.IGNORECASE)


def looks_like_name(text: str) -> bool:
    """Whether a given or a family name stands alone, or among words of which none is ordinary."""
    parts = [part for part in _SEPARATORS.split(unicodedata.normalize("NFC", text).strip()) if part]
    if not 0 < len(parts) <= _MOST_PARTS or not all(_LETTERS.fullmatch(part) for part in parts):
        return False
    plain = [part.lower().replace(".", "").replace("’", "'") for part in parts]
    if len(plain) > 1 and plain[0] in _TITLES:
        return True
    if len(plain) > 1 and any(part in _WORDS["ordinary"] for part in plain):
        return False
    return any(part in _WORDS["given"] or part in _WORDS["family"] for part in plain)


def looks_reachable(text: str) -> bool:
    """Whether an address, or six digits in a row however they are grouped, stand in `text`."""
    return "@" in text or _LONG_NUMBER.search(unicodedata.normalize("NFKC", text)) is not None


def is_persons_column(name: str) -> bool:
    """Whether a column is called as one of somebody's names is: “Owner”, “Full name”, “Created by”."""
    parts = [part for part in re.split(r"[\W\d_]+", name.lower()) if part]
    if any(part in _WORDS["persons"] for part in parts):
        return parts[-1] not in _OF_A_THING
    is_name = "name" in parts or "names" in parts
    return (is_name and _THINGS.search(name) is None) or _BY.search(name.strip()) is not None
