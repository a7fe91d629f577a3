"""The film of one committed recipe, recorded once for all tests and runs, and what the probe measured in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import launch_arguments
from tests.support.films import SAMPLE, record_sample
from tests.video.tool import PYTHON, ROOT

FOLDER = ROOT / "content/webinars" / SAMPLE


@pytest.fixture(scope="session")
def film() -> Path:
    """The folder with the film, its captions, chapters and poster."""
    if not PYTHON.exists():
        pytest.skip("the video environment is not set up: run make setup")
    return record_sample()


@pytest.fixture(scope="session")
def measured(film: Path) -> dict[str, Any]:
    probe = Path(__file__).with_name("probe.py")
    command = [PYTHON, probe, film / "second-message.mp4"]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_arguments()
