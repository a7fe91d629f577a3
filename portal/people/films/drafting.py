"""The only place that has captions drafted from what is said in a video, where the speech model is installed."""

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from portal.people.films import process
from portal.people.films.listening import FILE
from portal.people.films.recipes import ROOT
from portal.shared.captions import Cue

PYTHON = ROOT / ".venv-captions" / "bin" / "python"
LANGUAGE = "en"
"""The one that the model knows."""
_MOST_BYTES = 10_000_000
_MOST_WORDS = 500


def is_installed() -> bool:
    """Whether the speech model is there: `python3 tools/boot.py captions` installs it."""
    return PYTHON.is_file()


def draft(video: Path, *, hear: Callable[[int], None], stopping: threading.Event) -> tuple[Cue, ...]:
    """What is said in the video, timed; `hear` is given the percent that was listened to.

    It is listened to in a process that is shut in. Raises process.NotAccepted, Broken, NoRoom or Stopped.
    """
    with tempfile.TemporaryDirectory(prefix="portal-") as desk:
        folder = Path(desk)
        process.run(
            "listen",
            video.resolve(),
            folder,
            hear=lambda word: hear(int(word["percent"])) if isinstance(word.get("percent"), int) else None,
            stopping=stopping,
            program=(str(PYTHON), "-m", "portal.people.films.listening"),
        )
        return tuple(_cues(folder / FILE))


def _cues(path: Path) -> list[Cue]:
    """What the process wrote down; it may have been taken over, so that nothing in it is believed unread."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        raise process.Broken("What it heard cannot be read.")
    cues: list[Cue] = []
    try:
        for one in json.loads(path.read_text("utf-8")):
            start, stop = max(float(one["start"]), cues[-1].stop if cues else 0.0), float(one["stop"])
            words = " ".join(str(one["words"]).split())[:_MOST_WORDS]
            if words and stop > start:
                cues.append(Cue(start=start, stop=stop, words=words))
    except (ValueError, TypeError, KeyError) as fault:
        raise process.Broken("What it heard cannot be read.") from fault
    return cues
