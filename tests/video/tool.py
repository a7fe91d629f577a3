"""Calls the tool as a person does, in its own environment; and writes the smallest recipe that it takes."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-video/bin/python"
RECIPE = """
title = "A short one"
summary = "Two sentences."
presenter = "Ines Okafor-Lind"
date = 2026-03-12
language = "en"
voice = "heart"
pace = 1.0
said = "the first of two"

[[chapters]]
title = "Only chapter"

[[chapters.slides]]
title = "Only slide"
under = "Nothing more"
say = \"\"\"
This is the first of two sentences.
And this is the second.
\"\"\"
"""
POSTER = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180">
  <path fill="var(--accent)" d="M0 0h320v180H0z"/>
</svg>
"""


def make(folder: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if not PYTHON.exists():
        pytest.skip("the video environment is not set up: run make setup")
    command: list[str | Path] = [PYTHON, "-m", "tools.video", folder, "--out", out, *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def write_short_one(where: Path) -> Path:
    """A webinar's folder of two sentences, some six seconds of film."""
    made = where / "short-one"
    (made / "slides").mkdir(parents=True)
    (made / "webinar.toml").write_text(RECIPE)
    (made / "poster.svg").write_text(POSTER)
    return made
