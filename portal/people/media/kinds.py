"""The only place that says which kinds of files are kept and served, and under which names."""

import re
from pathlib import PurePath

# None that a browser would run: no HTML, no SVG, no script.
TYPES = {
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m4a": "audio/mp4",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".vtt": "text/vtt; charset=utf-8",
    ".webp": "image/webp",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
}
# Small and whole: the app itself answers them, also where the store is elsewhere, since entries of a playlist are
# relative to it, and a track has to come from the page's own origin.
TEXTS = frozenset(TYPES[suffix] for suffix in (".m3u8", ".vtt", ".csv", ".txt", ".json"))
MOST_BYTES_OF_TEXT = 2_000_000
# To be kept, not shown: browsers show no PDF under the policy that media is served under.
DOWNLOADS = frozenset(TYPES[suffix] for suffix in (".pdf", ".csv", ".txt", ".json"))

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class NotMedia(ValueError):
    """The file's kind, size or name is not one that the store takes; the message says what is."""


def type_of(name: str, *, size: int, content_type: str | None = None) -> str:
    """What a file of this name is served as. Raises NotMedia."""
    if not _NAME.fullmatch(name):
        raise NotMedia(f"{name!r} is no name for an address. Use letters, digits, dots and hyphens, at most 100.")
    found = content_type or TYPES.get(PurePath(name).suffix, "")
    if found not in TYPES.values():
        raise NotMedia(f"{name} is none of {', '.join(sorted(TYPES))}.")
    if found in TEXTS and size > MOST_BYTES_OF_TEXT:
        raise NotMedia(f"{name} has {size:,} bytes. A text may have {MOST_BYTES_OF_TEXT:,}.")
    return found
