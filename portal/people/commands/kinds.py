"""The only place that tells what kind of thing a path of content holds: webinar, tip, path or offer."""

import re
from pathlib import Path
from typing import Literal

Published = Literal["webinar", "tip", "path", "offer"]

_FOLDERS: dict[str, Published] = {"tips": "tip", "paths": "path", "offers": "offer"}
_OWN_KEYS: dict[Published, bytes] = {
    "path": rb"^\s*teaches\s*=",
    "tip": rb"^\s*(\[sandbox\]|topics\s*=)",
    "offer": rb"^\s*(places|costs)\s*=",
}
_HEAD = 8192  # bytes in which the keys are looked for


class NoKind(ValueError):
    """Nothing says what kind of thing a path holds; the message says where each kind lies."""


def kind_of(path: Path) -> Published:
    """A folder is a webinar; a file is what its folder says, or else what has the keys that it has. Raises NoKind."""
    if path.is_dir() and path.parent.name != "paths":
        return "webinar"
    if path.is_dir():
        raise NoKind(f"{path.name} holds the files of a path. Publish the path itself: {path}.md")
    if path.parent.name in _FOLDERS:
        return _FOLDERS[path.parent.name]
    with path.open("rb") as file:
        keys = file.read(_HEAD).partition(b"\n+++")[0]
    for kind, key in _OWN_KEYS.items():
        if re.search(key, keys, re.MULTILINE):
            return kind
    raise NoKind(
        f"{path.name} could be a tip, a path or an offer. Move it to its folder in content/ and publish it from there. "
        "A webinar is published by its folder, not by a file in it."
    )
