"""The only place that decides when each sentence is heard and each slide is seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tools.video.recipe import Chapter, Line, Recipe, Slide
from tools.video.voice import Speech

TICKS = 15
"""Ticks a second: the film's own clock. While the picture moves, each has a frame."""
FADE, TRAVEL = 4, 9
"""How many ticks a slide takes to become the next, and the camera to reach what is spoken about."""

_BEFORE_ALL, _AFTER_ALL = 1.0, 2.4
_PAUSE, _BREATH, _NEW_SLIDE, _NEW_CHAPTER = 0.45, 0.85, 1.0, 1.5


@dataclass(frozen=True)
class Said:
    """A sentence in its place: heard from `start` to `end`, seconds from the beginning."""

    speech: Speech
    start: float

    @property
    def end(self) -> float:
        return self.start + self.speech.seconds


@dataclass(frozen=True)
class View:
    """A slide and the part of it that is spoken about; from the tick `stands_at` on it is seen and nothing moves."""

    stands_at: int
    slide: Slide
    mark: str | None


@dataclass(frozen=True)
class Plan:
    said: list[Said]
    views: list[View]
    chapters: list[float]
    """When each chapter starts, in seconds: its first slide stands, its first word is about to be heard."""
    ticks: int

    @property
    def seconds(self) -> float:
        return self.ticks / TICKS


def make_plan(recipe: Recipe, speeches: list[Speech]) -> Plan:
    """Lays the speeches, one for each line of the recipe in its order, one after another."""
    said: list[Said] = []
    views: list[View] = []
    chapters: list[float] = []
    for (before, step), speech in zip(pairwise([None, *_steps(recipe)]), speeches, strict=True):
        assert step is not None
        start = said[-1].end + _pause(before, step) if before else _BEFORE_ALL
        said.append(Said(speech, start))
        if before is None or step.slide is not before.slide:
            views.append(View(_tick(start - 0.1) if before else 0, step.slide, None))
        if before is None or step.chapter is not before.chapter:
            chapters.append(views[-1].stands_at / TICKS)
        if step.line.mark != views[-1].mark:
            views.append(View(_marked_at(start, views[-1]), step.slide, step.line.mark))
    return Plan(said, views, chapters, ticks=_tick(said[-1].end + _AFTER_ALL))


@dataclass(frozen=True)
class _Step:
    chapter: Chapter
    slide: Slide
    line: Line


def _steps(recipe: Recipe) -> Iterator[_Step]:
    for chapter in recipe.chapters:
        for slide in chapter.slides:
            for line in slide.lines:
                yield _Step(chapter, slide, line)


def _pause(before: _Step, step: _Step) -> float:
    if step.chapter is not before.chapter:
        return _NEW_CHAPTER
    if step.slide is not before.slide:
        return _NEW_SLIDE
    return _BREATH if step.line.breath else _PAUSE


def _marked_at(start: float, before: View) -> int:
    """A little into the sentence; later where the slide itself has just come, so that it is seen whole first."""
    return max(_tick(start + 0.35), before.stands_at + TICKS // 2 + TRAVEL)


def _tick(seconds: float) -> int:
    return round(seconds * TICKS)
