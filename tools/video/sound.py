"""The only place that lays the speeches on one track and brings them to the loudness that people expect."""

from collections.abc import Iterator
from typing import cast

import av
import av.filter
import numpy as np

from tools.video.plan import Plan
from tools.video.voice import RATE, Samples, Speech

LOUDNESS = -17.0
"""LUFS by ITU-R BS.1770, the middle of what players of spoken words use."""
_PEAK = 0.75  # of full scale; leaves AAC the 2 dB it may overshoot


def make_track(plan: Plan) -> Samples:
    """The whole sound, mono at RATE."""
    track = np.zeros(round(plan.seconds * RATE), np.float32)
    for said in plan.said:
        first = round((said.start - Speech.LEAD) * RATE)
        track[first : first + len(said.speech.samples)] += said.speech.samples
    gain = LOUDNESS - _loudness(track)
    limiter = f"limit={_PEAK}:level=disabled:attack=5:release=80:latency=1"
    limited = _filtered(track, ("volume", f"{gain:.2f}dB"), ("alimiter", limiter), ("aformat", "sample_fmts=flt"))
    return np.concatenate([frame.to_ndarray()[0] for frame in limited]).astype(np.float32)


def _loudness(track: Samples) -> float:
    measured = [frame.metadata.get("lavfi.r128.I") for frame in _filtered(track, ("ebur128", "metadata=1"))]
    return float(next(value for value in reversed(measured) if value))


def _filtered(track: Samples, *filters: tuple[str, str]) -> Iterator[av.AudioFrame]:
    graph = av.filter.Graph()
    chain = [graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono")]
    chain += [graph.add(name, settings) for name, settings in filters]
    chain += [graph.add("abuffersink")]
    graph.link_nodes(*chain).configure()
    frame = av.AudioFrame.from_ndarray(track.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = RATE
    graph.push(frame)
    graph.push(None)
    while True:
        try:
            yield cast("av.AudioFrame", graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return
