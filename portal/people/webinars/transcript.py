"""The only place that makes of timed text what is read: whole sentences, in their chapters."""

import re
from bisect import bisect_right
from collections.abc import Iterable

from portal.people.webinars.recording import Chapter, Line
from portal.shared.captions import Cue

LONGEST = 12.0  # seconds of a sentence that goes on and on
MOST_WORDS = 240  # characters of it
MOST_SILENCE = 2.0  # seconds between two parts of one


def sentences(cues: tuple[Cue, ...], *, begin_anew_at: Iterable[float] = ()) -> tuple[Line, ...]:
    """The cues to be read, with sentences whole that were cut into several.

    Where cues are named `7`, `7.2`, `7.3`, as we name them, the names say what belongs together; else what one speaker
    goes on to say until the sentence ends, or for so long, or a chapter begins (`begin_anew_at`).
    """
    is_named = any(_PART.fullmatch(cue.name) for cue in cues)
    whole = _by_name(cues) if is_named else _by_their_ends(cues, sorted(begin_anew_at))
    return tuple(
        Line(
            start=parts[0].start,
            stop=max(part.stop for part in parts),
            words=" ".join(part.words for part in parts),
            speaker=parts[0].speaker,
        )
        for parts in whole
    )


def chapters(title: str, spans: tuple[Cue, ...], lines: tuple[Line, ...]) -> tuple[Chapter, ...]:
    """The chapters with what is said in each; without a file of them the whole is one."""
    if not spans:
        stop = lines[-1].stop if lines else 0.0
        spans = (Cue(start=0.0, stop=stop, words=title),)
    ends = [span.start for span in spans[1:]] + [max(spans[-1].stop, lines[-1].stop if lines else 0.0)]
    return tuple(
        Chapter(
            start=span.start,
            stop=end,
            title=span.words,
            lines=tuple(line for line in lines if _begins_in(line, span, end, is_first=span is spans[0])),
        )
        for span, end in zip(spans, ends, strict=True)
    )


def _begins_in(line: Line, span: Cue, end: float, *, is_first: bool) -> bool:
    return (is_first or span.start <= line.start) and line.start < end


_PART = re.compile(r"\d+\.\d+")
_END = re.compile(r"[.?!…。\uff1f\uff01][\"'”’“‘»›«‹)\]]*$")


def _by_name(cues: tuple[Cue, ...]) -> Iterable[list[Cue]]:
    whole: dict[str, list[Cue]] = {}
    for number, cue in enumerate(cues):
        whole.setdefault(cue.name.partition(".")[0] or f"#{number}", []).append(cue)
    return whole.values()


def _by_their_ends(cues: tuple[Cue, ...], begin_anew_at: list[float]) -> list[list[Cue]]:
    whole: list[list[Cue]] = []
    for cue in cues:
        if whole and _goes_on(whole[-1], cue) and not _is_between(whole[-1][-1], cue, begin_anew_at):
            whole[-1].append(cue)
        else:
            whole.append([cue])
    return whole


def _goes_on(parts: list[Cue], cue: Cue) -> bool:
    last = parts[-1]
    return (
        not _END.search(last.words)
        and cue.speaker == last.speaker
        and cue.start - last.stop <= MOST_SILENCE
        and cue.stop - parts[0].start <= LONGEST
        and sum(len(part.words) + 1 for part in parts) + len(cue.words) <= MOST_WORDS
    )


def _is_between(last: Cue, cue: Cue, moments: list[float]) -> bool:
    return bisect_right(moments, last.start) != bisect_right(moments, cue.start)
