"""The only place that writes what leads to a film's files: playlists of HLS (RFC 8216), and WebVTT for previews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A size of the film that plays: how it is coded, how long its segments are, and how many bytes each has."""

    height: int
    width_px: int
    height_px: int
    codecs: str
    seconds: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def most_bits(self) -> int:
        """A second, in the segment that has most."""
        return max(round(8 * size / max(seconds, 0.1)) for size, seconds in zip(self.sizes, self.seconds, strict=True))

    @property
    def average_bits(self) -> int:
        """A second, over the whole film."""
        return round(8 * sum(self.sizes) / max(sum(self.seconds), 0.1))


def write_playlist(segments: Sequence[tuple[str, float]], urls: Mapping[str, str], *, first: str) -> str:
    """The playlist of one size; `first` names what a decoder is set up with, and `urls` lead from it to each name."""
    longest = max(seconds for _, seconds in segments)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{round(longest + 0.499)}"]
    lines += ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [f'#EXT-X-MAP:URI="{urls[first]}"']
    for name, seconds in segments:
        lines += [f"#EXTINF:{seconds:.6f},", urls[name]]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def write_master(renditions: Sequence[tuple[Rendition, str]]) -> str:
    """The playlist that names the sizes and the address of each."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one, url in renditions:
        about = f"BANDWIDTH={one.most_bits},AVERAGE-BANDWIDTH={one.average_bits}"
        about += f',RESOLUTION={one.width_px}x{one.height_px},CODECS="{one.codecs}"'
        lines += [f"#EXT-X-STREAM-INF:{about}", url]
    return "\n".join([*lines, ""])


def write_previews(url: str, *, tiles: int, every: float, width: int, height: int, columns: int, seconds: float) -> str:
    """WebVTT in which each cue names the part of the sheet at `url` that is seen then (media fragments, xywh)."""
    lines = ["WEBVTT", ""]
    for number in range(tiles):
        start, stop = number * every, min(seconds, (number + 1) * every)
        x, y = number % columns * width, number // columns * height
        lines += [f"{_clock(start)} --> {_clock(stop)}", f"{url}#xywh={x},{y},{width},{height}", ""]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
