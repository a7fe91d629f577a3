"""Calls the tool as a person does, in its own environment."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-video/bin/python"


def make(folder: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if not PYTHON.exists():
        pytest.skip("the video environment is not set up: run make setup")
    command: list[str | Path] = [PYTHON, "-m", "tools.video", folder, "--out", out, *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
