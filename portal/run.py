"""The only place that starts and supervises the processes; it opens neither database."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from portal.shared.environment import ROOT, data_folder, number, settings_in_files
from portal.shared.keys import private_folder

# What a child may see of the environment: names, never a whole copy.
_PLAIN = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "DATA", "LISTEN", "PORT", "SANDBOX_PORT", "PROXIES", "METRICS_TOKEN")
PEOPLE_ALONE = (
    *("PEOPLE_CONFIG", "PEOPLE_URL", "PEOPLE_DATABASE_URL", "PEOPLE_SECRET_KEYS", "PEOPLE_OPT_OUTS_URL"),
    *("PEOPLE_CHECKPOINTS_URL", "VAULT_DATABASE_URL", "VAULT_KEYS"),
    *("MEDIA_URL", "MEDIA_ACCEL", "MEDIA_FILMS", "S3_ENDPOINT_URL", "S3_PUBLIC_URL"),
    *("MAIL_URL", "MAIL_DKIM_KEY", "MAIL_DKIM_SELECTOR", "MAIL_BOUNCES_TO", "MAIL_BOUNCES_URL", "MAIL_EVENTS_SECRETS"),
    *("FAX_URL", "VOICE_URL", "LETTER_URL", "JOBS_URL", "LIMITS_URL"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"),
)
# The last two are OpenSSL's own: whom to trust besides the public authorities, for a mail server of one's own.
_PEOPLE = (*PEOPLE_ALONE, "SANDBOX_URL", "SSL_CERT_FILE", "SSL_CERT_DIR")
_SANDBOX = (
    *("SANDBOX_CONFIG", "SANDBOX_URL", "SANDBOX_DATABASE_URL", "SANDBOX_SECRET_KEYS", "SANDBOX_LIMITS_URL"),
    *("SANDBOX_LARGEST", "SANDBOX_MOST_DRIVES", "SANDBOX_MOST_ROWS", "LEARNING_URL"),
)
_OWNERS = {"people": ("PEOPLE_OWNER_URL",), "sandbox": ("SANDBOX_OWNER_URL",), "separation": ()}

CHECK_EVERY_SECONDS = 3600
LONGEST_PAUSE_SECONDS = 30.0
LONGEST_START_SECONDS = 120.0  # the first one makes the tables and the scenarios
MOST_LOG_BYTES = 10 * 1024 * 1024


class CannotStart(Exception):
    """The processes could not be started; the message says what to do."""


def command(*words: str) -> list[str]:
    """The command line of `bin/portal WORDS`; `-P` keeps the folder a child stands in off its import path."""
    return [sys.executable, "-P", "-m", "portal", *words]


def bound(words: list[str]) -> list[str]:
    """The same command, told by the kernel to stop when this process ends, even by SIGKILL (PR_SET_PDEATHSIG).

    `setpriv` is part of every Debian; where it is missing, children outlive a killed supervisor.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *words] if setpriv else words


def environment_for(side: str, environ: Mapping[str, str], *, is_owner: bool = False) -> dict[str, str]:
    """The environment of a child of `people`, `sandbox` or `separation`: only what is listed above for it.

    The separation check reads both sides, and gets both lists; the owner's address is for migrations alone.
    """
    sides = {"people": _PEOPLE, "sandbox": _SANDBOX, "separation": (*_PEOPLE, *_SANDBOX)}
    names = {*_PLAIN, *sides[side], *(_OWNERS[side] if is_owner else ())}
    listed = {name: value for name, value in environ.items() if name in names}
    if "DATA" in listed:
        listed["DATA"] = str(Path(listed["DATA"]).absolute())
    return listed | {"PYTHONPATH": str(ROOT)}


def prepare(environ: Mapping[str, str], act: str, sides: Sequence[str] = ("people", "sandbox")) -> None:
    """Run `migrate`, `seed` or both (`prepare`) for these sides at once, each by a process of its own.

    Raises CannotStart.
    """
    children = {
        side: subprocess.Popen(
            bound(command(side, act)), env=environment_for(side, environ, is_owner=act != "seed"), cwd=ROOT
        )
        for side in sides
    }
    failed = [side for side, child in children.items() if child.wait() != 0]
    if failed:
        raise CannotStart(f"{act} failed for {' and '.join(failed)}; see above.")


