"""The only place that codes pictures as H.264, in as many sizes as the source is large."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from portal.people.films import bounds
from portal.people.films.child.pictures import Picture

_BASE = Fraction(1, 90_000)
_BT709 = 1  # matrix, primaries and transfer, as H.264 numbers them
_UNTOLD = 2
PRESET, CRF = "veryfast", 23


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A size of the ladder, named by its shorter side, as in 720p."""

    name: int
    width: int
    height: int

    @property
    def most_bits(self) -> int:
        """A second, at most: 0.8 million at 360p, 2.6 at 720p, 5.2 at 1080p."""
        return int(800_000 * (self.width * self.height / (640 * 360)) ** 0.85)


def rungs_for(width: int, height: int) -> list[Rung]:
    """The sizes for a source of this size, least first; none is larger than it."""
    shorter = min(width, height)
    names = [name for name in bounds.RUNGS if name <= shorter] or [_even(shorter)]
    if names[-1] * 1.25 <= shorter < bounds.RUNGS[-1]:
        names.append(_even(shorter))
    return [
        Rung(name=name, width=_even(width * name / shorter), height=_even(height * name / shorter)) for name in names
    ]


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


class Coder:
    """Writes pictures of one size into an MP4 without sound."""

    def __init__(self, path: Path, rung: Rung, *, is_sparse: bool) -> None:
        self.rung = rung
        self.container = av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"})
        stream = self.container.add_stream("libx264", rate=bounds.MOST_PICTURES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt = rung.width, rung.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = _BASE
        stream.codec_context.thread_type = "FRAME"  # by slices, as is usual here, two processors wait for each other
        stream.codec_context.gop_size = 100_000  # the pictures themselves say which are keys
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_primaries = stream.codec_context.color_trc = _BT709
        stream.codec_context.color_range = ColorRange.MPEG
        options: dict[str, object] = {
            "preset": PRESET,
            "crf": str(CRF),
            "maxrate": str(rung.most_bits),
            "bufsize": str(2 * rung.most_bits),
            "forced-idr": "1",
            "sc_threshold": "0",
            "threads": "auto",
        }
        if is_sparse:
            options["bf"] = "0"  # else the first picture would wait for the next, seconds later
        stream.options = options
        self.stream = stream
        self.reformatter = VideoReformatter()  # one for all pictures: making it takes longer than using it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        if fault is None:
            self.container.mux(self.stream.encode())
        self.container.close()

    def write(self, picture: Picture, frame: av.VideoFrame) -> av.VideoFrame:
        """Code `frame`, in whatever size it comes, at the picture's moment; returns it in this size."""
        sized = self.reformatter.reformat(
            frame, self.rung.width, self.rung.height, "yuv420p", threads=1, **_colours(frame)
        )
        sized.pts, sized.time_base = round(picture.at * _BASE.denominator), _BASE
        sized.duration = _BASE.denominator // bounds.MOST_PICTURES_A_SECOND  # at least; a muxer goes by the next one
        sized.pict_type = PictureType.I if picture.is_key else PictureType.NONE
        self.container.mux(self.stream.encode(sized))
        return sized


def _colours(frame: av.VideoFrame) -> dict[str, int]:
    """What to turn its colours into, where they are not those of our films already; most are, and are left alone."""
    is_ours = frame.colorspace in (_BT709, _UNTOLD) and frame.color_range in (ColorRange.UNSPECIFIED, ColorRange.MPEG)
    return {} if is_ours else {"dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG}


def code(pictures: Iterable[Picture], coders: list[Coder]) -> None:
    """Code every picture in every size; the largest is made first, and the others of it."""
    largest_first = sorted(coders, key=lambda coder: -coder.rung.name)
    for picture in pictures:
        frame = picture.frame
        for coder in largest_first:
            frame = coder.write(picture, frame)
