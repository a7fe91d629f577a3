"""Captions are drafted by a real speech model where one is installed; nobody publishes a draft that nobody read."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.films import drafting
from portal.people.webinars.reading import check
from tests.people.site import Site
from tests.people.webinars.conftest import ABOUT
from tests.support.films import SAMPLE, record_sample

SECONDS = 21
needs_model = pytest.mark.skipif(
    not drafting.is_installed(), reason="the optional speech model is not installed: python3 tools/boot.py captions"
)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first words of our sample film."""
    path = tmp_path_factory.mktemp("spoken") / "recording.mp4"
    with av.open(str(record_sample() / f"{SAMPLE}.mp4")) as film, av.open(str(path), "w") as cut:
        streams = {
            one.index: cut.add_stream_from_template(one) for one in (film.streams.video[0], film.streams.audio[0])
        }
        for packet in film.demux(*(film.streams[index] for index in streams)):
            if packet.dts is not None and packet.dts * (packet.time_base or Fraction(1)) < SECONDS:
                packet.stream = streams[packet.stream.index]
                cut.mux(packet)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "webinars" / "second-message"
    made.mkdir(parents=True)
    (made / "webinar.toml").write_text(ABOUT.replace('said = "It is a new reason to answer."\n', ""))
    return made


def publish(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(portal, ["publish", str(folder)])


@needs_model
def test_what_is_said_is_drafted_marked_and_published_once_somebody_read_it(
    site: Site, folder: Path, spoken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / spoken.name).write_bytes(spoken.read_bytes())
    done = publish(site, folder, monkeypatch)
    assert done.exit_code == 1
    assert "Captions are drafted in captions.en.vtt." in done.stderr
    captions = folder / "captions.en.vtt"
    drafted = captions.read_text()
    assert "Most people don't answer a first message." in drafted
    (fault,) = check(folder / "webinar.toml")
    assert fault.startswith("second-message/captions.en.vtt: Line 3, note: A speech model drafted it")
    assert "nobody read it yet" in publish(site, folder, monkeypatch).stderr
    assert site.count("publications") == 0
    captions.write_text("\n".join(line for line in drafted.splitlines() if not line.startswith("NOTE")))
    assert publish(site, folder, monkeypatch).exit_code == 0
    assert "answer a first message" in site.get("/webinars/second-message").text


@needs_model
def test_what_cannot_be_listened_to_says_why_and_nothing_is_drafted(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "recording.mp4").write_text("#EXTM3U\nfile:///etc/passwd\n")
    done = publish(site, folder, monkeypatch)
    assert done.exit_code == 1
    assert "The speech model could not draft them: " in done.stderr
    assert not list(folder.glob("captions.*"))


@needs_model
def test_of_another_language_than_the_model_knows_nothing_is_drafted(
    site: Site, folder: Path, spoken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = folder / "webinar.toml"
    about.write_text(about.read_text().replace('language = "en"', 'language = "de"'))
    (folder / spoken.name).write_bytes(spoken.read_bytes())
    assert "knows English alone" in publish(site, folder, monkeypatch).stderr
    assert not list(folder.glob("captions.*"))


def test_without_the_model_it_is_said_that_they_are_to_be_written(
    site: Site, folder: Path, spoken: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(drafting, "PYTHON", tmp_path / "nothing")
    (folder / spoken.name).write_bytes(spoken.read_bytes())
    done = publish(site, folder, monkeypatch)
    assert done.exit_code == 1
    assert "No speech model is installed, so they are to be written: see docs/publishing.md." in done.stderr
    assert site.count("publications") == 0


@pytest.mark.parametrize("heard", ["not json", '[{"start": "x"}]', "[1]", '{"a": 1}'])
def test_of_a_process_that_was_taken_over_nothing_is_believed(
    site: Site, folder: Path, spoken: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, heard: str
) -> None:
    program = tmp_path / "python"
    program.write_text(
        "#!/usr/bin/env python3\nimport json, pathlib, sys\n"
        "folder = pathlib.Path(json.loads(sys.stdin.readline())['folder'])\n"
        f"(folder / 'said.json').write_text({heard!r})\n"
        "print(json.dumps({'percent': 'x'}))\nprint(json.dumps({'done': {}}))\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(drafting, "PYTHON", program)
    (folder / spoken.name).write_bytes(spoken.read_bytes())
    assert "could not draft them: What it heard cannot be read." in publish(site, folder, monkeypatch).stderr
    assert not list(folder.glob("captions.*"))
