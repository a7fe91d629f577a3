"""`make audit` as it is run, pip-audit and npm in earnest; only the advisories' servers are ours."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from portal.shared.environment import ROOT
from tools.audit import FLAWED, NOT_ASKED, NOTHING_KNOWN, read_pip_audit
from tools.boot import _node

FLASK = {
    "id": "PYSEC-0000-1",
    "summary": "Invented for a test.",
    "affected": [
        {
            "package": {"name": "flask", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}],
        }
    ],
}
ESBUILD = {
    "id": 1,
    "url": "https://people.customerhub.net/advisories/1",
    "title": "Invented for a test",
    "severity": "high",
    "vulnerable_versions": "<99",
}


class Advisories(BaseHTTPRequestHandler):
    """OSV's `/v1/query` and the npm registry's `advisories/bulk`, which know of the flaws in `flaws`, or fail."""

    flaws: ClassVar[set[str]] = set()
    is_broken: ClassVar[bool] = False

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if self.is_broken:
            self.send_error(503)
        elif self.path == "/v1/query":
            self.answer({"vulns": [FLASK]} if json.loads(asked)["package"]["name"] in self.flaws else {})
        else:
            self.answer({"esbuild": [ESBUILD]} if "esbuild" in self.flaws else {})

    def answer(self, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def advisories() -> Iterator[tuple[type[Advisories], str]]:
    kind = type("AdvisoriesOfOneTest", (Advisories,), {"flaws": set(), "is_broken": False})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield kind, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def audit(url: str) -> subprocess.CompletedProcess[str]:
    _, npm = _node()
    command = [sys.executable, "-m", "tools.audit", "--osv-url", f"{url}/v1/query", *map(str, npm)]
    environment = os.environ | {"npm_config_registry": url, "npm_config_fetch_retries": "0"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_where_nobody_knows_of_a_flaw_every_lock_is_named_as_sound(advisories: tuple[type[Advisories], str]) -> None:
    _, url = advisories
    done = audit(url)
    assert done.returncode == NOTHING_KNOWN, done.stdout + done.stderr
    locks = [f"requirements/{path.name}" for path in sorted((ROOT / "requirements").glob("*.txt"))]
    assert done.stdout.splitlines() == [f"{lock}: no known flaw" for lock in (*locks, "package-lock.json")]


def test_a_known_flaw_is_named_with_its_package_its_lock_and_what_mends_it(
    advisories: tuple[type[Advisories], str],
) -> None:
    kind, url = advisories
    kind.flaws = {"flask", "esbuild"}
    done = audit(url)
    assert done.returncode == FLAWED, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert any(
        line.startswith("requirements/serve.txt: flask ") and "PYSEC-0000-1, mended in 99.1" in line for line in lines
    )
    assert f"package-lock.json: esbuild: Invented for a test ({ESBUILD['url']})" in lines
    assert "requirements/video.txt: no known flaw" in lines


def test_advisories_that_cannot_be_asked_are_not_taken_for_silence(advisories: tuple[type[Advisories], str]) -> None:
    kind, url = advisories
    kind.is_broken = True
    done = audit(url)
    assert done.returncode == NOT_ASKED, done.stdout + done.stderr
    assert "no known flaw" not in done.stdout
    assert done.stdout.count("could not be asked about") == 1 + len(list((ROOT / "requirements").glob("*.txt")))


def test_what_pip_audit_calls_skipped_was_not_asked() -> None:
    skipped = {"name": "flask", "skip_reason": "Dependency not found on PyPI and could not be audited: flask (3.1.3)"}
    answer = read_pip_audit("serve.txt", json.dumps({"dependencies": [skipped], "fixes": []}), "")
    assert answer.silence.startswith("1 of 1 packages: Dependency not found")
