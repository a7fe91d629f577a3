"""Lines on the sandbox as a process: what the running one holds, and what one like it can reach."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from portal.people.settings import NAMES as PEOPLE_NAMES
from portal.people.settings import Settings as PeopleSettings
from portal.run import PEOPLE_ALONE, environment_for
from portal.sandbox.settings import NAMES as SANDBOX_NAMES
from portal.sandbox.settings import Settings as SandboxSettings
from portal.separation.report import Line
from portal.shared.environment import ROOT

PEOPLE_ONLY = frozenset({*PEOPLE_ALONE, *PEOPLE_NAMES}) - frozenset(SANDBOX_NAMES)


def running(people: PeopleSettings, sandbox: SandboxSettings) -> Line:
    """The sandbox that runs now: its environment and its open files, as the kernel tells them."""
    name, title = "running sandbox", "The running sandbox was handed nothing of the people side"
    claim = "What the kernel tells of the process that runs now: its environment and its open files."
    pid = _pid(sandbox.folder)
    try:
        environment = _environment(pid)
        files = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()]
    except OSError:
        why = "no sandbox runs here that this user may look into"
        return Line(name=name, title=title, claim=claim, examined={}, because=why)
    faults = [f"its environment holds {setting}" for setting in environment if setting in PEOPLE_ONLY]
    secrets = {*people.secret_keys, people.mail_url, people.database_url, people.limits_url} - {"outbox:", ""}
    faults += [
        f"its {setting} holds a secret of the people side"
        for setting, value in environment.items()
        if any(secret in value for secret in secrets)
    ]
    inside = os.path.realpath(people.folder) + os.sep
    faults += ["it holds a file of the people side open" for file in files if file.startswith(inside)]
    examined = {"settings in its environment": len(environment), "open files": len(files)}
    return Line(name=name, title=title, claim=claim, examined=examined, faults=tuple(faults))


def reach(people: PeopleSettings, sandbox: SandboxSettings, environ: Mapping[str, str], *, root: Path = ROOT) -> Line:
    """A fresh process, shut in as the sandbox is, tries to cross; every try has to be refused."""
    done = subprocess.run(
        [sys.executable, "-P", str(root / "portal" / "separation" / "attempts.py"), str(people.folder)],
        env=environment_for("sandbox", environ) | {"PYTHONPATH": str(root)},
        cwd=sandbox.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        fault = f"the tries could not be made: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
        return Line(name="reach", title=_TITLE, claim=_REACH, examined={"tries": 0}, faults=(fault,))
    tried: dict[str, bool] = json.loads(done.stdout)
    faults = tuple(f"it was not refused to {what}" for what, was_refused in tried.items() if not was_refused)
    return Line(
        name="reach", title=_TITLE, claim=_REACH, examined={"tries to cross, all refused": len(tried)}, faults=faults
    )


_TITLE = "The sandbox can neither import, open nor call the other side"
_REACH = "A fresh process, shut in as the sandbox is, tries to cross. Every try has to be refused."


def _pid(folder: Path) -> int:
    path = folder / "process"
    written = path.read_text() if path.is_file() else ""
    return int(written) if written.isascii() and written.isdigit() else 0


def _environment(pid: int) -> dict[str, str]:
    if b"sandbox" not in Path(f"/proc/{pid}/cmdline").read_bytes():
        raise ProcessLookupError(pid)
    entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (os.fsdecode(entry).partition("=") for entry in entries if entry)
    return {name: value for name, _, value in pairs}
