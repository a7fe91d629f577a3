"""The only place that knows what stands in a film's folder, and whether it is still the film of its recipe."""

import hashlib
import json
from pathlib import Path
from typing import Any

CAPTIONS, CHAPTERS, POSTER, NOTE = "captions.en.vtt", "chapters.vtt", "poster.webp", "build.json"


def find_note(out: Path) -> dict[str, Any] | None:
    """What `build` noted about the film in `out`, or None where there is none, or not whole."""
    try:
        note: dict[str, Any] = json.loads((out / NOTE).read_text(encoding="utf-8"))
        return note if all(sha256_of(out / name) == digest for name, digest in note["files"].items()) else None
    except (OSError, ValueError, KeyError):
        return None


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
