"""The shipped nginx files on their own: whole, patient with slow clients, silent about tokens."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import certificate
from tests.support.mail_server import free_port
from tests.support.nginx import PEOPLE_HOST, SANDBOX_HOST, Nginx

TOKEN = "x" * 43


@pytest.fixture
def alone(tmp_path: Path) -> Nginx:
    """nginx with nobody behind it."""
    return Nginx(tmp_path / "nginx", certificate(tmp_path, PEOPLE_HOST, SANDBOX_HOST), free_port(), free_port())


@pytest.fixture
def running(alone: Nginx) -> Iterator[Nginx]:
    with alone:
        yield alone


def test_nginx_finds_nothing_wrong_with_the_files(alone: Nginx) -> None:
    alone.lay_out()
    done = subprocess.run(alone.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_a_site_that_is_away_is_said_in_words_and_no_token_is_logged(running: Nginx) -> None:
    answer = running.ask("GET", f"https://{PEOPLE_HOST}/opt-out/{TOKEN}")
    assert answer.status == 503
    assert answer.header("Retry-After") == "5"
    assert "Nothing was lost" in answer.text
    away = '"place":"/opt-out","status":503'
    assert away in running.logged(away)
    assert TOKEN not in running.logged()


def test_an_unknown_name_is_shown_no_certificate(running: Nginx) -> None:
    with pytest.raises(ssl.SSLError):
        running.ask("GET", "https://attacker.example/")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_ways_of_encrypting_are_refused(running: Nginx, version: ssl.TLSVersion) -> None:
    old = ssl.create_default_context(cafile=str(running.certificate))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLS"):
        old.minimum_version = old.maximum_version = version
    with socket.create_connection(("127.0.0.1", running.port)) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line, server_hostname=PEOPLE_HOST)


def test_slow_headers_hold_up_nobody_and_slow_bodies_their_own_address_alone(running: Nginx) -> None:
    site = f"http://{PEOPLE_HOST}"
    slow = [line(running, b"GET / HTTP/1.1\r\nHost: learn.example\r\nX-") for _ in range(300)]
    assert [running.ask("GET", site).status for _ in range(10)] == [301] * 10
    greedy = [line(running, SLOW_BODY, tls=True) for _ in range(100)]
    assert running.ask("POST", f"https://{PEOPLE_HOST}/sign-up", body="a").status == 429
    assert running.ask("GET", f"https://{PEOPLE_HOST}/", source="127.0.0.3").status == 503  # nobody stands behind
    for opened in (*slow, *greedy):
        opened.close()


def test_a_flood_from_one_address_is_slowed_down_in_words(running: Nginx) -> None:
    flood = line(running, b"GET / HTTP/1.1\r\nHost: learn.example\r\n\r\n" * 400, tls=True)
    flood.settimeout(20)
    answers = b""
    while answers.count(b"HTTP/1.1 ") < 400:
        answers += flood.recv(65536)
    flood.close()
    assert answers.count(b"HTTP/1.1 429") > 0
    assert b"Wait a few seconds" in answers


SLOW_BODY = b"POST /sign-up HTTP/1.1\r\nHost: learn.example\r\nContent-Length: 1000\r\n\r\nname="


def line(nginx: Nginx, words: bytes, *, tls: bool = False) -> socket.socket:
    """A connection on which `words` were said, and no more."""
    opened = socket.create_connection(("127.0.0.1", nginx.port if tls else nginx.plain_port))
    if tls:
        trust = ssl.create_default_context(cafile=str(nginx.certificate))
        opened = trust.wrap_socket(opened, server_hostname=PEOPLE_HOST)
    opened.sendall(words)
    return opened
