"""The only place that looks into a file before anybody is offered it for download."""

from collections.abc import Iterator
from pathlib import Path

from portal.people.media.kinds import NotMedia, type_of


def faults_in_offered(path: Path, *, most: int) -> Iterator[str]:
    """What is wrong with the bytes of a file that is there, of at most `most` bytes: PDF or text, as its name says."""
    size = path.stat().st_size
    try:
        type_of(path.name, size=size)
    except NotMedia as fault:
        yield str(fault)
        return
    if not size:
        yield f"{path.name} is empty."
    elif size > most:
        yield f"{path.name} is larger than {most:,} bytes."
    elif path.suffix == ".pdf" and not path.read_bytes().startswith(b"%PDF-"):
        yield f"{path.name} is no PDF, whatever its name says. Export it anew."
    elif path.suffix != ".pdf" and not _is_text(path):
        yield f"Save {path.name} as UTF-8: it holds bytes that are no text."


def _is_text(path: Path) -> bool:
    try:
        return "\0" not in path.read_text("utf-8")
    except UnicodeDecodeError:
        return False
