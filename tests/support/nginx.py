"""A real nginx on the shipped files: only ports, certificates and folders are other than an operator's."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from portal.shared.environment import ROOT
from tests.support.mail_server import free_port
from tools.boot import find_program

SHIPPED = ROOT / "deploy" / "nginx"
PEOPLE_HOST, SANDBOX_HOST = "learn.example", "practice.example"
FORGED = {  # by which a client claims to be somebody else, somewhere else
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "attacker.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9;host=attacker.example;proto=http",
}


@dataclass(frozen=True)
class Reply:
    """What came back: the status, every header line, and the bytes."""

    status: int
    lines: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        """The value of the one header line of this name, or an empty text."""
        values = [value for line, value in self.lines if line.lower() == name.lower()]
        assert len(values) < 2, f"{name} comes {len(values)} times"
        return values[0] if values else ""

    def cookies(self) -> dict[str, str]:
        """The cookies it sets, by name, without their attributes."""
        pairs = (value.partition(";")[0].partition("=") for line, value in self.lines if line.lower() == "set-cookie")
        return {name: value for name, _, value in pairs}


@dataclass
class Nginx:
    """nginx in front of the two sites; a context manager that stops it."""

    folder: Path
    certificate: Path
    people_port: int
    sandbox_port: int
    media: Path = Path("/nonexistent")
    port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.lay_out()
        with (self.folder / "nginx.out").open("wb") as output:
            self.process = subprocess.Popen(self.command("-g", "daemon off;"), stdout=output, stderr=output)
        while self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError((self.folder / "nginx.out").read_text())

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=20)

    def lay_out(self) -> None:
        """Copy the shipped files into `folder`, with what differs on this machine written over."""
        self.folder.mkdir(exist_ok=True)
        shutil.copytree(SHIPPED / "learning-center", self.folder / "learning-center", dirs_exist_ok=True)
        shutil.copy(SHIPPED / "learning-center.conf", self.folder)
        for path in self.folder.rglob("*.conf"):
            path.write_text(self._on_this_machine(path.read_text()))
        (self.folder / "nginx.conf").write_text(self._main())

    def command(self, *words: str) -> list[str]:
        """The command line of nginx on these files."""
        return [find_program("nginx"), "-p", str(self.folder), "-e", "stderr", "-c", "nginx.conf", *words]

    def ask(
        self,
        method: str,
        url: str,
        *,
        body: str = "",
        host: str = "",
        headers: dict[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Reply:
        """One request without a browser; `host` stands in its Host header, `source` is the address it comes from."""
        scheme, _, rest = url.partition("://")
        site, _, path = rest.partition("/")
        connection = self._connection(scheme, site, source)
        sent = {"Host": host or site} | (headers or {})
        if body:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            connection.request(method, f"/{path}", body=body or None, headers=sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def logged(self, *awaited: str) -> str:
        """Everything that nginx has written down, waiting up to 10 s for `awaited`: it writes after it has answered."""
        deadline = time.monotonic() + 10
        while True:
            found = "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
            if all(words in found for words in awaited) or time.monotonic() > deadline:
                return found + (self.folder / "nginx.out").read_text()
            time.sleep(0.05)

    def _connection(self, scheme: str, site: str, source: str) -> http.client.HTTPConnection:
        """An open line to nginx, whatever `site` would mean to a name server."""
        connection = http.client.HTTPConnection(site)
        port = self.port if scheme == "https" else self.plain_port
        connection.sock = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
        if scheme == "https":
            trust = ssl.create_default_context(cafile=str(self.certificate))
            connection.sock = trust.wrap_socket(connection.sock, server_hostname=site)
        return connection

    def _on_this_machine(self, text: str) -> str:
        text = re.sub(r"listen \[::\]:.*\n", "", text)  # there may be no IPv6 here
        text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{self.port}", text)
        text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{self.plain_port}", text)
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.people_port}")
        text = text.replace("127.0.0.1:8001", f"127.0.0.1:{self.sandbox_port}")
        text = re.sub(r"/etc/ssl/learning-center/\S+(?=;)", str(self.certificate), text)
        text = text.replace("/srv/learning-center/media", str(self.media))
        return text.replace("/var/log/nginx", str(self.folder)).replace(
            "/var/cache/nginx-learning-center", str(self.folder / "cache")
        )

    def _main(self) -> str:
        user = "user root;\n" if os.geteuid() == 0 else ""  # else its workers could not write below a test's folder
        scratch = "".join(
            f"    {kind}_temp_path {self.folder}/scratch/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "scratch").mkdir(exist_ok=True)
        return (
            f"{user}pid {self.folder}/nginx.pid;\nevents {{}}\n"
            f"http {{\n{scratch}    include learning-center.conf;\n}}\n"
        )
