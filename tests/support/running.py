"""The whole thing as `bin/portal run` starts it: three processes, two hosts, on free ports and a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Self

from portal.run import command
from portal.shared.environment import ROOT
from tests.support import engines


class Running:
    """An installation on the current engine; as a context manager it runs, and stops everything it started.

    `settings` are those of the contract that are to be other than in development.
    """

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port, self.sandbox_port = free_ports()
        self.people = f"http://localhost:{self.port}"
        self.sandbox = f"http://127.0.0.1:{self.sandbox_port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATA": str(data),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "SANDBOX_LARGEST": "1000",  # the large scenarios would keep every test's machine busy
            "MEDIA_FILMS": "elsewhere",  # and so would six films
        } | settings
        for side in engines.SIDES:
            self.environment |= engines.current().empty(side)
        self.output = data.parent / f"{data.name}.out"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command("run"), env=self.environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
            )
        for address in (self.people, self.sandbox):
            self.wait_for(f"{address}/readyz")
        while "Ctrl-C stops it" not in self.output.read_text():  # said once the worker runs, too
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def wait_for(self, address: str, seconds: float = 60) -> None:
        """Return once `address` answers 200; fail with what was printed otherwise."""
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"{address} did not answer:\n{self.output.read_text()}")

    def portal(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `bin/portal WORDS` beside it, with some settings that are to be other than its own."""
        environment = self.environment | settings
        return subprocess.run(command(*words), env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def database_url(self, side: str) -> str:
        """The address of a side's database, as its server has it."""
        return self.environment.get(f"{side.upper()}_DATABASE_URL", f"sqlite:///{self.data / side / f'{side}.db'}")

    def open_files(self, *words: str) -> list[str]:
        """What the one process with `words` in its command line has open, as the kernel names it."""
        (pid,) = self.pids(*words)
        names = []
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                names.append(str(entry.readlink()))
        return names

    def pids(self, *words: str) -> list[int]:
        """The processes of this installation whose command line holds `words` in a row."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"-m portal {' '.join(words)}" in line and re.search(rf"(^|\0)PORT={self.port}\0", environment):
                found.append(int(entry.name))
        return found


def free_ports() -> tuple[int, int]:
    """Two ports that nothing listens on."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]
