"""How soon the learning center answers: from an empty clone with empty caches, and the second time."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from portal.shared.environment import ROOT
from tests.support.running import free_ports


def figures() -> Iterator[Figure]:
    """Seconds until both hosts answer `/readyz`, beside the limits of the product."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for name, limit in (("make run from an empty clone, empty caches", 120.0), ("make run again", 2.0)):
            taken = _seconds_until_ready(clone, caches=Path(folder) / "caches")
            yield Figure(name=name, value=taken, peer=limit, against="limit", unit="s", goal=1)
        shutil.rmtree(clone, ignore_errors=True)


def _seconds_until_ready(clone: Path, *, caches: Path) -> float:
    caches.mkdir(exist_ok=True)
    ports = free_ports()
    apart = {"HOME": str(caches), "XDG_CACHE_HOME": str(caches), "UV_CACHE_DIR": str(caches / "uv")}
    apart |= {"NPM_CONFIG_CACHE": str(caches / "npm"), "PIP_NO_CACHE_DIR": "1"}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run", f"PORT={ports[0]}", f"SANDBOX_PORT={ports[1]}", "DATA=var"],
        cwd=clone,
        env=os.environ | apart,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not all(_answers(port) for port in ports):
            if process.poll() is not None or time.monotonic() - began > 600:
                raise RuntimeError("make run did not come up")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
