"""What is made of a video: every size plays whole and alike, at the right loudness, and tells nothing of its maker."""

import re
from pathlib import Path

import av
import av.filter
import pytest
from PIL import Image

from portal.people.films.bounds import LOUDNESS, TRUE_PEAK
from portal.people.films.child.ladder import rungs_for
from tests.people.films.conftest import TELLING, Ladder

A_FRAME = 1 / 25 + 0.001


def segments(ladder: Ladder, height: int) -> list[tuple[str, float]]:
    """Names and lengths."""
    (about,) = (one for one in ladder.first["renditions"] + ladder.rest["renditions"] if one["name"] == height)
    return [(f"{height}p-{number:04}.m4s", seconds) for number, seconds in enumerate(about["seconds"])]


def whole(ladder: Ladder, height: int) -> Path:
    """The segments of one size behind one another, as a player has them."""
    path = ladder.folder / f"{height}.whole"
    names = [f"{height}p-init.mp4", *(name for name, _ in segments(ladder, height))]
    path.write_bytes(b"".join((ladder.folder / name).read_bytes() for name in names))
    return path


def pictures(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path), format="mp4") as container:
        return list(container.decode(video=0))


def seconds(path: Path) -> float:
    found = pictures(path)
    assert found[-1].time is not None
    assert found[0].time is not None
    return found[-1].time - found[0].time


def keys(path: Path) -> list[float]:
    with av.open(str(path), format="mp4") as container:
        packets = [packet for packet in container.demux(video=0) if packet.is_keyframe]
        return [round(float((packet.pts or 0) * packet.time_base), 3) for packet in packets]


def test_each_size_plays_whole_and_as_long_as_the_source(ladder: Ladder) -> None:
    expected = len(pictures(ladder.source))
    for path in (whole(ladder, 360), whole(ladder, 720), ladder.folder / "film.mp4"):
        assert len(pictures(path)) == expected, path
        assert seconds(path) == pytest.approx(seconds(ladder.source), abs=A_FRAME)


def test_each_segment_begins_with_a_key_and_plays_by_itself(ladder: Ladder) -> None:
    for height in (360, 720):
        start = (ladder.folder / f"{height}p-init.mp4").read_bytes()
        assert [length for _, length in segments(ladder, height)] == pytest.approx([6, 2], abs=A_FRAME)
        for name, length in segments(ladder, height):
            alone = ladder.folder / "alone"
            alone.write_bytes(start + (ladder.folder / name).read_bytes())
            found = pictures(alone)
            assert found[0].key_frame
            assert len(found) == pytest.approx(length * 25, abs=1)


def test_a_player_may_change_sizes_since_segments_begin_at_the_same_seconds(ladder: Ladder) -> None:
    assert keys(whole(ladder, 360)) == keys(whole(ladder, 720))
    assert len(keys(whole(ladder, 360))) == 2


def test_the_sizes_are_those_of_the_ladder(ladder: Ladder) -> None:
    for height, size in ((360, (640, 360)), (720, (1280, 720))):
        frame = pictures(whole(ladder, height))[0]
        assert (frame.width, frame.height) == size


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((320, 240), [(320, 240)]),
        ((640, 360), [(640, 360)]),
        ((854, 480), [(640, 360), (854, 480)]),
        ((1280, 720), [(640, 360), (1280, 720)]),
        ((1920, 1080), [(640, 360), (1280, 720), (1920, 1080)]),
        ((3840, 2160), [(640, 360), (1280, 720), (1920, 1080)]),
        ((1080, 1920), [(360, 640), (720, 1280), (1080, 1920)]),
        ((1281, 721), [(640, 360), (1280, 720)]),
    ],
)
def test_no_size_is_larger_than_the_source(size: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    assert [(rung.width, rung.height) for rung in rungs_for(*size)] == expected


def test_the_sound_is_as_loud_as_that_of_every_film(ladder: Ladder) -> None:
    for path in (whole(ladder, 360), whole(ladder, 720), ladder.folder / "film.mp4"):
        loudness, peak = measured(path)
        assert loudness == pytest.approx(LOUDNESS, abs=1)
        assert peak <= 10 ** (TRUE_PEAK / 20)


def test_what_the_source_tells_about_its_maker_is_told_no_further(ladder: Ladder) -> None:
    secrets = [words.encode() for words in TELLING.values()]
    assert all(secret in ladder.source.read_bytes() for secret in secrets)
    for path in ladder.folder.iterdir():
        assert not any(secret in path.read_bytes() for secret in secrets), path
    with av.open(str(ladder.folder / "film.mp4")) as container:
        assert not {"title", "comment", "location", "creation_time", "encoder"} & set(container.metadata)


def test_the_one_file_starts_before_all_of_it_is_there(ladder: Ladder) -> None:
    start = (ladder.folder / "film.mp4").read_bytes()
    assert start.index(b"moov") < start.index(b"mdat")


def test_a_poster_and_a_sheet_of_previews_are_drawn(ladder: Ladder) -> None:
    assert ladder.first["stills"] == {"tiles": 2, "every": 5.0, "width": 160, "height": 90}
    with Image.open(ladder.folder / "sprite.webp") as sheet, Image.open(ladder.folder / "poster.webp") as poster:
        assert (sheet.size, poster.size) == ((320, 90), (1280, 720))


def test_how_it_is_coded_is_told_as_rfc_6381_writes_it(ladder: Ladder) -> None:
    for about in ladder.first["renditions"] + ladder.rest["renditions"]:
        assert re.fullmatch(r"avc1\.[0-9A-F]{6},mp4a\.40\.2", about["codecs"])


def measured(path: Path) -> tuple[float, float]:
    """Loudness in LUFS and the highest true peak (ITU-R BS.1770)."""
    graph: av.filter.Graph | None = None
    found: dict[str, str] = {}
    with av.open(str(path), format="mp4") as container:
        for frame in container.decode(audio=0):
            if graph is None:
                graph = av.filter.Graph()
                start = graph.add_abuffer(sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout)
                meter = graph.add("ebur128", "metadata=1:peak=true")
                graph.link_nodes(start, meter, graph.add("abuffersink")).configure()
            graph.push(frame)
            while True:
                try:
                    found = graph.pull().metadata or found
                except (av.BlockingIOError, av.EOFError):
                    break
    peaks = [float(value) for name, value in found.items() if "true_peaks_ch" in name]
    return float(found["lavfi.r128.I"]), max(peaks)
