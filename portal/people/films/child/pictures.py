"""The only place that reads a video's pictures in order, evenly timed and upright, and says where segments begin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import av
import av.filter

from portal.people.films import bounds
from portal.people.films.child.source import Refused, Source

_HELD = 0.5  # seconds; a picture that stands longer is shown again, or where a segment begins at least
_SPARSE = 10  # pictures a second
_CLOSEST = 1 / bounds.MOST_PICTURES_A_SECOND - 0.008
_MOST_BROKEN = 0.05  # of the packets
_FEW = 20


@dataclass(frozen=True)
class Picture:
    """A picture and the second at which it appears; `is_key` where a segment begins with it."""

    frame: av.VideoFrame
    at: float
    is_key: bool


def is_sparse(source: Source) -> bool:
    """Whether most of its pictures stand, as slides do: then nothing is gained by coding one from the next."""
    rate = source.picture.average_rate
    return rate is not None and 0 < rate < _SPARSE


class Pictures:
    """The pictures of a source. `ended_at` is the second at which the last one ends, known when all were read."""

    def __init__(self, source: Source, *, on_second: Callable[[float], None]) -> None:
        self.source = source
        self.on_second = on_second
        self.ended_at = 0.0
        self.next_key = 0.0
        self.longest = inf if is_sparse(source) else _HELD
        self.upright: av.filter.Graph | None = None

    def __iter__(self) -> Iterator[Picture]:
        last: Picture | None = None
        for frame, at in self._timed():
            if last is not None:
                yield from self._held(last, until=at - _HELD)
            last = self._keyed(frame, at)
            self.on_second(at)
            yield last
        if last is None:
            raise Refused("Not one of its pictures can be decoded. Export it again, as H.264 (MP4).")
        yield from self._held(last, until=self.ended_at - _HELD)
        if self.ended_at - last.at > _HELD:  # so that a player knows how long it stands
            yield Picture(last.frame, self.ended_at - 1 / bounds.MOST_PICTURES_A_SECOND, False)

    def _held(self, last: Picture, *, until: float) -> Iterator[Picture]:
        at = last.at
        while (at := min(self.next_key, at + self.longest)) < until:
            yield self._keyed(last.frame, at)

    def _keyed(self, frame: av.VideoFrame, at: float) -> Picture:
        is_key = at >= self.next_key - 0.001
        while self.next_key <= at + 0.001:
            self.next_key += bounds.SEGMENT_SECONDS
        return Picture(frame, at, is_key)

    def _timed(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """At most so many pictures a second, each later than the one before, the first at 0."""
        last = -1.0
        for frame in self._decoded():
            base = frame.time_base or self.source.picture.time_base
            if frame.pts is None or base is None:
                continue
            at = float(frame.pts * base - self.source.starts_at)
            if at > bounds.MOST_SECONDS:
                raise Refused("It has no end: its pictures go on after four hours. Cut it in parts.")
            self.ended_at = max(self.ended_at, at + self._length(frame, base))
            if last < 0:
                at = 0.0
            elif at - last < _CLOSEST:
                continue
            last = at
            yield self._upright(frame), at

    def _length(self, frame: av.VideoFrame, base: Fraction) -> float:
        length = float(frame.duration * base) if frame.duration else 0.0
        return length or 1 / float(self.source.picture.average_rate or bounds.MOST_PICTURES_A_SECOND)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        self.source.picture.thread_type = "AUTO"
        broken = 0
        for packets, packet in enumerate(self.source.container.demux(self.source.picture)):
            try:
                yield from packet.decode()
            except av.InvalidDataError as fault:
                broken += 1
                if broken > max(_FEW, packets * _MOST_BROKEN):
                    raise Refused("Much of its picture is damaged. Copy or export it again.") from fault

    def _upright(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Turned as a phone meant it, and without the lines of interlaced television."""
        names = {90: ("transpose", "cclock"), 180: ("rotate", "PI"), 270: ("transpose", "clock")}
        turn = names.get(frame.rotation % 360)
        if turn is None and not frame.interlaced_frame and self.upright is None:
            return frame
        if self.upright is None:
            steps = [turn] if turn else []
            steps += [("bwdif", "mode=send_frame:deint=interlaced")] if frame.interlaced_frame else []
            self.upright = _graph(frame, self.source.picture, steps)
        self.upright.vpush(frame)
        try:
            return self.upright.vpull()
        except av.BlockingIOError:  # it first wants to see the next one
            return frame


def _graph(frame: av.VideoFrame, stream: av.VideoStream, steps: list[tuple[str, str]]) -> av.filter.Graph:
    graph = av.filter.Graph()
    nodes = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=stream.time_base)]
    nodes += [graph.add(name, settings) for name, settings in steps]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph
