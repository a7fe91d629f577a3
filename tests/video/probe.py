"""The only place that looks into a finished film; runs in the tool's own environment and prints what it measured."""

import itertools
import json
import sys
from pathlib import Path

import av
import numpy as np

TICK = 100
"""Measurements of loudness a second."""


def main(path: Path) -> None:
    picture, sound = _picture(path), _sound(path)
    index_stands_first = path.read_bytes().find(b"moov") < path.read_bytes().find(b"mdat")
    json.dump({**picture, **sound, "index_stands_first": index_stands_first}, sys.stdout)


def _picture(path: Path) -> dict[str, object]:
    """Codec, form, when key frames stand, and how many of them show something new."""
    keys: list[float] = []
    thumbnails: list[np.ndarray] = []
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        form = [stream.codec_context.name, stream.codec_context.pix_fmt, stream.width, stream.height]
        for frame in container.decode(stream):
            keys.append(float(frame.time or 0))
            thumbnails.append(frame.reformat(64, 36, "gray").to_ndarray().astype(int))
        duration = (container.duration or 0) / av.time_base
    changes = sum(bool(abs(one - other).mean() > 4) for one, other in itertools.pairwise(thumbnails))
    return {"duration": duration, "picture": form, "keys": keys, "slides": changes + 1}


def _sound(path: Path) -> dict[str, object]:
    """Codec, loudness by ITU-R BS.1770, highest sample, and the level in every hundredth of a second."""
    samples: list[np.ndarray] = []
    measured: dict[str, str] = {}
    with av.open(path) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(template=stream), graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
        ).configure()
        for frame in container.decode(stream):
            samples.append(frame.to_ndarray().mean(axis=0))
            graph.push(frame)
            measured |= _pulled(graph)
        rate, codec = stream.rate, stream.codec_context.name
    track = np.concatenate(samples)
    step = rate // TICK
    levels = np.sqrt((track[: len(track) // step * step].reshape(-1, step) ** 2).mean(axis=1))
    loudness, peak = float(measured["lavfi.r128.I"]), float(abs(track).max())
    return {"sound": codec, "loudness": loudness, "peak": peak, "levels": [round(float(level), 4) for level in levels]}


def _pulled(graph: av.filter.Graph) -> dict[str, str]:
    found: dict[str, str] = {}
    while True:
        try:
            found |= dict(graph.pull().metadata)
        except (av.BlockingIOError, av.EOFError):
            return found


main(Path(sys.argv[1]))
