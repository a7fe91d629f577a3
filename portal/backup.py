"""The only place that backs up or restores both sides, each by a process of its own that sees its own side alone."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portal.run import command, environment_for
from portal.shared.environment import ROOT
from portal.shared.keys import private_folder

SIDES = ("people", "sandbox")


class SideFailed(Exception):
    """One side could not; the message is what its process said."""


def back_up(target: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Copy both sides into `target`, which only its owner may open; what each has copied. Raises SideFailed."""
    private_folder(target)
    return {side: _ask(side, ["backup", str(target)], environ) for side in SIDES}


def restore(source: Path, environ: Mapping[str, str], *, options: list[str], of_people: list[str]) -> dict[str, Any]:
    """Put both sides back; `options` are for both, `of_people` for the people side alone. Raises SideFailed."""
    words = {"people": [*options, *of_people], "sandbox": options}
    return {side: _ask(side, ["restore", str(source), *words[side]], environ) for side in SIDES}


def _ask(side: str, words: list[str], environ: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [*command(side, *words), "--json"],
        env=environment_for(side, environ, is_owner=words[0] == "restore"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1]
        raise SideFailed(f"{side}: {said.removeprefix('Error: ')}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
