"""The only place that asks both sides how they are, each by a process of its own, and compares what they answer."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from portal.run import CannotStart, command, environment_for, reachable, require_free
from portal.shared.environment import ROOT, SettingsError, number, settings_in_files
from portal.shared.health import Finding, broken, ok

_WORDS = {"ok": "ok", "warning": "warning", "broken": "BROKEN"}


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What was found, side by side: people, sandbox, and what only the two of them together show."""

    findings: tuple[tuple[str, Finding], ...]

    @property
    def is_sound(self) -> bool:
        return not any(finding.state == "broken" for _, finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        return {
            "sound": self.is_sound,
            "findings": [{"side": side} | finding.as_dict() for side, finding in self.findings],
        }

    def as_words(self) -> str:
        """A line each, and below what does not work what to do about it."""
        lines = []
        for side, finding in self.findings:
            lines.append(f"{_WORDS[finding.state]:<8} {side + ' ' + finding.name:<20} {finding.words}")
            if finding.advice:
                lines.append(f"{'':<29} → {finding.advice}")
        broken_ones = sum(finding.state == "broken" for _, finding in self.findings)
        return "\n".join([*lines, "", f"{broken_ones} broken" if broken_ones else "Nothing is broken."])


def examine(environ: Mapping[str, str]) -> Diagnosis:
    """Ask both sides, then look at what lies between them."""
    people, sandbox = (_ask(side, environ) for side in ("people", "sandbox"))
    between = (*_compare(people.get("addresses"), sandbox.get("addresses")), *_ports(environ))
    return Diagnosis(
        findings=(
            *(("people", Finding(**finding)) for finding in people["findings"]),
            *(("sandbox", Finding(**finding)) for finding in sandbox["findings"]),
            *(("both", finding) for finding in between),
        )
    )


def _ask(side: str, environ: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        command(side, "doctor"),
        env=environment_for(side, environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        fault = broken("process", f"Its process said: {said}", "Run make setup, then try again.")
        return {"findings": [fault.as_dict()]}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _compare(people: Mapping[str, str] | None, sandbox: Mapping[str, str] | None) -> Iterator[Finding]:
    if not people or not sandbox:
        return
    for setting, one, other in (
        ("SANDBOX_URL", people["SANDBOX_URL"], sandbox["SANDBOX_URL"]),
        ("LEARNING_URL", sandbox["LEARNING_URL"], people["PEOPLE_URL"]),
    ):
        if one != other:
            yield broken("addresses", f"One side leads to {one}, the other answers at {other}.", f"Mend {setting}.")
            return
    if urlsplit(people["PEOPLE_URL"]).hostname == urlsplit(sandbox["SANDBOX_URL"]).hostname:
        words = "Both sides answer on one host name, so they would share cookies."
        yield broken("addresses", words, "Give SANDBOX_URL a host name of its own.")
        return
    yield ok("addresses", "Each side leads to where the other answers, on two host names.")


def _ports(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        environ = {**environ, **settings_in_files(environ)}
        listen = environ.get("LISTEN") or "127.0.0.1"
        ports = {name: number(environ, name, default) for name, default in (("PORT", 8000), ("SANDBOX_PORT", 8001))}
    except SettingsError:  # a side has said so already
        return
    for name, port in ports.items():
        try:
            if _is_ours(f"http://{reachable(listen)}:{port}/healthz"):
                yield ok("ports", f"{port} answers as ours.")
            else:
                require_free(listen, port, name)
                yield ok("ports", f"{port} is free.")
        except CannotStart as fault:
            yield broken("ports", str(fault), f"Set {name}.")


def _is_ours(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own http address
            return answer.read(3) == b"ok\n" and "X-Request-ID" in answer.headers
    except (urllib.error.URLError, OSError, ValueError):
        return False
