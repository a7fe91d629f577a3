"""The only place that reads the command line: `python -m tools.video content/webinars/<slug> --out DIR`."""

import argparse
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from portal.people.films.recipes import find_missing, source_of_recipe
from tools.video.output import CAPTIONS, CHAPTERS, POSTER, find_note
from tools.video.recipe import BadRecipe, read_recipe
from tools.video.vtt import agree, moved, read_cues, write_cues

_DRIFT = 0.3
"""Seconds that captions may be off; another kind of processor can make a syllable a hundredth longer."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.video", description="Makes a recorded webinar.")
    parser.add_argument("folder", type=Path, help="content/webinars/<slug>")
    parser.add_argument("--out", type=Path, required=True, help="where the film, its captions and its poster go")
    parser.add_argument("--write-captions", action="store_true", help="put them into the folder, too, but for the film")
    parser.add_argument("--progress", action="store_true", help="say each percent as JSON; end when the input does")
    options = parser.parse_args()
    if options.progress:
        threading.Thread(target=_end_with_whoever_started, daemon=True).start()
    try:
        said = _make(options.folder.resolve(), options.out.resolve(), _Percents(options.progress).tell)
    except BadRecipe as error:
        print(f"tools.video: {options.folder.resolve().name}: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"percent": 100, "words": said}) if options.progress else said, flush=True)
    if options.write_captions:
        for name in (CAPTIONS, CHAPTERS, POSTER):
            shutil.copyfile(options.out / name, options.folder / name)
    stale = list(_stale(options.folder, options.out, may_move=options.write_captions))
    if stale and options.progress:  # nobody reads what stands beside a film that was made well
        print(f"tools.video: {stale[0]}", file=sys.stderr)
        return 2
    print("\n".join(stale), end="\n" * bool(stale))
    return 0


def _make(folder: Path, out: Path, tell: Callable[[float], None]) -> str:
    inputs = source_of_recipe(folder)
    note = find_note(out)
    if note and note["inputs"] == inputs:
        return f"{folder.name}: {_clock(note['duration'])}, unchanged"
    recipe = read_recipe(folder)
    if missing := find_missing():
        raise BadRecipe(f"{missing} is missing: run make setup first")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRecipe(f"--out {out} cannot be written ({error.strerror}): name a folder that can") from None
    from tools.video.build import build  # only here: the voice takes a second to load, an unchanged film none

    build(recipe, out, slug=folder.name, inputs=inputs, tell=tell)
    note = find_note(out)
    assert note is not None
    return f"{folder.name}: {_clock(note['duration'])}, made in {note['took']} s"


def _stale(folder: Path, out: Path, *, may_move: bool) -> Iterator[str]:
    """What in the folder is not as it is in the film; translations, whose cues bear the same names, may be moved."""
    for name in (CAPTIONS, CHAPTERS):
        if not agree(read_cues(folder / name), read_cues(out / name), within=_DRIFT):
            yield f"{folder.name}/{name} is not what is said. --write-captions brings it up to date."
    for path in sorted(folder.glob("captions.*.vtt")):
        if path.name == CAPTIONS:
            continue
        translated = read_cues(path)
        try:
            timed = moved(translated, read_cues(out / CAPTIONS))
        except KeyError as missing:
            yield f"{folder.name}/{path.name} has a cue {missing}, which {CAPTIONS} has not: name it as there."
            continue
        if may_move:
            write_cues(timed, path)
        elif not agree(translated, timed, within=_DRIFT):
            yield f"{folder.name}/{path.name} stands at other moments than {CAPTIONS}. --write-captions moves it."


class _Percents:
    """Says each percent once, to who asked for them; a person reads one line at the end."""

    def __init__(self, are_wanted: bool) -> None:
        self._said = 0 if are_wanted else 100

    def tell(self, share: float) -> None:
        percent = int(share * 100)
        if percent > self._said:
            self._said = percent
            print(json.dumps({"percent": percent}), flush=True)


def _end_with_whoever_started() -> None:
    """The input ends when the process at its other end does, whatever ended that; nobody waits for this film then."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(3)


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


sys.exit(main())
