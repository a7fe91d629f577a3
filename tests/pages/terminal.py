"""The only place that shows a command as somebody types it, with what it really says, as a page to photograph."""

import contextlib
import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from html import escape
from pathlib import Path

import click

from portal.cli import portal

_PAGE = """<!doctype html>
<html lang="en-US">
<meta charset="utf-8">
<title>{title}</title>
<style>
  body {{ margin: 0; padding: 20px 24px; background: #10212a; color: #e8ecec; }}
  pre {{ margin: 0; font: 15px/1.55 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; }}
  b {{ color: #7fd4d4; font-weight: 600; }}
</style>
<pre>{lines}</pre>
</html>
"""
_SIGNS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A window in which commands are typed, one after the other, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []

    def type(self, command: str) -> int:
        """Run what is typed, and keep what it says; what it ends with."""
        self.lines.append(f"<b>$ {escape(command)}</b>")
        program, *words = shlex.split(command)
        said, code = _portal(self.folder, words) if program == "bin/portal" else _other(self.folder, program, words)
        self.lines += [escape(line) for line in _as_it_stands(said)]
        return code

    def page(self, title: str) -> str:
        """The window as it is now; the next page begins with an empty one."""
        lines, self.lines = self.lines, []
        return _PAGE.format(title=escape(title), lines="\n".join(lines))


class _Screen(io.StringIO):
    """What a command takes for a terminal: it shows its bar there."""

    def isatty(self) -> bool:
        return True


def _portal(folder: Path, words: list[str]) -> tuple[str, int]:
    """Our own command, in this process, whose clock may stand still."""
    code: object = 0
    with _at(folder) as screen:
        try:
            portal.main(words, prog_name="bin/portal", standalone_mode=False)
        except click.ClickException as fault:
            fault.show(screen)
            code = fault.exit_code
        except SystemExit as end:
            code = end.code
    return screen.getvalue(), code if isinstance(code, int) else 0


@contextlib.contextmanager
def _at(folder: Path) -> Iterator[_Screen]:
    screen = _Screen()
    with contextlib.chdir(folder), contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        yield screen


def _other(folder: Path, program: str, words: list[str]) -> tuple[str, int]:
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, done.returncode


def _as_it_stands(said: str) -> list[str]:
    """What is left to read of it: a bar that was drawn again and again, as it was drawn last."""
    lines = _SIGNS.sub("", said).rstrip("\n").split("\n")
    return [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in lines] if said else []
