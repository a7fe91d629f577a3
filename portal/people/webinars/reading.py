"""The only place that reads a webinar's folder as marketing writes it, and says all that is wrong, by file and line."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from portal.people.films.recipes import source_of_recipe
from portal.people.moments.moment import Moment
from portal.people.moments.reading import FILE as MOMENTS
from portal.people.moments.reading import Written, read_moments
from portal.people.webinars.about import About, read_about
from portal.people.webinars.drafted import UNREAD, line_of_note
from portal.people.webinars.languages import NAMES
from portal.people.webinars.recording import Chapter, Line
from portal.people.webinars.transcript import chapters, sentences
from portal.shared.captions import MOST_BYTES, Cue, read_cues
from portal.shared.environment import ROOT
from portal.shared.markdown import to_html
from portal.shared.proofreading import BadContent, Fault, text_of

FOLDER = ROOT / "content" / "webinars"
TAKEN = ("search", "resume", "attention")  # pages that stand beside those of webinars
VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
POSTERS = (".webp", ".png", ".jpg")
MOST_POSTER_BYTES = 2_000_000
MOST_PAGE_BYTES = 100_000
NO_CAPTIONS = "It has no captions. Add captions.en.vtt or captions.en.srt: they are owed to who cannot hear it."


class BadFolder(BadContent):
    """The folder makes no webinar; `files` says of each file what is wrong in it."""

    def __init__(self, folder: Path, files: list[tuple[str, Fault]]) -> None:
        self.files = files
        self.faults = [fault for _, fault in files]
        Exception.__init__(self, "\n".join(f"{folder.name}/{name}: {fault}" for name, fault in files))


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A webinar as its folder says it; what is timed is by language, that of the webinar first."""

    path: Path
    slug: str
    about: About
    captions: dict[str, tuple[Cue, ...]]
    chapters: tuple[Chapter, ...]
    lines: dict[str, tuple[Line, ...]]
    notes_html: str
    moments: tuple[Moment, ...]
    downloads: tuple[Path, ...]
    poster: Path | None
    video: Path | None
    source: str


def read_folder(folder: Path) -> Folder:
    """The webinar in `folder`, whose name becomes its address. Raises BadFolder with every fault."""
    faults: list[tuple[str, Fault]] = []
    _check_names(folder, faults)
    if faults:
        raise BadFolder(folder, faults)
    about = _try(faults, "webinar.toml", lambda: read_about(folder / "webinar.toml"))
    cues = {
        language: _try(faults, path.name, lambda path=path: _read_captions(path)) or ()  # type: ignore[misc]
        for language, path in _captions(folder, about, faults)
    }
    spans = _try(faults, "chapters.vtt", lambda: _spans(folder / "chapters.vtt")) or ()
    page = _try(faults, "page.md", lambda: _page(folder / "page.md"))
    known = _end(spans, about, cues)
    beside = _try(faults, MOMENTS, lambda: read_moments(folder / MOMENTS, seconds=known)) or Written()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    video = _only([path for path in files if path.suffix.lower() in VIDEOS], faults)
    poster = _only([path for path in files if path.stem == "poster" and path.suffix.lower() in POSTERS], faults)
    if poster is not None and poster.stat().st_size > MOST_POSTER_BYTES:
        faults.append((poster.name, Fault(1, "file", f"It is larger than {MOST_POSTER_BYTES:,} bytes.")))
    if about is not None:
        _check_whole(about, cues, video, faults)
    if faults or about is None:
        raise BadFolder(folder, sorted(faults, key=lambda one: (one[0], one[1].line)))
    begins = [span.start for span in spans]
    lines = {language: sentences(found, begin_anew_at=begins) for language, found in cues.items()}
    own = lines.get(about.language, ())
    return Folder(
        path=folder,
        slug=folder.name,
        about=about,
        captions=cues,
        lines=lines,
        chapters=chapters(about.title, spans, own),
        notes_html=page or "",
        moments=beside.moments,
        downloads=beside.files,
        poster=poster,
        video=video,
        source=_source(folder, video),
    )


def check(path: Path) -> list[str]:
    """What is wrong with the folder of the `webinar.toml` at `path`, a line each; empty where it can be published."""
    try:
        found = read_folder(path.parent)
    except BadFolder as bad:
        return str(bad).splitlines()
    return [] if found.captions else [f"{path.parent.name}: {NO_CAPTIONS}"]


