"""The only place that puts coded pictures and sound together: as segments of HLS (RFC 8216) and as one MP4."""

import heapq
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import av
from av.container import InputContainer, OutputContainer

from portal.people.films import bounds

Packet: TypeAlias = "av.Packet[av.stream.Stream]"


def write_segments(folder: Path, name: str, *, picture: Path, sound: Path) -> None:
    """Cut a film into fragmented MP4 at its keys: `name`-init.mp4, `name`-0000.m4s and so on."""
    playlist = folder / f"{name}.m3u8"
    options = {
        "hls_time": str(bounds.SEGMENT_SECONDS),
        "hls_playlist_type": "vod",
        "hls_segment_type": "fmp4",
        "hls_fmp4_init_filename": f"{name}-init.mp4",
        "hls_segment_filename": str(folder / f"{name}-%04d.m4s"),
        "hls_flags": "independent_segments",
        "fflags": "+bitexact",
        "protocol_whitelist": "file",
    }
    _write(playlist, "hls", options, picture=picture, sound=sound)
    playlist.unlink()  # the one that is served is written by who asked for it


def segment_seconds(picture: Path) -> list[float]:
    """How long each segment is: from one key to the next, which the muxer cannot tell of pictures that stand."""
    with av.open(str(picture), format="mp4") as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        keys = sorted((packet.pts or 0) * packet.time_base for packet in packets if packet.is_keyframe)
        end = max(((packet.pts or 0) + (packet.duration or 0)) * packet.time_base for packet in packets)
    return [round(float(stop - start), 6) for start, stop in pairwise([*keys, end])]


def write_mp4(path: Path, *, picture: Path, sound: Path) -> None:
    """The film as one MP4 with its index in front, to start and seek at once."""
    _write(path, "mp4", {"movflags": "+faststart", "fflags": "+bitexact"}, picture=picture, sound=sound)


def codecs(path: Path) -> str:
    """What is coded how in an MP4, as RFC 6381 writes it for a playlist."""
    with av.open(str(path), format="mp4") as container:
        profile = container.streams.video[0].codec_context.extradata or b""
        found = [f"avc1.{profile[1:4].hex().upper()}"]
        return ",".join(found + ["mp4a.40.2"] * len(container.streams.audio))


def _write(path: Path, kind: str, options: dict[str, str], *, picture: Path, sound: Path) -> None:
    inputs = [av.open(str(part), format="mp4") for part in (picture, sound) if part.exists()]
    with av.open(str(path), "w", format=kind, options=options) as container:
        for packet in heapq.merge(*[_packets(container, source) for source in inputs], key=_moment):
            container.mux_one(packet)
    for source in inputs:
        source.close()


def _packets(container: OutputContainer, source: InputContainer) -> Iterator[Packet]:
    stream = container.add_stream_from_template(source.streams[0])

    def packets() -> Iterator[Packet]:
        for packet in source.demux(source.streams[0]):
            if packet.dts is not None:
                packet.stream = stream
                yield packet

    return packets()


def _moment(packet: Packet) -> float:
    return float((packet.dts or 0) * packet.time_base)
