"""The only place that opens a video somebody sent, and says in words why one is not accepted."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from av.container import InputContainer

from portal.people.films import bounds

_HEAD = 1024
_FIRST_PICTURES = 250  # packets within which there has to be one
_ATTACHED = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails


class Refused(ValueError):
    """The file is not accepted as a video; the words are for whoever sent it."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a video is, as it is seen: turned and with square pixels. `seconds` is 0 where it does not say."""

    seconds: float
    width: int
    height: int
    has_sound: bool


@dataclass(frozen=True)
class Source:
    """An opened video: its picture, its sound if it has any, and the second in its own time at which it starts."""

    container: InputContainer
    picture: av.VideoStream
    sound: av.AudioStream | None
    starts_at: Fraction


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a video, by the demuxer that its first bytes call for and no other. Raises Refused."""
    with _container(path) as container:
        picture = _picture(container)
        sound = next((stream for stream in container.streams.audio if _codec(stream) in bounds.SOUND_CODECS), None)
        starts = [start for stream in (picture, sound) if (start := _start(stream)) is not None]
        picture.codec_context.options = {"max_pixels": str(bounds.MOST_PIXELS)}
        yield Source(container, picture, sound, min(starts, default=Fraction(0)))


def look(path: Path) -> Facts:
    """What the video at `path` is. Raises Refused."""
    with opened(path) as source:
        _require_whole(source, path.stat().st_size)
        seconds = _seconds(source)
        if seconds > bounds.MOST_SECONDS:
            hours = bounds.MOST_SECONDS // 3600
            raise Refused(f"It says it lasts {seconds / 3600:,.1f} hours. A film may last {hours}. Cut it in parts.")
        if 0 < seconds < bounds.LEAST_SECONDS:
            raise Refused(f"It lasts {seconds:.1f} seconds. A film lasts at least one.")
        width, height = seen(_first_picture(source), source.picture)
        if min(width, height) < bounds.LEAST_SIDE:
            raise Refused(f"Its picture has {width} × {height} pixels: too few to see something on.")
        return Facts(seconds=seconds, width=width, height=height, has_sound=source.sound is not None)


def seen(frame: av.VideoFrame, stream: av.VideoStream) -> tuple[int, int]:
    """Width and height of a picture as it is to be shown."""
    ratio = stream.sample_aspect_ratio or Fraction(1)
    width, height = frame.width, frame.height
    if 0 < width * ratio <= bounds.MOST_WIDTH and Fraction(1, 4) < ratio < 4:  # what is further off is a mistake
        width = round(width * ratio)
    return (height, width) if frame.rotation % 180 else (width, height)


@contextmanager
def _container(path: Path) -> Iterator[InputContainer]:
    kind = _format(path)
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(bounds.FORMATS),
        "codec_whitelist": ",".join((*bounds.PICTURE_CODECS, *bounds.SOUND_CODECS, "libdav1d", "libvpx", "libvpx-vp9")),
        "max_streams": str(bounds.MOST_STREAMS),
        "probesize": "10000000",
    }
    try:
        container = av.open(str(path), format=kind, options=options, metadata_errors="replace")
    except av.FFmpegError as fault:
        raise Refused(_unreadable(kind)) from fault
    with container:
        yield container


def _format(path: Path) -> str:
    """The demuxer for a file, by what it begins with."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused("This is not a file but a device or a pipe, which has no end.")
        size, head = os.fstat(descriptor).st_size, file.read(_HEAD)
    if not size:
        raise Refused("The file is empty: it holds 0 bytes. Copy or export it again.")
    if size > bounds.MOST_BYTES:
        raise Refused(f"The file has {size / 1024**3:.1f} GB. A video may have {bounds.MOST_BYTES // 1024**3}.")
    if head[4:8] in _BOXES and head[8:12] not in _PICTURE_BRANDS:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if any(head[at : at + 2 * step + 1 : step] == b"GGG" for at, step in ((0, 188), (4, 192))):
        return "mpegts"
    raise Refused(next((words for starts, words in _KNOWN if head.lstrip().startswith(starts)), _NO_VIDEO))


