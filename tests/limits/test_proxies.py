"""What a peer says about itself is believed as far as `PROXIES` reaches and no further, by the server that runs too."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from flask import Flask, request
from sqlalchemy import select

from portal.people.accounts.persons import get_seal
from portal.people.consent.envelope import payload_label
from portal.people.consent.models import ConsentPayload, ConsentRecord
from portal.people.limits import WITHOUT_PROOF
from portal.people.web import PeopleCounter
from portal.run import command
from portal.shared.counters import SqlCounters
from portal.shared.environment import ROOT
from portal.shared.networks import keyed
from tests.people.site import ADA, Site
from tests.support.engines import Engine
from tests.support.mail_server import free_port
from tests.support.sides import people_app

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "attacker.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "4443",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "attacker.example",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=attacker.example;proto=https",
    "True-Client-IP": "203.0.113.9",
    "Client-IP": "203.0.113.9",
}
PEER = {"REMOTE_ADDR": "192.0.2.1"}


def seen_by(proxies: int, folder: Path, **headers: str) -> dict[str, str]:
    """What a view sees of a request from PEER with these headers."""
    app = people_app(folder, PROXIES=str(proxies))
    show_what_is_seen(app)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = app.test_client().get("/seen", base_url="http://localhost:8000", headers=named, environ_overrides=PEER)
    if answer.status_code != 200:
        return {"refused": str(answer.status_code)}
    return dict(json.loads(answer.text))


def show_what_is_seen(app: Flask) -> None:
    @app.get("/seen")
    def seen() -> dict[str, str | None]:
        return {"peer": request.remote_addr, "url": request.url, "root": request.script_root}


def test_without_a_proxy_nothing_that_is_forged_has_an_effect(engine: Engine, tmp_path: Path) -> None:
    plain = seen_by(0, tmp_path / "plain")
    assert plain == {"peer": "192.0.2.1", "url": "http://localhost:8000/seen", "root": ""}
    assert seen_by(0, tmp_path / "forged", **FORGED) == plain


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "peer"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # what the client wrote comes first
        (1, "203.0.113.9, 10.0.0.1, 198.51.100.7", "198.51.100.7"),
        (1, "", "192.0.2.1"),
        (2, "198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),  # fewer than there should be: none of them is believed
    ],
)
def test_exactly_so_many_proxies_are_believed(
    engine: Engine, tmp_path: Path, proxies: int, forwarded_for: str, peer: str
) -> None:
    assert seen_by(proxies, tmp_path, X_Forwarded_For=forwarded_for)["peer"] == peer


@pytest.mark.parametrize("name", sorted(set(FORGED) - {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"}))
def test_behind_a_proxy_what_it_does_not_write_is_not_believed(engine: Engine, tmp_path: Path, name: str) -> None:
    seen = seen_by(1, tmp_path, **{name: FORGED[name]})
    assert seen == {"peer": "192.0.2.1", "url": "http://localhost:8000/seen", "root": ""}


def test_behind_a_proxy_its_word_on_the_host_counts_and_another_host_is_refused(engine: Engine, tmp_path: Path) -> None:
    assert seen_by(1, tmp_path / "own", X_Forwarded_Host="localhost:8000")["url"] == "http://localhost:8000/seen"
    assert seen_by(1, tmp_path / "other", X_Forwarded_Host="attacker.example") == {"refused": "400"}


def test_a_forged_peer_and_host_reach_neither_evidence_nor_mail_nor_limits(engine: Engine, tmp_path: Path) -> None:
    site = Site(people_app(tmp_path))
    typed = site.form("/sign-up") | {"name": "Ada Lindqvar", "email": ADA, "offers_email": "yes"}
    for number in range(WITHOUT_PROOF.most):
        forged = FORGED | {"X-Forwarded-For": f"203.0.113.{number}"}
        assert site.post("/sign-up", data=typed, headers=forged, environ_overrides=PEER).status_code == 303
    assert site.post("/sign-up", data=typed, headers=FORGED, environ_overrides=PEER).status_code == 429
    [mail] = site.mails()
    assert "attacker.example" not in mail.page
    assert set(re.findall(r"https?://[^/\s\"<]+/(?:confirm|opt-out)", mail.page)) <= {
        "http://localhost:8000/confirm",
        "http://localhost:8000/opt-out",
    }
    confirmed = site.post(mail.confirm, data=site.form(mail.confirm), headers=FORGED, environ_overrides=PEER)
    assert confirmed.status_code == 303
    assert confirmed.headers["Location"].startswith("/confirm/")
    assert peers_in_evidence(site) == {"192.0.2.1"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("LOCALHOST:8000", 200),
        ("localhost", 400),
        ("localhost:80", 400),
        ("localhost:08000", 400),
        ("localhost:99999", 400),
        ("localhost:x", 400),
        ("localhost.:8000", 400),
        ("ada@localhost:8000", 400),
        ("localhost:8000@attacker.example", 400),
        ("attacker.example#@localhost:8000", 400),
        ("localhost:8000, attacker.example", 400),
        ("localhost:8000/x", 400),
        ("[::1]:8000", 400),
        ("[::1", 400),
        ("", 400),
    ],
)
def test_one_host_is_answered_for_however_another_is_written(
    engine: Engine, tmp_path: Path, host: str, status: int
) -> None:
    client = people_app(tmp_path).test_client()
    assert client.get("/questions", environ_overrides={"HTTP_HOST": host}).status_code == status


class Process:
    """The people side as it is served, in a process of its own."""

    def __init__(self, folder: Path, *, proxies: int) -> None:
        self.proxies = proxies
        self.port = free_port()
        self.settings = people_app(folder).extensions["settings"]
        self.environment = {"DATA": str(folder), "PORT": str(self.port), "PROXIES": str(proxies)}
        self.environment["PEOPLE_DATABASE_URL"] = self.settings.database_url

    def __enter__(self) -> Self:
        environment = self.environment | {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command("people", "serve"), env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def _answers(self) -> bool:
        try:
            return self.ask("GET /healthz HTTP/1.1", "Host: x") == 200
        except OSError:
            return False

    def ask(self, *lines: str) -> int:
        """Send these lines as they are; the status of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
            with line.makefile("rb") as answer:
                return int(answer.readline().split(b" ")[1])

    def peer_seen(self, *lines: str) -> str:
        """Whom a request with these header lines counts for: the limits write it down under a key."""
        store = SqlCounters(database_url=self.settings.database_url, row=PeopleCounter)
        store.reset()
        assert self.ask("GET /confirm/nothing HTTP/1.1", f"Host: localhost:{self.port}", *lines) == 404
        with store.engine.connect() as connection:
            [key] = connection.scalars(select(PeopleCounter.key)).all()
        store.close()
        secret = self.settings.secret_keys[0]
        [seen] = [peer for peer in PEERS if keyed(f"network\0{peer}", secret=secret) in key]
        return seen


