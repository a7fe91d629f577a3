"""A script of its own: shut in as the sandbox is, it tries to cross, and prints what was refused as JSON.

It is run by its path, since nothing of the check can be imported from where it stands.
"""

import ctypes
import importlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import portal
from portal.sandbox.confinement import confine
from portal.sandbox.settings import load_settings


def main(people_folder: Path) -> None:
    """Try everything; a try counts as refused when it raises what refusal raises, not when it merely fails."""
    settings = load_settings()
    confine(
        data=settings.data,
        folder=settings.folder,
        database_url=settings.database_url,
        limits_url=settings.limits_url,
    )
    tries: dict[str, Callable[[], object]] = {
        f"import {name} by a string": lambda name=name: importlib.import_module(name)  # type: ignore[misc]
        for name in ("portal.people.app", "portal.people.database", "portal.separation.check", "smtplib", "boto3")
    }
    tries |= {
        "open a file of the people side": lambda: (people_folder / "people.db").read_bytes(),
        "open it by another path": lambda: (people_folder / ".." / "people" / "people.db").read_bytes(),
        "list the people side's folder": lambda: list(people_folder.iterdir()),
        "open the people database": lambda: sqlite3.connect(people_folder / "people.db"),
        "open it by a URI": lambda: sqlite3.connect(f"file:{people_folder}/people.db?mode=ro", uri=True),
        "read the people side's code": lambda: Path(portal.__path__[0], "people", "settings.py").read_bytes(),
        "look into another process": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "call below Python": lambda: ctypes.CDLL(None),
        "open a connection": lambda: socket.create_connection(("127.0.0.1", 25), timeout=1),
        "send a datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "ask for a name": lambda: socket.gethostbyname("words.attacker.example"),
        "start another program": lambda: subprocess.run(["true"], check=False),
    }
    if host := urlsplit(settings.limits_url).hostname:
        tries["open another port of its counters' server"] = lambda: socket.create_connection((host, 25), timeout=1)
    sys.stdout.write(json.dumps({what: _is_refused(act) for what, act in tries.items()}))


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except (PermissionError, ImportError) as refusal:
        return type(refusal).__name__ == "OutOfBounds" or "sandbox cannot import" in str(refusal)
    except Exception:
        return False
    return False


if __name__ == "__main__":
    main(Path(sys.argv[1]))
