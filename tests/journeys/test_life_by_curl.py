"""The life of one person as docs/consent.md tells it: its lines of curl are run as they stand there."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from portal.run import command
from portal.shared.environment import ROOT
from tests.support.engines import Engine
from tests.support.running import Running

DOCUMENT = ROOT / "docs" / "consent.md"
AT_HOME = "SITE=http://localhost:8000"


def told() -> list[str]:
    """The indented blocks of the part that tells it, in order."""
    part = DOCUMENT.read_text().partition("## The life of one person")[2].partition("\n## ")[0]
    blocks, lines = list[str](), list[str]()
    for line in [*part.splitlines(), "end"]:
        if line.startswith("    ") and not line.strip().startswith("!["):
            lines.append(line)
        elif line.strip() and lines:
            blocks.append(dedent("\n".join(lines)))
            lines = []
    return blocks


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Iterator[Running]:
    """One on which nobody has asked for anything in Ada's name today."""
    with Running(tmp_path / "data") as running:
        yield running


@pytest.mark.one_engine
def test_the_lines_of_curl_do_what_the_page_says(site: Running, tmp_path: Path) -> None:
    first, *rest = told()
    here = first.replace(AT_HOME, f"SITE={site.people}").replace("$PWD/bin/portal", f"{tmp_path}/portal")
    assert here.count(str(tmp_path)) == 1
    here = here.replace("$PWD/.venv/bin/python", sys.executable)
    portal = tmp_path / "portal"  # `bin/portal` of the environment that runs the tests
    portal.write_text("\n".join(["#!/bin/sh", f'exec {shlex.join(command())} "$@"']))
    portal.chmod(0o700)
    steps = [here, *rest]
    script = "\n".join(f"echo 'step {number}'\n{step}" for number, step in enumerate(steps))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, cwd=ROOT, env=site.environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    _, asked, confirmed, genuine, sent, chosen, stopped, withdrawn, proven = (
        [line for line in step.splitlines()[1:] if line] for step in done.stdout.split("step ")[1:]
    )
    assert asked == ["303"]
    assert confirmed == ["200", "303"]
    assert genuine == ["Genuine, and unchanged since we signed it"]
    assert re.fullmatch(r"List-Unsubscribe +&lt;http://localhost:\d+/opt-out/[\w-]{43}&gt; *", sent[-2]), sent
    assert sent[-1].split() == ["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"]
    assert chosen[0].startswith("Because you asked for “Invitations to webinars”")
    assert chosen[1:3] == ["Nothing from us until", "The pause is over"]
    assert chosen[3:] == [*['li data-state="confirmed"'] * 2, *['li data-state="requested"'] * 2]
    assert stopped[:4] == ["Done. We will not write to this address about it again.", "200 0"] * 2
    assert stopped[4] == "303", "Whether the digits are anybody's is not told."
    assert stopped[5].split()[0] == "said-no"
    assert withdrawn == ["Genuine, and withdrawn since"]
    states = [line.split("  ")[5] for line in proven if line.startswith("20")]
    assert states == ["requested", "requested", "confirmed", "confirmed", "withdrawn"]
    assert proven[-2].startswith("Holds. Signed with")
    assert proven[-1] == "as it should be"
    assert "Refused: " in done.stderr