def run(environ: Mapping[str, str]) -> None:
    """Prepare, start people, sandbox and worker, restart what dies, and stop them all when told to."""
    environ = {**environ, **settings_in_files(environ)}
    data = private_folder(data_folder(environ))
    listen = environ.get("LISTEN") or "127.0.0.1"
    ports = (number(environ, "PORT", 8000), number(environ, "SANDBOX_PORT", 8001))
    for port, name in zip(ports, ("PORT", "SANDBOX_PORT"), strict=True):
        require_free(listen, port, name)
    apart = [side for side in ("people", "sandbox") if not _prepares_itself(side, environ)]
    prepare(environ, "prepare", apart)
    stopping = _Stop()
    children = [
        *(
            _Child(
                side,
                command(side, "serve", *(() if side in apart else ("--prepare",))),
                environment_for(side, environ),
                data / side,
                side,
            )
            for side in ("people", "sandbox")
        ),
        _Child("worker", command("worker"), environment_for("people", environ), data / "people", "worker"),
        _Child(
            "scenarios",
            command("sandbox", "seed", "--gently"),
            environment_for("sandbox", environ),
            data / "sandbox",
            "scenarios",
            is_once=True,
        ),
    ]
    try:
        for child in children[:2]:
            child.start()
        is_ready = _wait_until_ready(ports, listen, children, stopping)
        for child in children[2:]:  # nobody waits for these, so they do not slow the two that answer
            child.start()
        if is_ready:
            _greet(environ, ports, data, _start_link(environ))
        elif not stopping.asked:
            _say(f"They take long to answer. See the logs in {data}")
        _supervise(children, environ, data, stopping)
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def require_free(listen: str, port: int, name: str) -> None:
    """Raise CannotStart where something else listens on `port`, which the setting `name` chose."""
    with socket.socket(socket.AF_INET6 if ":" in listen else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, port))
        except OSError as fault:
            raise CannotStart(
                f"Port {port} is taken. Stop what uses it, or choose another: make run {name}=…"
            ) from fault


def reachable(listen: str) -> str:
    """The host under which this machine itself reaches what listens on `listen`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(listen, f"[{listen}]" if ":" in listen else listen)  # noqa: S104


def _prepares_itself(side: str, environ: Mapping[str, str]) -> bool:
    """Whether its database is the embedded one: that has no owner apart, and one process starts sooner than two."""
    return not any(environ.get(f"{side.upper()}_{name}") for name in ("CONFIG", "DATABASE_URL", "OWNER_URL"))


class _Stop:
    """Whether somebody asked to stop: Ctrl-C, or SIGTERM from a service manager."""

    def __init__(self) -> None:
        self.asked = False
        for number_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number_, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


class _Child:
    """One supervised process, started again when it ends, after pauses that grow while it keeps failing."""

    def __init__(
        self,
        name: str,
        words: list[str],
        environment: dict[str, str],
        folder: Path,
        log: str,
        *,
        is_once: bool = False,
    ) -> None:
        self.name = name
        self.is_once = is_once  # whether it has an end, and is done when it ends well
        self.words = words
        self.environment = environment
        self.folder = private_folder(folder)
        self.log = folder / f"{log}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0.5
        self.started_at = 0.0
        self.not_before = 0.0

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > MOST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                bound(self.words),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                close_fds=True,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def keep_alive(self) -> None:
        if self.process is None or self.process.poll() is None or (self.is_once and self.process.returncode == 0):
            return
        now = time.monotonic()
        if not self.not_before:
            self.pause = (
                0.5 if now - self.started_at > LONGEST_PAUSE_SECONDS else min(2 * self.pause, LONGEST_PAUSE_SECONDS)
            )
            self.not_before = now + self.pause
            _say(f"{self.name} ended with {self.process.returncode}; starting it again. See {self.log}")
        elif now >= self.not_before:
            self.not_before = 0.0
            self.start()

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _wait_until_ready(ports: tuple[int, int], listen: str, children: list[_Child], stopping: _Stop) -> bool:
    host = reachable(listen)
    deadline = time.monotonic() + LONGEST_START_SECONDS
    waiting = set(ports)
    while waiting and not stopping.asked and time.monotonic() < deadline:
        if dead := next((child for child in children if child.process and child.process.poll() is not None), None):
            raise CannotStart(f"{dead.name} did not start:\n{_last_lines(dead.log)}")
        waiting = {port for port in waiting if not _is_ready(f"http://{host}:{port}/readyz")}
        time.sleep(0.05)
    return not waiting


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _start_link(environ: Mapping[str, str]) -> str:
    """A link that signs the sample staff in, made by a process of the people side; empty outside development."""
    made = subprocess.run(
        command("people", "start-link"),
        env=environment_for("people", environ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return made.stdout.strip()


def _greet(environ: Mapping[str, str], ports: tuple[int, int], data: Path, start_link: str) -> None:
    people = environ.get("PEOPLE_URL") or f"http://localhost:{ports[0]}"
    sandbox = environ.get("SANDBOX_URL") or f"http://127.0.0.1:{ports[1]}"
    lines = {
        "Learning center": people,
        "Sandbox": sandbox,
        "Staff, once": start_link,
        "Mail it sent": f"{people}/_outbox",
        "Logs": f"{data}/people/*.log, {data}/sandbox/*.log",
    }
    _say("\n" + "".join(f"  {name:15}  {value}\n" for name, value in lines.items() if value))
    _say("  Ctrl-C stops it.\n")


def _supervise(children: list[_Child], environ: Mapping[str, str], data: Path, stopping: _Stop) -> None:
    check: subprocess.Popen[bytes] | None = None
    next_check = time.monotonic()
    while not stopping.asked:
        for child in children:
            child.keep_alive()
        if time.monotonic() >= next_check and (check is None or check.poll() is not None):
            next_check = time.monotonic() + CHECK_EVERY_SECONDS
            check = _start_check(environ, data)
        time.sleep(0.2)
    if check and check.poll() is None:
        check.terminate()
        check.wait()


def _start_check(environ: Mapping[str, str], data: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        bound(command("separation", "check", "--json")),
        env=environment_for("separation", environ),
        cwd=data,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:])


def _say(words: str) -> None:
    print(words, flush=True)
