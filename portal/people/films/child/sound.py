"""The only place that brings a video's sound to the loudness of all films, and codes it as AAC."""

from collections.abc import Iterator
from fractions import Fraction
from math import log10
from pathlib import Path
from typing import cast

import av
import av.filter

from portal.people.films import bounds
from portal.people.films.child.source import opened

RATE = 48_000
_BITS = {1: 80_000, 2: 128_000}
_SILENCE = -60.0  # LUFS; what is below is left alone
_MOST_GAIN = 36.0  # dB
_CEILING = bounds.TRUE_PEAK - 0.7  # AAC overshoots
_CLOSE = 0.4  # LU
_TRIES = 3


def write_sound(path: Path, target: Path) -> float:
    """Write the sound of the video at `path` as AAC into the MP4 at `target`; its length in seconds, 0 for none."""
    with opened(path) as source:
        if source.sound is None:
            return 0.0
        channels = min(2, source.sound.codec_context.channels or 2)
    filters = _filters_to_target(path, channels)
    draft = target.with_suffix(".part")
    with av.open(str(draft), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("aac", rate=RATE, layout=_layout(channels))
        stream.bit_rate = _BITS[channels]
        stream.options = {"aac_coder": "fast"}  # a third of the time, for a voice as good
        samples = 0
        for frame in _filtered(path, channels, filters):
            frame.pts, frame.time_base = samples, Fraction(1, RATE)
            samples += frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    if not samples:
        draft.unlink()
        return 0.0
    draft.replace(target)
    return samples / RATE


Filters = list[tuple[str, str]]


def _filters_to_target(path: Path, channels: int) -> Filters:
    """A plain gain where peaks leave room for it; else with a limiter, and measured again since that takes some off."""
    loudness, peak = _measured(path, channels, [])
    if loudness < _SILENCE:
        return []
    gain = min(_MOST_GAIN, bounds.LOUDNESS - loudness)
    if peak + gain <= _CEILING:
        return [("volume", f"{gain:.2f}dB")]
    for _ in range(_TRIES):
        loudness, _peak = _measured(path, channels, _limited(gain))
        if abs(loudness - bounds.LOUDNESS) <= _CLOSE:
            break
        gain = min(_MOST_GAIN, gain + bounds.LOUDNESS - loudness)
    return _limited(gain)


def _limited(gain: float) -> Filters:
    """The limiter works on four times the samples, since peaks lie between those of the file, too."""
    limit = 10 ** (_CEILING / 20)
    return [
        ("volume", f"{gain:.2f}dB"),
        ("aresample", str(4 * RATE)),
        ("alimiter", f"limit={limit:.4f}:level=disabled:attack=5:release=60:latency=1"),
        ("aresample", str(RATE)),
    ]


def _measured(path: Path, channels: int, filters: Filters) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP, by EBU R 128."""
    found: dict[str, str] = {}
    for frame in _filtered(path, channels, [*filters, ("ebur128", "metadata=1:peak=true")]):
        found = frame.metadata or found
    peaks = [float(value) for name, value in found.items() if name.startswith("lavfi.r128.true_peaks_ch")]
    return float(found.get("lavfi.r128.I", "-70")), 20 * log10(max(peaks, default=0.0) or 1e-6)


def _filtered(path: Path, channels: int, filters: Filters) -> Iterator[av.AudioFrame]:
    """The sound from the film's second 0 on, gaps filled with silence, at RATE."""
    kind = f"sample_fmts=fltp:sample_rates={RATE}:channel_layouts={_layout(channels)}"
    first: Filters = [("aresample", f"{RATE}:async=1000:first_pts=0"), ("aformat", kind)]
    with opened(path) as source:
        graph: av.filter.Graph | None = None
        for packet in source.container.demux(source.sound) if source.sound is not None else ():
            for frame in _decoded(packet):
                if graph is None:
                    graph = _graph(frame, [*first, *filters, ("aformat", kind)])
                if frame.pts is not None and frame.time_base is not None:
                    frame.pts -= round(source.starts_at / frame.time_base)
                graph.push(frame)
                yield from _pulled(graph)
        if graph is not None:
            graph.push(None)
            yield from _pulled(graph)


def _decoded(packet: "av.Packet[av.AudioStream]") -> list[av.AudioFrame]:
    try:
        return packet.decode()
    except av.InvalidDataError:  # a gap, filled with silence
        return []


def _graph(frame: av.AudioFrame, filters: Filters) -> av.filter.Graph:
    graph = av.filter.Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout, time_base=frame.time_base
        )
    ]
    nodes += [graph.add(name, settings) for name, settings in filters]
    graph.link_nodes(*nodes, graph.add("abuffersink")).configure()
    return graph


def _pulled(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield cast("av.AudioFrame", graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"
