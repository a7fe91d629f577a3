"""The only place that asks whether a locked package has a known flaw: OSV about Python's, npm's registry about npm's.

Exit status: 0 where all answered and none knew of a flaw, 1 where one did, 3 where one could not be asked and the
others knew of none. Silence is never taken for an answer.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
NOTHING_KNOWN, FLAWED, NOT_ASKED = 0, 1, 3
LONGEST_WORDS = 200


class Answer(NamedTuple):
    """What was said about `lock`: a line for each flaw; `silence` says why nothing was said about some or all of it."""

    lock: str
    flaws: list[str]
    silence: str = ""


def main(words: Sequence[str]) -> int:
    """Ask about every lock and print the answers."""
    options = argparse.ArgumentParser(prog="tools.audit")
    options.add_argument("--osv-url", default="", help="another server that speaks OSV's language")
    options.add_argument("npm", nargs="+", help="how to call npm")
    asked = options.parse_args(words)
    with ThreadPoolExecutor() as pool:
        npm = pool.submit(ask_npm, asked.npm)
        answers = list(pool.map(lambda lock: ask_osv(lock, osv_url=asked.osv_url), sorted(LOCKS.glob("*.txt"))))
    answers.append(npm.result())
    for answer in answers:
        print(in_words(answer))
    if (status := status_of(answers)) == NOT_ASKED:
        print("Nothing may be concluded. Ask again where the network reaches OSV and the npm registry.")
    return status


def ask_osv(lock: Path, *, osv_url: str) -> Answer:
    """What OSV knows of the packages of a Python lock; they are looked up as locked, nothing is resolved."""
    as_locked = ["--requirement", str(lock), "--require-hashes", "--disable-pip"]
    osv = ["--vulnerability-service", "osv", *(["--osv-url", osv_url] if osv_url else [])]
    quietly = ["--format", "json", "--progress-spinner", "off"]
    done = _run([sys.executable, "-m", "pip_audit", *as_locked, *osv, *quietly])
    return read_pip_audit(f"requirements/{lock.name}", done.stdout, done.stderr)


def ask_npm(npm: Sequence[str]) -> Answer:
    """What the npm registry knows of the packages of package-lock.json."""
    done = _run([*npm, "audit", "--json", "--package-lock-only"])
    return read_npm_audit("package-lock.json", done.stdout, done.stderr)


def read_pip_audit(lock: str, output: str, complaint: str) -> Answer:
    """The answer in pip-audit's JSON. It calls what it could not look up "skipped" and then finds nothing wrong."""
    packages = _read(output).get("dependencies")
    if not packages:
        return Answer(lock, [], _last_line(complaint))
    flaws = [
        f"{package['name']} {package['version']}: {flaw['id']}{_fixed_in(flaw['fix_versions'])}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    skipped = [package for package in packages if "skip_reason" in package]
    silence = f"{len(skipped)} of {len(packages)} packages: {skipped[0]['skip_reason']}" if skipped else ""
    return Answer(lock, flaws, silence)


def read_npm_audit(lock: str, output: str, complaint: str) -> Answer:
    """The answer in npm's JSON, version 2 of its report."""
    report = _read(output)
    if "vulnerabilities" not in report:
        return Answer(lock, [], report.get("message") or _last_line(complaint))
    flaws = [f"{name}: {', '.join(_titles(package['via']))}" for name, package in report["vulnerabilities"].items()]
    return Answer(lock, flaws)


def in_words(answer: Answer) -> str:
    """The answer as the terminal shows it."""
    lines = [f"{answer.lock}: {flaw}" for flaw in answer.flaws]
    if answer.silence:
        lines.append(f"{answer.lock}: could not be asked about. {answer.silence}")
    return "\n".join(lines) or f"{answer.lock}: no known flaw"


def status_of(answers: Sequence[Answer]) -> int:
    """The exit status for these answers."""
    if any(answer.flaws for answer in answers):
        return FLAWED
    return NOT_ASKED if any(answer.silence for answer in answers) else NOTHING_KNOWN


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _read(output: str) -> dict[str, Any]:
    try:
        found = json.loads(output)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last_line(complaint: str) -> str:
    said = [line.strip() for line in complaint.splitlines() if line.strip()]
    return said[-1][:LONGEST_WORDS] if said else "Nothing was said."


def _fixed_in(versions: Sequence[str]) -> str:
    return f", mended in {' or '.join(versions)}" if versions else ", not mended yet"


def _titles(causes: Sequence[str | dict[str, Any]]) -> list[str]:
    """npm names a cause by its advisory, or by the package through which it comes."""
    return [f"through {cause}" if isinstance(cause, str) else f"{cause['title']} ({cause['url']})" for cause in causes]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
