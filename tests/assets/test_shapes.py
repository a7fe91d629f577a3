"""The modules that read a visitor's file, by node's own test runner; and that browser and server judge names alike."""

import json
import subprocess

import pytest

from portal.sandbox.shapes.names import is_persons_column, looks_like_name, looks_reachable
from portal.sandbox.shapes.shape import KINDS, PARTS
from portal.shared.environment import ROOT
from tests.assets.test_assets import NODE

FILES = sorted((ROOT / "tests" / "assets" / "shapes").glob("*.test.mjs"))
TEXTS = [
    *(
        "Jane",
        "jane doe",
        "Doe, Jane",
        "Dr. Zzyq",
        "O’Brien",
        "Müller",
        "Jürgen Klein",
        "Grant application",
        "Closed Won",
    ),
    *(
        "North America",
        "B2B",
        "",
        "  ",
        "A.B.",
        "Ann-Marie Ann",
        "Full name",
        "Owner",
        "Lead owner",
        "Owner status",
        "Stage",
    ),
    *(
        "Created by",
        "Company name",
        "first_name",
        "von",
        "Ansprechpartner",
        "1 234 567",
        "12-34-56",
        "٣٤٥٦٧٨",
        "a@b",
        "12345",
    ),
    *(
        "123456",
        "１２３４５６",
        "Agent type",
        "Names",
        "List name",
        "Jose\u0301 Silva",
        "JOSÉ",
        "Ms Zzyq",
        "Mr",
        "May",
        "Will call",
    ),
]
ASK = """
import * as names from './static/sandbox/shapes/names.js'
import * as shape from './static/sandbox/shapes/shape.js'
const texts = JSON.parse(process.argv[1])
const judged = texts.map((text) => [names.looksLikeName(text), names.isPersonsColumn(text), names.looksReachable(text)])
const kinds = Object.keys(shape.KINDS)
const parts = {}
for (const part of JSON.parse(process.argv[2])) parts[part] = kinds.filter((kind) => shape.fits(part, { kind }))
console.log(JSON.stringify({ judged, kinds, parts }))
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_in_node(path: object) -> None:
    done = subprocess.run([NODE, "--test", str(path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "# pass 0" not in done.stdout


def test_browser_and_server_judge_alike() -> None:
    words = [json.dumps(TEXTS), json.dumps(list(PARTS))]
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", ASK, *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    here = [[looks_like_name(text), is_persons_column(text), looks_reachable(text)] for text in TEXTS]
    assert dict(zip(TEXTS, told["judged"], strict=True)) == dict(zip(TEXTS, here, strict=True))
    assert sorted(told["kinds"]) == sorted(KINDS)
    assert {part: set(kinds) for part, kinds in told["parts"].items()} == {
        part: set(kinds) for part, (_, kinds) in PARTS.items()
    }
