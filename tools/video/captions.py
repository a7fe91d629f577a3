"""The only place that cuts what is said into captions: at the spoken sentences, and long ones where the sound rests."""

import re
from collections.abc import Callable

from tools.video.plan import Plan, Said
from tools.video.recipe import Recipe
from tools.video.vtt import Cue

_LINE = 42  # characters a line, two lines a cue: what a reader takes in at a glance
_LINGER = 0.6


def caption_cues(plan: Plan, weight: Callable[[str], int]) -> list[Cue]:
    """One cue for each sentence, named by its number; a long one goes on in `7.2`.

    `weight` tells how much there is to say in some words.
    """
    cues: list[Cue] = []
    limits = [*(said.start for said in plan.said[1:]), plan.seconds]
    for number, (said, limit) in enumerate(zip(plan.said, limits, strict=True), 1):
        parts = _parts(said.speech.words)
        starts = [said.start, *_cuts(said, parts, weight)]
        ends = [*starts[1:], min(said.end + _LINGER, limit)]
        for index, (start, end, words) in enumerate(zip(starts, ends, parts, strict=True), 1):
            name = str(number) if index == 1 else f"{number}.{index}"
            cues.append(Cue(name, start, end, _in_two_lines(words)))
    return cues


def chapter_cues(recipe: Recipe, plan: Plan) -> list[Cue]:
    """One cue for each chapter; together they cover the whole."""
    ends = [*plan.chapters[1:], plan.seconds]
    spans = zip(plan.chapters, ends, recipe.chapters, strict=True)
    return [Cue(str(number), start, end, chapter.title) for number, (start, end, chapter) in enumerate(spans, 1)]


def _parts(words: str) -> list[str]:
    """The sentence in as many parts as it needs for two lines each, cut behind a comma where one is near the middle."""
    if " " not in words or all(len(line) <= _LINE for line in _in_two_lines(words).split("\n")):
        return [words]
    cut = _best_cut(words, comma_is_worth=len(words) // 4)
    return [*_parts(words[:cut]), *_parts(words[cut + 1 :])]


def _in_two_lines(words: str) -> str:
    if len(words) <= _LINE:
        return words
    cut = _best_cut(words, comma_is_worth=8)
    return f"{words[:cut]}\n{words[cut + 1 :]}"


def _best_cut(words: str, *, comma_is_worth: int) -> int:
    """The space nearest the middle; one behind a comma may be so many characters further away."""

    def cost(cut: int) -> float:
        return abs(cut - len(words) / 2) - (comma_is_worth if words[cut - 1] in ",;:—" else 0)

    return min((space.start() for space in re.finditer(" ", words)), key=cost)


def _cuts(said: Said, parts: list[str], weight: Callable[[str], int]) -> list[float]:
    """Where the second part begins, the third, …: at the quietest moment near where its words are expected."""
    weights = [weight(part) for part in parts]
    expected = [said.speech.seconds * sum(weights[:count]) / sum(weights) for count in range(1, len(parts))]
    return [said.start + said.speech.quietest(near, within=0.4) for near in expected]
