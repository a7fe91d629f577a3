"""The life of one person as docs/consent.md tells it: its lines of curl are run as they stand there."""

import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from portal.shared.environment import ROOT
from tests.people.site import ADA
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


@pytest.mark.one_engine
def test_the_lines_of_curl_do_what_the_page_says(site: Running, tmp_path: Path) -> None:
    first, *rest = told()
    assert first.startswith(AT_HOME)
    assert len(rest) == 4
    steps = [first.replace(AT_HOME, f"SITE={site.people}"), *rest]
    script = "\n".join(f"echo 'step {number}'\n{step}" for number, step in enumerate(steps))
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    _, _, confirmed, asked, stopped = done.stdout.split("step ")[1:]
    assert confirmed.strip() == "2"
    assert "Why did I get" in asked, asked
    assert '<li data-state="confirmed">' in asked, "\n".join(
        line for line in asked.splitlines() if "data-state" in line
    )
    assert stopped.split("\n")[1:3] == ["Done. We will not write to this address about it again."] * 2
    assert stopped.strip().endswith("303"), "Whether the digits are anybody's is not told."
    proof = site.portal("consent", "proof", ADA)
    assert proof.returncode == 0
    assert "withdrawn" in proof.stdout, proof.stdout[:2000]
