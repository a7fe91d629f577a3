"""Every page of both sides, in every state that the story tells, is valid HTML; and the story leaves no page out."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.shared.environment import ROOT
from tests.pages.installation import Installation, installation
from tests.pages.seen import Seen, unseen
from tests.pages.story import SIDES, tell
from tools.boot import _node

CONFIG = ROOT / "tests" / "pages" / "html-validate.mjs"
CONFIG_OF_MAILS = ROOT / "tests" / "pages" / "html-validate-mail.mjs"
COMMAND = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"

Told = tuple[Installation, list[Seen]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with installation(tmp_path_factory.mktemp("pages")) as installed:
        yield installed, list(tell(installed))


@pytest.mark.parametrize("side", SIDES)
def test_the_story_leaves_out_no_route(told: Told, side: str) -> None:
    installed, pages = told
    left_out = unseen(installed.app(side), [page for page in pages if page.side == side])
    assert left_out == set(), f"Yield an answer of each in tests/pages/{side}.py, with status 200: {sorted(left_out)}"


def test_every_page_of_the_story_has_a_name_of_its_own(told: Told) -> None:
    _, pages = told
    assert [title for title, count in Counter(page.title for page in pages).items() if count > 1] == []


def test_every_page_and_every_mail_is_valid(told: Told, tmp_path: Path) -> None:
    _, pages = told
    for page in pages:
        if page.is_page:
            folder = "mails" if page.name.startswith("mail-") else "pages"
            write(tmp_path / folder / f"{page.title}.html", page.text)
    faults = faults_in(tmp_path / "pages") + faults_in(tmp_path / "mails", CONFIG_OF_MAILS)
    assert not faults, "\n".join(faults)


def test_a_page_that_is_not_valid_is_found(tmp_path: Path) -> None:
    write(tmp_path / "odd.html", "<!doctype html><html lang=en><title>Odd</title><p>One<div>Two</p></html>")
    assert any(line.startswith("odd.html:1") for line in faults_in(tmp_path))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)


def faults_in(folder: Path, config: Path = CONFIG) -> list[str]:
    """What html-validate finds in the pages of a folder, one line each."""
    node, _ = _node()
    report = folder / "report.json"  # through a pipe, the end of a long one is lost
    words = [*node, COMMAND, "--config", config, "--formatter", f"json={report}", "**/*.html"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{Path(page['filePath']).relative_to(folder)}:{fault['line']} {fault['ruleId']}: {fault['message']}"
        for page in json.loads(report.read_text())
        for fault in page["messages"]
    ]
