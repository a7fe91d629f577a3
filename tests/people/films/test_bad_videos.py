"""What is no video, or none that may be made a film of, is refused in words that say what to do."""

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from portal.people.films import bounds
from portal.people.films.child.source import Refused, look
from portal.people.films.originals import NotKept, keep_original
from portal.people.films.process import NotAccepted, run
from tests.people.films.conftest import NEVER
from tests.people.films.videos import write_sound, write_video


def refused(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        look(path)
    return str(refusal.value)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("webinar.mp4", b"0" * 1000)


NO_VIDEO: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.touch(), "holds 0 bytes"),
    "text": (lambda path: path.write_text("Dear all, here is the recording"), "not a video, whatever its name says"),
    "zip": (zipped, "a ZIP archive. Unpack it"),
    "picture": (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100), "This is a picture"),
    "song": (lambda path: path.write_bytes(b"ID3" + b"0" * 100), "sound without a picture"),
    "playlist": (lambda path: path.write_text("#EXTM3U\n#EXTINF:6,\nfile:///etc/passwd\n"), "a playlist, not a video"),
    "list of files": (lambda path: path.write_text("ffconcat version 1.0\nfile /etc/passwd\n"), "a playlist, not a"),
    "page": (lambda path: path.write_text('<?xml version="1.0"?><MPD/>'), "a playlist, not a video"),
    "sound": (write_sound, "no picture in it, only sound"),
    "head alone": (lambda path: path.write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 500), "index (moov) is missing"),
    "noise": (lambda path: path.write_bytes(b"\x1a\x45\xdf\xa3" + os.urandom(5000)), "begins like a video and is none"),
    "moment": (lambda path: write_video(path, seconds=0.4), "lasts 0.4 seconds"),
}


@pytest.mark.parametrize("name", NO_VIDEO)
def test_what_is_no_video_is_told_what_it_is(tmp_path: Path, name: str) -> None:
    make, words = NO_VIDEO[name]
    path = tmp_path / "webinar.mp4"
    make(path)
    assert words in refused(path)


def test_a_device_is_not_read_since_it_has_no_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "webinar.mp4")
    assert "has no end" in refused(tmp_path / "webinar.mp4")
    assert "has no end" in refused(Path("/dev/zero"))


def test_a_video_whose_end_is_missing_is_told_so_before_anything_is_made(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "webinar.mp4"
    with av.open(str(small)) as source, av.open(str(path), "w", options={"movflags": "+faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)
    assert "cut off" in refused(path)


def test_a_video_without_an_index_that_ends_too_early_makes_no_film(tmp_path: Path) -> None:
    path = write_video(tmp_path / "webinar.mkv", kind="matroska", seconds=6, volume=None)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)
    with pytest.raises(NotAccepted, match=r"It ends after . of 6 seconds: it was cut off"):
        run("first", path, tmp_path, hear=lambda _: None, stopping=NEVER)


def test_a_picture_larger_than_any_screen_is_not_decoded(small: Path, tmp_path: Path) -> None:
    bomb = small.read_bytes()
    at = bomb.index(b"avc1", bomb.index(b"stsd")) + 4 + 24  # ISO/IEC 14496-12, VisualSampleEntry: width, height
    assert struct.unpack(">HH", bomb[at : at + 4]) == (640, 360)
    path = tmp_path / "bomb.mp4"
    path.write_bytes(bomb[:at] + struct.pack(">HH", 65_000, 65_000) + bomb[at + 4 :])
    facts = look(path)  # what its pictures themselves say holds
    assert facts.width * facts.height <= bounds.MOST_PIXELS
    path = write_video(tmp_path / "huge.mp4", seconds=0.08, size=(4352, 2432), volume=None)
    assert "4352 × 2432 pixels. It may have 4096 × 2304" in refused(path)


def test_a_video_that_says_it_lasts_for_ever_is_refused(tmp_path: Path) -> None:
    path = endless(tmp_path / "webinar.mp4", "mp4")
    assert "lasts 5.0 hours. A film may last 4. Cut it in parts." in refused(path)


def test_pictures_that_go_on_for_ever_are_given_up(tmp_path: Path) -> None:
    path = endless(tmp_path / "live.mkv", "matroska")
    assert look(path).seconds == 0
    with pytest.raises(NotAccepted, match="go on after four hours"):
        run("first", path, tmp_path, hear=lambda _: None, stopping=NEVER)


def endless(path: Path, kind: str) -> Path:
    """Pictures, and one more an hour after what may be; as WebM from a camera, it does not say how long it is."""
    options = {"live": "1"} if kind == "matroska" else {}
    with av.open(str(path), "w", format=kind, options=options) as container:
        stream = container.add_stream("libx264", rate=1, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for at in (0, 1, 2, 3, bounds.MOST_SECONDS + 3600):
            frame = av.VideoFrame.from_ndarray(np.full((96, 64), at % 255, np.uint8), format="yuv420p")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_a_codec_that_is_not_needed_is_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "webinar.avi"
    with av.open(str(path), "w", format="avi") as container:
        stream = container.add_stream("cinepak", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "rgb24"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    assert "coded as cinepak, which is not accepted" in refused(path)


def test_a_name_with_signs_that_nobody_sees_is_refused(small: Path, tmp_path: Path) -> None:
    for name in ("webi\nnar.mp4", "webi\u202e4pm.exe.mp4", "webi\x1b[2Jnar.mp4"):
        path = tmp_path / name
        path.write_bytes(small.read_bytes())
        with pytest.raises(NotKept, match="holds a sign that cannot be seen"):
            keep_original(path, folder=tmp_path / "films")
    assert not list((tmp_path / "films").rglob("*"))


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "webinar.mp4").symlink_to("/etc/passwd")
    with pytest.raises(NotKept, match="is a link to another place"):
        keep_original(tmp_path / "webinar.mp4", folder=tmp_path / "films")


def test_an_original_that_is_not_what_was_published_is_not_kept(small: Path, tmp_path: Path) -> None:
    with pytest.raises(NotKept, match="another one than when it was published"):
        keep_original(small, folder=tmp_path, source="0" * 64)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
