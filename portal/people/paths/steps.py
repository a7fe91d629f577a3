"""The only place that reads the steps of a path from its keys, and says what is wrong in one of them."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from portal.people.paths.known import Content
from portal.people.paths.learning_path import Answer, Article, Chapter, Practice, Question, Step, key_of
from portal.people.publications.doors import SCENARIO, faults_in_door
from portal.shared.proofreading import faults_in_line

MOST = 40

Found = dict[str, Any]


class StepFault(NamedTuple):
    """What is wrong with the step of this number, beginning with 0, at this key of it."""

    number: int
    key: str
    words: str


def faults_in(steps: object, content: Content) -> Iterator[StepFault]:
    """Everything that is wrong with the steps."""
    if not isinstance(steps, list) or not 2 <= len(steps) <= MOST or not all(isinstance(one, dict) for one in steps):
        yield StepFault(0, "steps", f"Write each step under a line [[steps]] of its own, from two to {MOST} of them.")
        return
    seen: dict[str, int] = {}
    for number, one in enumerate(steps):
        found = list(_faults_in_step(one, content))
        yield from (StepFault(number, key, words) for key, words in found)
        if not found:
            first = seen.setdefault(key_of(read_step(one, content)), number)
            if first != number:
                yield StepFault(number, _kind_of(one), f"It is step {first + 1} again. Each is done once.")
    if not any(isinstance(one.get("question"), str) for one in steps):
        yield StepFault(0, "steps", "Ask a question somewhere: without one its certificate would say nothing.")


def read_step(one: Found, content: Content) -> Step:
    """A step in which there is no fault."""
    return _READERS[_kind_of(one)](one, content)


def _chapter(one: Found, content: Content) -> Chapter:
    webinar = content.find_webinar(one["webinar"])
    if webinar is None:
        raise LookupError(one["webinar"])
    cue = next(cue for cue in webinar.chapters if cue.words == one["chapter"])
    return Chapter(
        webinar=one["webinar"],
        webinar_title=webinar.title,
        title=cue.words,
        second=int(cue.start),
        seconds=round(cue.stop - cue.start),
        about=one["why"].strip(),
    )


def _article(one: Found, content: Content) -> Article:
    tip = content.find_tip(one["tip"])
    if tip is None:
        raise LookupError(one["tip"])
    return Article(tip=tip.slug, title=tip.title, minutes=tip.minutes, about=one["why"].strip())


def _question(one: Found, _content: Content) -> Question:
    answers = tuple(
        Answer(says=answer["says"].strip(), because=answer["because"].strip(), is_right=answer.get("right", False))
        for answer in one["answers"]
    )
    return Question(title=one["question"].strip(), answers=answers)


def _practice(one: Found, _content: Content) -> Practice:
    return Practice(
        title=one["try"].strip(),
        scenario=one.get("scenario", SCENARIO),
        page=one["page"],
        button=one["button"].strip(),
        about=one["why"].strip(),
    )


_READERS: dict[str, Callable[[Found, Content], Step]] = {
    "chapter": _chapter,
    "tip": _article,
    "question": _question,
    "try": _practice,
}
_KEYS = {
    "chapter": ("webinar", "chapter", "why"),
    "tip": ("tip", "why"),
    "question": ("question", "answers"),
    "try": ("try", "page", "button", "why", "scenario"),
}
_TEXTS = {"question": 200, "try": 80, "button": 40, "why": 300, "says": 200, "because": 300}
_ONE_OF = 'Each step has one of these: chapter = "…" with webinar = "…", tip = "…", question = "…", try = "…".'
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _kind_of(one: Found) -> str:
    return next((kind for kind in _READERS if kind in one), "")


def _faults_in_step(one: Found, content: Content) -> Iterator[tuple[str, str]]:
    kinds = [kind for kind in _READERS if kind in one]
    if len(kinds) != 1:
        yield (kinds[1] if kinds else "steps"), _ONE_OF
        return
    (kind,) = kinds
    for key in sorted(one.keys() - set(_KEYS[kind])):
        yield key, f"A step with {kind} has {', '.join(_KEYS[kind])}, and nothing else."
    for key in _KEYS[kind]:
        if key in _TEXTS:
            yield from faults_in_line(key, one.get(key), most=_TEXTS[key], missing=f'Add a line like {key} = "…"')
    yield from _FAULTS[kind](one, content)


def _faults_in_chapter(one: Found, content: Content) -> Iterator[tuple[str, str]]:
    slug = one.get("webinar")
    webinar = content.find_webinar(slug) if isinstance(slug, str) and _SLUG.fullmatch(slug) else None
    if webinar is None:
        yield "webinar", f"There is no webinar {slug} in content/webinars."
    elif one["chapter"] not in [cue.words for cue in webinar.chapters]:
        named = "; ".join(cue.words for cue in webinar.chapters) or "none yet"
        yield "chapter", f"{slug} has no such chapter. It has: {named}."


def _faults_in_article(one: Found, content: Content) -> Iterator[tuple[str, str]]:
    tip = one["tip"]
    if not isinstance(tip, str) or not _SLUG.fullmatch(tip) or content.find_tip(tip) is None:
        yield "tip", f"There is no tip {tip} in content/tips, or something is wrong in it."


def _faults_in_question(one: Found, _content: Content) -> Iterator[tuple[str, str]]:
    answers = one.get("answers")
    if not isinstance(answers, list) or not 2 <= len(answers) <= 6 or not all(isinstance(a, dict) for a in answers):
        yield "answers", "Write two to six answers, each under a line [[steps.answers]]: says, because."
        return
    for answer in answers:
        for key in sorted(answer.keys() - {"says", "because", "right"}):
            yield key, "Each [[steps.answers]] has says and because, and the right one has right = true."
        for key in ("says", "because"):
            missing = f"Each [[steps.answers]] has a line {key} ="
            yield from faults_in_line(key, answer.get(key), most=_TEXTS[key], missing=missing)
        if not isinstance(answer.get("right", False), bool):
            yield "right", "Write right = true under the right answer, without quotes."
    right = sum(answer.get("right") is True for answer in answers)
    if right != 1:
        yield "answers", f"Exactly one answer has right = true; here it is {right or 'none'}."
    if len({str(answer.get("says")).strip() for answer in answers}) < len(answers):
        yield "answers", "Two answers say the same."


def _faults_in_practice(one: Found, content: Content) -> Iterator[tuple[str, str]]:
    yield from faults_in_door(one, scenarios=content.folder / "scenarios")


_FAULTS = {
    "chapter": _faults_in_chapter,
    "tip": _faults_in_article,
    "question": _faults_in_question,
    "try": _faults_in_practice,
}
