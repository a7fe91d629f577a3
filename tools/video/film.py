"""The only place that writes the film: H.264 and AAC in an MP4 with its index in front, to start and seek at once."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace

from tools.video.frames import Frame
from tools.video.look import HEIGHT, WIDTH
from tools.video.plan import TICKS
from tools.video.voice import RATE, Samples

Packet: TypeAlias = "av.Packet[av.VideoStream] | av.Packet[av.AudioStream]"

_BT709 = 1  # color primaries and transfer, as H.264 numbers them


def write_film(path: Path, *, title: str, frames: Iterable[Frame], track: Samples) -> None:
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        container.metadata["title"] = title
        picture, sound = _picture_stream(container), _sound_stream(container)
        packets = [*_picture_packets(picture, frames), *_sound_packets(sound, track)]
        container.mux(sorted(packets, key=_moment))


def _picture_stream(container: OutputContainer) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=TICKS)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.gop_size = 100_000  # the frames themselves say which are keys
    stream.codec_context.colorspace = Colorspace.ITU709
    stream.codec_context.color_primaries = stream.codec_context.color_trc = _BT709
    stream.codec_context.color_range = ColorRange.MPEG
    stream.options = {
        "preset": "superfast",
        "tune": "stillimage",
        "crf": "20",
        "forced-idr": "1",
        "sc_threshold": "0",
        "threads": "2",
    }
    return stream


def _picture_packets(stream: av.VideoStream, frames: Iterable[Frame]) -> Iterator[Packet]:
    for picture, held in groupby(frames, key=lambda frame: frame.picture):
        image = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        encoded = image.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
        encoded.time_base = stream.time_base
        for frame in held:
            encoded.pts = frame.at
            encoded.pict_type = PictureType.I if frame.is_key else PictureType.NONE
            yield from stream.encode(encoded)
    yield from stream.encode()


def _sound_stream(container: OutputContainer) -> av.AudioStream:
    stream = container.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = 64_000
    stream.options = {"aac_coder": "fast"}  # a third of the time, for a voice as good
    return stream


def _sound_packets(stream: av.AudioStream, track: Samples) -> Iterator[Packet]:
    sound = av.AudioFrame.from_ndarray(track.reshape(1, -1), format="flt", layout="mono")
    sound.sample_rate, sound.pts = RATE, 0
    for part in av.AudioResampler(format="fltp", layout="mono", rate=RATE, frame_size=1024).resample(sound):
        yield from stream.encode(part)
    yield from stream.encode()


def _moment(packet: Packet) -> Fraction:
    return (packet.dts or 0) * packet.time_base
