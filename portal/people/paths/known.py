"""The only place that looks up which chapters and tips a step may lead to: what lies in `content/`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from portal.people.tips.reading import BadTip, read_tip
from portal.people.tips.tip import Tip
from portal.shared.captions import Cue, read_cues
from portal.shared.environment import ROOT
from portal.shared.proofreading import BadContent


class Webinar(NamedTuple):
    """A webinar as it lies in its folder."""

    title: str
    chapters: Sequence[Cue]


@dataclass(frozen=True)
class Content:
    """A folder of content, as the portal's own `content/` is one. A tip is read once: a path leads to some twice."""

    folder: Path = ROOT / "content"
    _tips: dict[str, Tip | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find_webinar(self, slug: str) -> Webinar | None:
        """The webinar of that name, without chapters where they cannot be read: whoever checks it is told."""
        folder = self.folder / "webinars" / slug
        try:
            about = tomllib.loads((folder / "webinar.toml").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        try:
            chapters = read_cues(folder / "chapters.vtt")
        except (BadContent, OSError):
            chapters = ()
        return Webinar(title=str(about.get("title", slug)), chapters=chapters)

    def find_tip(self, slug: str) -> Tip | None:
        """The tip of that name, if it can be published."""
        if slug not in self._tips:
            self._tips[slug] = _read(self.folder / "tips" / f"{slug}.md")
        return self._tips[slug]


def _read(path: Path) -> Tip | None:
    try:
        return read_tip(path) if path.is_file() else None
    except BadTip:
        return None
