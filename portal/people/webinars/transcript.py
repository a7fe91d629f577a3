"""The only place that makes of timed text what is read: whole sentences, in their chapters."""

from portal.people.webinars.recording import Chapter, Line
from portal.shared.captions import Cue


def sentences(cues: tuple[Cue, ...]) -> tuple[Line, ...]:
    """The cues to be read; a long sentence was cut into cues named `7`, `7.2`, `7.3`, and is whole again here."""
    whole: dict[str, list[Cue]] = {}
    for number, cue in enumerate(cues):
        whole.setdefault(cue.name.partition(".")[0] or f"#{number}", []).append(cue)
    return tuple(
        Line(
            start=parts[0].start,
            stop=parts[-1].stop,
            words=" ".join(part.words for part in parts),
            speaker=parts[0].speaker,
        )
        for parts in whole.values()
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
