"""The module that counts in the viewer's browser, by node's own test runner; browser and server write alike."""

import subprocess

from portal.people.attention.seconds import count, read_covered
from portal.shared.environment import ROOT
from tests.assets.test_assets import NODE
from tests.people.attention.conftest import write_covered

WRITE = """
import { cover, none, write } from './static/people/attention/covered.js'
const bits = none(221)
for (const second of process.argv[1].split(',')) cover(bits, Number(second))
console.log(write(bits))
"""


def test_in_node() -> None:
    path = ROOT / "tests" / "assets" / "attention" / "counting.test.mjs"
    done = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "# pass 0" not in done.stdout


def test_browser_and_server_write_seconds_alike() -> None:
    seconds = [0, 1, 7, 8, 63, 64, 200, 220]
    command = [NODE, "--input-type=module", "--eval", WRITE, ",".join(map(str, seconds))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    written = done.stdout.strip()
    assert written == write_covered(seconds, seconds=221)
    assert count(read_covered(written, seconds=221)) == len(seconds)