_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")  # ISO/IEC 14496-12, and QuickTime before it
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"M4A ", b"M4B ")

_ACCEPTED = "Accepted are MP4, MOV, M4V, MKV, WebM, AVI and TS; at best H.264 with AAC in an MP4."
_NO_VIDEO = f"This is not a video, whatever its name says. {_ACCEPTED}"
_KNOWN = (
    ((b"PK\x03\x04", b"PK\x05\x06"), "This is a ZIP archive. Unpack it, and take the video in it."),
    (
        (b"#EXTM3U", b"[playlist]", b"ffconcat", b"<?xml", b"<MPD", b"<smil", b"file "),
        "This is a playlist, not a video: it names files elsewhere, and none of them is read. Take the video itself.",
    ),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), f"This is a picture. {_ACCEPTED}"),
    ((b"ID3", b"fLaC", b"RIFF", b"OggS", b"\xff\xfb"), f"This is sound without a picture. {_ACCEPTED}"),
)


def _unreadable(kind: str) -> str:
    if kind == "mov":
        return (
            "The file cannot be read: its index (moov) is missing or broken, as when a recording or a copy "
            "was broken off. Copy or export it again."
        )
    return "The file cannot be read: it begins like a video and is none, or was broken off. Copy or export it again."


def _picture(container: InputContainer) -> av.VideoStream:
    found = [stream for stream in container.streams.video if not stream.disposition & _ATTACHED]
    if not found:
        raise Refused(f"There is no picture in it{_but_sound(container)}. A webinar needs both.")
    usable = next((stream for stream in found if _codec(stream) in bounds.PICTURE_CODECS), None)
    if usable is None:
        raise Refused(f"Its picture is coded as {_codec(found[0])}, which is not accepted. Export it as H.264 (MP4).")
    width, height = usable.width or 0, usable.height or 0
    if width * height > bounds.MOST_PIXELS or max(width, height) > bounds.MOST_WIDTH:
        most = f"{bounds.MOST_WIDTH} × {bounds.MOST_HEIGHT}"
        raise Refused(f"Its picture has {width} × {height} pixels. It may have {most}. Export it smaller.")
    return usable


def _codec(stream: av.VideoStream | av.AudioStream) -> str:
    try:
        name = stream.codec_context.codec.name if stream.codec_context else "something unknown"
    except AttributeError:
        return "something unknown"
    return {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}.get(name, name)


def _but_sound(container: InputContainer) -> str:
    return ", only sound" if container.streams.audio else ""


def _start(stream: av.VideoStream | av.AudioStream | None) -> Fraction | None:
    if stream is None or stream.start_time is None or stream.time_base is None:
        return None
    return Fraction(stream.start_time * stream.time_base)


def _seconds(source: Source) -> float:
    picture = source.picture
    if picture.duration and picture.time_base:
        return float(picture.duration * picture.time_base)
    return (source.container.duration or 0) / av.time_base


def _require_whole(source: Source, size: int) -> None:
    """Where the file has an index, what that names last has to be there."""
    for stream in filter(None, (source.picture, source.sound)):
        entries = stream.index_entries
        last = entries[max(0, len(entries) - _TAIL) : len(entries)] if len(entries) else []
        if any(entry.pos + entry.size > size for entry in last):
            raise Refused("The file is cut off: the end that its index names is missing. Copy it again.")


_TAIL = 100


def _first_picture(source: Source) -> av.VideoFrame:
    try:
        for packet in islice(source.container.demux(source.picture), _FIRST_PICTURES):
            for frame in _decoded(packet):
                return frame
    except av.FFmpegError as fault:
        raise Refused(_UNDECODABLE) from fault
    raise Refused(_UNDECODABLE)


def _decoded(packet: "av.Packet[av.VideoStream]") -> Iterable[av.VideoFrame]:
    try:
        return packet.decode()
    except av.InvalidDataError:  # as with what comes before the first whole picture
        return ()


_UNDECODABLE = "Its picture cannot be decoded: it is damaged or encrypted. Export it again, as H.264 (MP4)."
