"""The only place that takes from the sandbox's process what it must not have: modules, files, sockets, processes.

import-linter reads the imports that are written down; this holds at run time, for an import spelled in a string too.
"""

import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy  # noqa: F401  # calls into C as it is loaded, which nothing may any more once the process is shut in
from sqlalchemy import make_url

from portal.shared.environment import ROOT

FORBIDDEN = ("portal.people", "portal.separation", "smtplib", "boto3", "botocore")
_PATHS = frozenset(
    {"open", "sqlite3.connect", "os.listdir", "os.scandir", "os.rename", "os.remove", "os.link", "os.symlink"}
    | {"os.truncate", "os.chmod", "os.chown", "os.mkdir", "os.rmdir", "os.chdir"}
)
_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAME_QUESTIONS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_FORBIDDEN_ACTS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"})


class OutOfBounds(PermissionError):
    """The sandbox reached for something on the other side of the wall."""


Server = tuple[str, int]  # host name or address, port


def confine(*, data: Path, folder: Path, database_url: str, limits_url: str = "") -> None:
    """Shut this process in, for good: an audit hook cannot be taken off again.

    Of everything under `data` only `folder` opens, of the code no file of the people side, of the running processes
    none but this. Nothing connects anywhere but to the host and port of its own servers, where `database_url` or
    `limits_url` names one; nothing is started.
    """
    tempfile.tempdir = str(folder)  # the shared one may lie around `data`; a long answer waits for its reader in a file
    sys.meta_path.insert(0, _Refuse())
    servers = frozenset({*_database_servers(database_url), *_valkey_servers(limits_url)})
    sys.addaudithook(_Guard(data=data, folder=folder, servers=servers))


class _Refuse(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if any(fullname == name or fullname.startswith(f"{name}.") for name in FORBIDDEN):
            raise ImportError(f"The sandbox cannot import {fullname}.", name=fullname)
        return None


class _Guard:
    def __init__(self, *, data: Path, folder: Path, servers: frozenset[Server]) -> None:
        self.data = os.path.realpath(data)
        self.folder = os.path.realpath(folder)
        self.code = tuple(os.path.realpath(ROOT / "portal" / side) for side in ("people", "separation"))
        self.servers = servers

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _PATHS:
            for argument in arguments:
                self._check_path(argument)
        elif event == "ctypes.dlopen":
            raise OutOfBounds("The sandbox calls nothing but Python.")
        elif event in _CONNECTIONS and not self._is_to_server(event, arguments[1]):
            raise OutOfBounds("The sandbox connects to nothing but its own servers.")
        elif event in _NAME_QUESTIONS and not self._may_ask(arguments[0]):
            raise OutOfBounds("The sandbox asks for no name.")  # a question carries words out, too
        elif event in _FORBIDDEN_ACTS:
            raise OutOfBounds("The sandbox starts no other process.")

    def _is_to_server(self, event: str, address: object) -> bool:
        """Whether a connection leads to a server of ours: its port, and an address that its name stands for now."""
        if event != "socket.connect" or not isinstance(address, tuple):
            return False
        return any(
            address[0] == found[4][0]
            for host, port in self.servers
            if port == address[1]
            for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )

    def _may_ask(self, host: object) -> bool:
        return _is_own(host) or any(host == name for name, _port in self.servers)

    def _check_path(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        real = os.path.realpath(_file_of(os.fsdecode(path)))
        if _is_inside(real, self.folder):
            return
        # A folder above `data` is refused too: its descriptor would open what lies in it by a relative name.
        if _is_inside(real, self.data) or (_is_inside(self.data, real) and Path(real).is_dir()):
            raise OutOfBounds("The sandbox opens nothing outside its own folder.")
        if any(_is_inside(real, code) for code in self.code):
            raise OutOfBounds("The sandbox reads no code of the people side.")
        if (other := _OTHER_PROCESS.match(real)) and int(other[1]) != os.getpid():
            raise OutOfBounds("The sandbox looks into no other process.")


_OTHER_PROCESS = re.compile(r"/proc/([0-9]+)(?:/|$)")


def _file_of(name: str) -> str:
    """The path that SQLite opens for `name`, which may be a URI (RFC 8089)."""
    if not name.startswith("file:"):
        return name
    return unquote(urlsplit(name).path)


def _database_servers(database_url: str) -> Iterator[Server]:
    """The hosts of a database, which may be several (libpq); what begins with a slash is a socket on this machine."""
    url = make_url(database_url)
    for place in (url.host, *url.normalized_query.get("host", ())):
        host, _, port = (place or "").partition(":")
        if host and not host.startswith("/"):
            yield host, int(port or url.port or _POSTGRES_PORT)


def _valkey_servers(limits_url: str) -> Iterator[Server]:
    parts = urlsplit(limits_url)
    if parts.hostname:
        yield parts.hostname, parts.port or _VALKEY_PORT


_POSTGRES_PORT, _VALKEY_PORT = 5432, 6379


def _is_own(host: object) -> bool:
    """Whether `host` is an address already, which the server itself listens on."""
    try:
        ip_address(str(host))
    except ValueError:
        return host in (None, "", "localhost")
    return True


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)