_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+()-]*")
_CAPTIONS = re.compile(r"captions\.(?P<language>[A-Za-z-]+)\.(vtt|srt)")
Read = TypeVar("Read")


def _try(faults: list[tuple[str, Fault]], name: str, read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except BadContent as bad:
        faults += [(name, fault) for fault in bad.faults]
    except OSError as fault:
        faults.append((name, Fault(1, "file", f"It cannot be read: {fault.strerror}.")))
    return None


def _check_names(folder: Path, faults: list[tuple[str, Fault]]) -> None:
    if not _SLUG.fullmatch(folder.name) or len(folder.name) > 64:
        words = "Name the folder by small letters, digits and dashes: it becomes the address of the page."
        faults.append(("", Fault(1, "folder", words)))
    if folder.name in TAKEN:
        faults.append(("", Fault(1, "folder", f"/webinars/{folder.name} is another page. Name the folder otherwise.")))
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            words = "It is a link to another place. Put the file itself here."
        elif not _NAME.fullmatch(path.name):
            words = "Name it by letters, digits, dashes and dots."
        else:
            continue
        faults.append((ascii(name)[1:-1], Fault(1, "name", words)))


def _captions(folder: Path, about: About | None, faults: list[tuple[str, Fault]]) -> Iterator[tuple[str, Path]]:
    """The files of captions by language, that of the webinar first."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("captions.*")):
        match = _CAPTIONS.fullmatch(path.name)
        if match is None or match["language"] not in NAMES:
            words = f"Name it like captions.en.vtt or captions.de.srt. Known languages: {', '.join(NAMES)}."
            faults.append((path.name, Fault(1, "name", words)))
        elif match["language"] in found:
            words = f"There is {found[match['language']].name} as well. Keep one of the two."
            faults.append((path.name, Fault(1, "name", words)))
        else:
            found[match["language"]] = path
    own = about.language if about else "en"
    yield from sorted(found.items(), key=lambda one: (one[0] != own, one[0]))


def _read_captions(path: Path) -> tuple[Cue, ...]:
    cues = read_cues(path)
    if line := line_of_note(text_of(path, most=MOST_BYTES)):
        raise BadContent(path, [Fault(line, "note", UNREAD)])
    return cues


def _spans(path: Path) -> tuple[Cue, ...]:
    if not path.exists():
        return ()
    spans = read_cues(path)
    if long := [cue for cue in spans if len(cue.words) > 80]:
        raise BadContent(path, [Fault(1, "title", f"“{long[0].words[:30]}…” has more than 80 characters.")])
    return spans


def _end(spans: tuple[Cue, ...], about: About | None, cues: dict[str, tuple[Cue, ...]]) -> float | None:
    """When the recording ends, as far as its chapters and its own captions say; None where they say nothing."""
    own = cues.get(about.language, ()) if about is not None else ()
    return max((cue.stop for cue in (*spans, *own)), default=None)


def _page(path: Path) -> str:
    if not path.exists():
        return ""
    return to_html(text_of(path, most=MOST_PAGE_BYTES))


def _only(found: list[Path], faults: list[tuple[str, Fault]]) -> Path | None:
    """The one file of its kind, or none; a second one is a fault."""
    words = f"There is {found[0].name} as well. Keep one of the two." if found else ""
    faults += [(more.name, Fault(1, "file", words)) for more in found[1:]]
    return found[0] if found else None


def _check_whole(
    about: About, cues: dict[str, tuple[Cue, ...]], video: Path | None, faults: list[tuple[str, Fault]]
) -> None:
    if video is None and not about.is_recipe:
        words = f"There is no recording. Put one file here that ends in {', '.join(VIDEOS)}."
        faults.append(("", Fault(1, "video", words)))
    own = " ".join(cue.words for cue in cues.get(about.language, ()))
    if about.said and own and about.said not in own:
        words = "That sentence is not in the captions. Copy one word for word, or take the line out."
        faults.append(("webinar.toml", Fault(1, "said", words)))
    if cues and about.language not in cues:
        words = f"There are captions, and none in the webinar's own language: captions.{about.language}.vtt"
        faults.append(("", Fault(1, "captions", words)))


def _source(folder: Path, video: Path | None) -> str:
    """What the film is made from, as a hash: the bytes of the video, or whatever is spoken and drawn."""
    if video is not None:
        with video.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return source_of_recipe(folder)
