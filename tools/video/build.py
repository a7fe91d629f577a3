"""The only place that makes a whole webinar: film, captions, chapters, poster, and a note of what was made."""

import json
import tempfile
import time
from pathlib import Path

from tools.video.captions import caption_cues, chapter_cues
from tools.video.film import write_film
from tools.video.frames import make_frames
from tools.video.look import WIDTH, drawing
from tools.video.output import CAPTIONS, CHAPTERS, NOTE, POSTER, sha256_of
from tools.video.plan import Plan, make_plan
from tools.video.recipe import Recipe
from tools.video.sound import make_track
from tools.video.voice import Voice
from tools.video.vtt import write_cues


def build(recipe: Recipe, out: Path, *, slug: str, inputs: str) -> None:
    """Makes everything anew in `out`; what stood there stays whole until the new files are ready. Raises BadRecipe."""
    begun = time.monotonic()
    voice = Voice(recipe.voice, pace=recipe.pace, sounds=recipe.sounds)
    plan = make_plan(recipe, voice.speak_all(recipe.lines))
    with tempfile.TemporaryDirectory(dir=out) as workplace:
        making = Path(workplace)
        write_cues(caption_cues(plan, voice.weight), making / CAPTIONS)
        write_cues(chapter_cues(recipe, plan), making / CHAPTERS)
        drawing(recipe.poster, WIDTH, "light").save(making / POSTER, lossless=True)
        film = making / f"{slug}.mp4"
        write_film(film, title=recipe.title, frames=make_frames(recipe, plan), track=make_track(plan))
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


def _start_of(words: str, plan: Plan) -> float:
    return next(round(said.start, 3) for said in plan.said if said.speech.words == words)
