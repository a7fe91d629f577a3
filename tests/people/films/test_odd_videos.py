"""Videos as phones, slide shows, browsers and old cameras leave them: they play as they were meant."""

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from portal.people.films.child.source import look
from portal.people.films.process import run
from tests.people.films.conftest import NEVER
from tests.people.films.videos import write_video


def make(video: Path, folder: Path) -> dict[str, Any]:
    """Make a film of one size; what the process says of it."""
    ((about,),) = [run("first", video, folder, hear=lambda _: None, stopping=NEVER)["renditions"]]
    return dict(about)


def made(video: Path, folder: Path) -> Path:
    """The one file that is made of a video of one size."""
    make(video, folder)
    return folder / "film.mp4"


def pictures(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def ffmpeg(*words: str | Path) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *words], check=True)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_picture_that_a_phone_turned_is_turned_as_ffmpeg_turns_it(small: Path, tmp_path: Path, degrees: int) -> None:
    turned, expected = tmp_path / "phone.mp4", tmp_path / "expected.mkv"
    ffmpeg("-display_rotation", str(degrees), "-i", small, "-c", "copy", turned)
    ffmpeg("-i", turned, "-frames:v", "1", "-c:v", "ffv1", "-an", expected)
    facts = look(turned)
    assert (facts.width, facts.height) == ((640, 360) if degrees == 180 else (360, 640))
    ours, theirs = (pictures(path)[0].to_ndarray(format="gray") for path in (made(turned, tmp_path), expected))
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs.astype(int)).mean() < 4


def test_a_slide_that_stands_for_long_is_cut_into_segments_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "slides.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 10)
        for at in (0, 200, 210):  # tenths of a second
            frame = av.VideoFrame.from_ndarray(np.full((540, 640), at, np.uint8), format="yuv420p")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    lengths = make(path, tmp_path)["seconds"]
    assert lengths[:3] == pytest.approx([6, 6, 6], abs=0.05)
    assert sum(lengths) == pytest.approx(21.1, abs=0.15)


def test_a_sound_that_begins_later_does_so_in_the_film(small: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mkv"
    ffmpeg("-i", small, "-itsoffset", "0.7", "-i", small, "-map", "0:v", "-map", "1:a", "-c", "copy", late)
    with av.open(str(made(late, tmp_path))) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    begins = np.argmax(np.abs(heard) > 0.05) / 48_000
    assert begins == pytest.approx(0.7, abs=0.06)


def test_a_video_without_sound_makes_a_film_without_sound(tmp_path: Path) -> None:
    video = write_video(tmp_path / "silent.mp4", seconds=1, volume=None)
    with av.open(str(made(video, tmp_path))) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_silence_stays_silent(tmp_path: Path) -> None:
    video = write_video(tmp_path / "silence.mp4", seconds=1, volume=0.0)
    with av.open(str(made(video, tmp_path))) as container:
        assert max(float(np.abs(frame.to_ndarray()).max()) for frame in container.decode(audio=0)) < 0.001


def test_a_recording_of_a_browser_which_does_not_say_how_long_it_is_makes_a_film(tmp_path: Path) -> None:
    """As MediaRecorder leaves it: VP8 in WebM, without length or index."""
    recording = tmp_path / "recording.webm"
    source = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=2")
    ffmpeg(*source, "-c:v", "libvpx", "-deadline", "realtime", "-live", "1", "-f", "webm", recording)
    assert look(recording).seconds == 0
    assert len(pictures(made(recording, tmp_path))) == 60


def test_more_pictures_a_second_than_anybody_needs_are_thinned_out(tmp_path: Path) -> None:
    video = write_video(tmp_path / "fast.mp4", seconds=2, rate=60, volume=None)
    assert len(pictures(made(video, tmp_path))) == 60


def test_an_old_camera_with_wide_pixels_and_odd_sides_is_shown_as_it_was_meant(tmp_path: Path) -> None:
    video = tmp_path / "old.mkv"
    source = ("-f", "lavfi", "-i", "testsrc2=size=361x289:rate=25:duration=1,setsar=4/3,format=yuv444p")
    ffmpeg(*source, "-c:v", "libx264", "-preset", "ultrafast", video)
    assert (look(video).width, look(video).height) == (481, 289)
    frame = pictures(made(video, tmp_path))[0]
    assert (frame.width, frame.height) == (480, 288)


def test_colours_of_another_range_are_turned_into_ours(tmp_path: Path) -> None:
    video = tmp_path / "full.mp4"
    source = ("-f", "lavfi", "-i", "color=c=white:size=640x360:rate=25:duration=1")
    ffmpeg(*source, "-vf", "scale=out_range=full,format=yuvj420p", "-c:v", "libx264", "-color_range", "pc", video)
    assert pictures(video)[0].to_ndarray()[10, 10] == pytest.approx(255, abs=2)
    assert pictures(made(video, tmp_path))[0].to_ndarray()[10, 10] == pytest.approx(235, abs=2)