@pytest.fixture(params=[0, 1, 2], ids=lambda proxies: f"{proxies} proxies", scope="module")
def process(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    with Process(tmp_path_factory.mktemp("served"), proxies=request.param) as process:
        yield process


PEERS = ("127.0.0.1", "203.0.113.9", "198.51.100.7", "10.0.0.1")


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ([], ("127.0.0.1", "127.0.0.1", "127.0.0.1")),
        (["X-Forwarded-For: 198.51.100.7"], ("127.0.0.1", "198.51.100.7", "127.0.0.1")),
        (["X-Forwarded-For: 203.0.113.9, 198.51.100.7"], ("127.0.0.1", "198.51.100.7", "203.0.113.9")),
        (["X-Forwarded-For: 203.0.113.9, 198.51.100.7, 10.0.0.1"], ("127.0.0.1", "10.0.0.1", "198.51.100.7")),
        (
            ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 198.51.100.7"],
            ("127.0.0.1", "198.51.100.7", "203.0.113.9"),
        ),
        (["X_Forwarded_For: 203.0.113.9"], ("127.0.0.1", "127.0.0.1", "127.0.0.1")),
        (["X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9"], ("127.0.0.1", "127.0.0.1", "127.0.0.1")),
    ],
)
def test_as_it_is_served_exactly_so_many_proxies_are_believed(
    process: Process, lines: list[str], seen: tuple[str, str, str]
) -> None:
    assert process.peer_seen(*lines) == seen[process.proxies]


@pytest.mark.parametrize(
    ("first_line", "hosts", "status"),
    [
        ("GET /questions HTTP/1.1", ["Host: localhost:PORT"], 200),
        ("GET /questions HTTP/1.1", ["Host: LocalHost:PORT"], 200),
        ("GET /questions HTTP/1.1", ["Host: attacker.example"], 400),
        ("GET /questions HTTP/1.1", ["Host: localhost:PORT", "Host: attacker.example"], 400),
        ("GET /questions HTTP/1.1", ["Host: attacker.example", "Host: localhost:PORT"], 400),
        ("GET /questions HTTP/1.1", [], 400),
        ("GET /questions HTTP/1.0", [], 400),
        ("GET http://localhost:PORT/questions HTTP/1.1", ["Host: attacker.example"], 400),
        ("GET /questions HTTP/1.1", ["Host: ada@localhost:PORT"], 400),
        ("GET /questions HTTP/1.1", ["Host: localhost.:PORT"], 400),
        ("GET /questions HTTP/1.1", ["Host: localhost"], 400),
        ("GET /questions HTTP/1.1", ["Host: [::1]:PORT"], 400),
        ("GET /questions HTTP/1.1", ["Host: [::1"], 400),
    ],
)
def test_as_it_is_served_one_host_is_answered_for(
    process: Process, first_line: str, hosts: list[str], status: int
) -> None:
    lines = [line.replace("PORT", str(process.port)) for line in (first_line, *hosts)]
    assert process.ask(*lines) == status


def peers_in_evidence(site: Site) -> set[str]:
    """Every peer that a consent record names."""
    with site.database.reading() as db:
        kept = db.execute(
            select(ConsentPayload.record_id, ConsentPayload.sealed, ConsentRecord.person_id).join(
                ConsentRecord, ConsentRecord.id == ConsentPayload.record_id
            )
        ).all()
        return {
            json.loads(
                get_seal(db, person_id=person_id, keyring=site.keyring).open(sealed, label=payload_label(record_id))
            )["event"]["peer"]
            for record_id, sealed, person_id in kept
        }
