"""Line on canaries: rows planted on each side, whose words are looked for in every row and file of the other side."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from portal.separation.report import Line

_PART = 1 << 20


def canaries(
    *, people: list[str], sandbox: list[str], people_folder: Path, sandbox_folder: Path, rows: Sequence[str] = ()
) -> Line:
    """Neither side's canary may sing on the other: databases, write-ahead logs, logs, media, whatever lies there.

    `rows` names where one was seen while the databases were read, which on a server are no files of ours.
    """
    faults = [f"{place} holds a canary of the other side" for place in rows]
    faults += [
        f"{path.name} of the sandbox holds a canary of the people side" for path in _holding(sandbox_folder, people)
    ]
    faults += [
        f"{path.name} of the people side holds a canary of the sandbox" for path in _holding(people_folder, sandbox)
    ]
    return Line(
        name="canaries",
        title="What was planted on one side was never seen on the other",
        claim="A canary on each side is looked for in every row and every byte of the other side’s database and files.",
        examined={
            "canaries of the people side": len(people),
            "canaries of the sandbox": len(sandbox),
            "bytes searched": sum(path.stat().st_size for path in (*_files(people_folder), *_files(sandbox_folder))),
        },
        faults=tuple(faults),
    )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _holding(folder: Path, tokens: list[str]) -> Iterator[Path]:
    needles = [token.encode() for token in tokens]
    for path in _files(folder):
        if needles and _holds(path, needles):
            yield path


def _holds(path: Path, needles: list[bytes]) -> bool:
    """Whether a needle lies in the file, across the edges of the parts it is read in too."""
    overlap = max(map(len, needles)) - 1
    tail = b""
    with path.open("rb") as file:
        while part := file.read(_PART):
            window = tail + part
            if any(needle in window for needle in needles):
                return True
            tail = window[-overlap:] if overlap else b""
    return False
