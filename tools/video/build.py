"""The only place that makes a whole webinar: film, captions, chapters, poster, and a note of what was made."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.video.captions import caption_cues, chapter_cues
from tools.video.film import write_film
from tools.video.frames import Frame, make_frames
from tools.video.look import WIDTH, drawing
from tools.video.output import CAPTIONS, CHAPTERS, NOTE, POSTER, sha256_of
from tools.video.plan import Plan, make_plan
from tools.video.recipe import Recipe
from tools.video.sound import make_track
from tools.video.voice import Voice
from tools.video.vtt import write_cues

_SPOKEN = 0.25
"""The share of the work that is done once everything is spoken."""


def build(recipe: Recipe, out: Path, *, slug: str, inputs: str, tell: Callable[[float], None]) -> None:
    """Makes everything anew in `out`; what stood there stays whole until the new files are ready. Raises BadRecipe.

    `tell` hears which share of it is done.
    """
    begun = time.monotonic()
    voice = Voice(recipe.voice, pace=recipe.pace, pitch=recipe.pitch, sounds=recipe.sounds)
    plan = make_plan(recipe, voice.speak_all(recipe.lines, tell=lambda share: tell(share * _SPOKEN)))
    with tempfile.TemporaryDirectory(dir=out) as workplace:
        making = Path(workplace)
        write_cues(caption_cues(plan, voice.weight), making / CAPTIONS)
        write_cues(chapter_cues(recipe, plan), making / CHAPTERS)
        drawing(recipe.poster, WIDTH, "light").save(making / POSTER, lossless=True)
        film = making / f"{slug}.mp4"
        write_film(
            film, title=recipe.title, frames=_told(make_frames(recipe, plan), plan, tell), track=make_track(plan)
        )
        files = {path.name: sha256_of(path) for path in sorted(making.iterdir())}
        note = {
            "duration": round(plan.seconds, 3),
            "voice": recipe.voice,
            "said": {"words": recipe.said, "start": _start_of(recipe.said, plan)},
            "files": files,
            "inputs": inputs,
            "took": round(time.monotonic() - begun, 1),
        }
        (making / NOTE).write_text(json.dumps(note, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for name in (*files, NOTE):
            (making / name).replace(out / name)


def _told(frames: Iterator[Frame], plan: Plan, tell: Callable[[float], None]) -> Iterator[Frame]:
    """The same frames; says as they are taken how much of the film they reach."""
    for frame in frames:
        tell(_SPOKEN + (1 - _SPOKEN) * frame.at / plan.ticks)
        yield frame


def _start_of(words: str, plan: Plan) -> float:
    return next(round(said.start, 3) for said in plan.said if said.speech.words == words)
