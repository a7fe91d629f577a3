"""The film of the committed recipe, made once (or found as set-up made it), and what the probe measured in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import launch_arguments
from tests.video.tool import PYTHON, ROOT, make

FOLDER = ROOT / "content/webinars/second-message"


@pytest.fixture(scope="session")
def film() -> Path:
    """The folder with the film, its captions, chapters and poster."""
    out = ROOT / ".build/webinars/second-message"
    made = make(FOLDER, out)
    assert made.returncode == 0, made.stderr
    return out


@pytest.fixture(scope="session")
def measured(film: Path) -> dict[str, Any]:
    probe = Path(__file__).with_name("probe.py")
    command = [PYTHON, probe, film / "second-message.mp4"]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_arguments()
