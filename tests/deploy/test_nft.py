"""The shipped nft rules, in a network of the test's own: the sandbox's user answers, and calls nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.shared.environment import ROOT
from tests.deploy import wall
from tools.boot import find_program

NETWORK = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The shipped file, with numbers for users that only an installation has."""
    if subprocess.run([*NETWORK, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a network of their own")
    text = (ROOT / "deploy" / "nftables" / "learning-center.nft").read_text()
    for name, number in {'"learning-sandbox"': wall.SANDBOX, '"learning-people"': wall.PEOPLE}.items():
        assert name in text
        text = text.replace(name, str(number))
    path = tmp_path / "rules.nft"
    path.write_text(text)
    return path


def test_nft_finds_nothing_wrong_with_the_file(rules: Path) -> None:
    done = subprocess.run(
        [*NETWORK, find_program("nft"), "-c", "-f", str(rules)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="acting as other users takes root")
def test_the_sandbox_answers_and_calls_nobody_and_the_kernel_counts_it(rules: Path) -> None:
    script = [sys.executable, "-P", wall.__file__, find_program("nft"), find_program("ip"), str(rules)]
    done = subprocess.run([*NETWORK, *script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("packets refused") >= 3
    allowed = {name for name, was_allowed in found.items() if was_allowed}
    assert allowed == {
        "anybody reaches mail",
        "people side reaches mail",
        "sandbox answers",
        "sandbox reaches the store that was allowed",
    }
