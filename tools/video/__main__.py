"""The only place that reads the command line: `python -m tools.video content/webinars/<slug> --out DIR`."""

import argparse
import shutil
import sys
from pathlib import Path

from tools.video.inputs import find_missing, fingerprint
from tools.video.output import CAPTIONS, CHAPTERS, find_note
from tools.video.recipe import BadRecipe, read_recipe
from tools.video.vtt import agree, read_cues

_DRIFT = 0.3
"""Seconds that captions may be off; another kind of processor can make a syllable a hundredth longer."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.video", description="Makes a recorded webinar.")
    parser.add_argument("folder", type=Path, help="content/webinars/<slug>")
    parser.add_argument("--out", type=Path, required=True, help="where the film, its captions and its poster go")
    parser.add_argument("--write-captions", action="store_true", help="put captions and chapters into the folder, too")
    options = parser.parse_args()
    try:
        print(_make(options.folder.resolve(), options.out.resolve()))
    except BadRecipe as error:
        print(f"tools.video: {options.folder}: {error}", file=sys.stderr)
        return 2
    for name in (CAPTIONS, CHAPTERS):
        if options.write_captions:
            shutil.copyfile(options.out / name, options.folder / name)
        elif not agree(read_cues(options.folder / name), read_cues(options.out / name), within=_DRIFT):
            print(f"{options.folder / name} is not what is said. --write-captions brings it up to date.")
    return 0


def _make(folder: Path, out: Path) -> str:
    inputs = fingerprint(folder)
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

    build(recipe, out, slug=folder.name, inputs=inputs)
    note = find_note(out)
    assert note is not None
    return f"{folder.name}: {_clock(note['duration'])}, made in {note['took']} s"


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


sys.exit(main())
