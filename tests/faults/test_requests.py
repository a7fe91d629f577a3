"""Requests that are too large, too many or not to be read: refused at once, in words, and without leaving anything."""

import gzip
import re
from pathlib import Path

import pytest

from portal.shared.connections import LIMITS
from portal.shared.ground import MOST_BYTES
from tests.support.running import Running
from tests.support.wire import Answer, ask, connect, read_answer, request

FORM = "Content-Type: application/x-www-form-urlencoded"
PARTS = "Content-Type: multipart/form-data; boundary=b"
CHUNKED = "Transfer-Encoding: chunked"
POST = "POST /offers/setup-day"
A_CHUNK = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"


@pytest.fixture
def host(running: Running) -> str:
    return running.people.removeprefix("http://")


def part(name: str, value: str = "x") -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def assert_refused(answer: Answer, status: int, words: str) -> None:
    assert answer.status == status
    assert words in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "waitress" not in str(answer.headers).lower() + answer.text.lower()


@pytest.mark.parametrize(
    ("line", "header", "status", "words"),
    [
        (f"GET /{'a' * 40_000}", "Accept: */*", 414, "address is too long"),
        ("GET /", f"Cookie: {'a' * 40_000}", 431, "Clear this site's cookies"),
        ("GET /", "X-Name: a\r\n" * 8000 + "X-Last: a", 431, "Clear this site's cookies"),
        ("GET /", f"{'a' * 1_000_000}: a", 431, "Clear this site's cookies"),
        ("GET", "Accept: */*", 400, "made no sense"),
        ("GET / HTTP/1.1", "Accept: */*", 400, "made no sense"),
        ("GET http://[/", "Accept: */*", 400, "made no sense"),
        ("GET /", "Name : a", 400, "made no sense"),
        ("GET /", "A: b\nC: d", 400, "made no sense"),
        (POST, "Content-Length: 1\r\nContent-Length: 2", 400, "made no sense"),
        (POST, f"Content-Length: 5\r\n{CHUNKED}", 400, "made no sense"),
        (POST, f"Content-Length: {'9' * 5000}", 400, "made no sense"),
        (POST, "Content-Length: +5", 400, "made no sense"),
        (POST, "Transfer-Encoding: gzip, chunked", 501, "made no sense"),
        (POST, "Content-Length: 10737418240", 413, "Shorten it"),
        (POST, "Content-Length: 10737418240\r\nExpect: 100-continue", 413, "Shorten it"),
    ],
)
def test_a_head_that_cannot_be_served_is_refused_in_words(
    running: Running, host: str, line: str, header: str, status: int, words: str
) -> None:
    assert_refused(ask(running.port, request(line, header, host=host)), status, words)


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\r\n\r\n", b"get\r\n\r\n", b"{}\r\n\r\n"])
def test_what_is_no_request_at_all_is_refused_in_words(running: Running, garbage: bytes) -> None:
    assert_refused(ask(running.port, garbage), 400, "made no sense")


def test_a_chunked_body_in_http_1_0_is_refused(running: Running, host: str) -> None:
    old = request(POST, FORM, CHUNKED, host=host).replace(b"HTTP/1.1", b"HTTP/1.0")
    assert_refused(ask(running.port, old + b"0\r\n\r\n"), 400, "made no sense")


def test_http_1_0_is_answered(running: Running, host: str) -> None:
    answer = ask(running.port, request("GET /", host=host).replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert answer.status == 200
    assert answer.headers["Connection"] == "close"


def test_a_header_folded_over_two_lines_is_read_as_one(running: Running, host: str) -> None:
    assert ask(running.port, request("GET /", "Accept: text/html,\r\n */*", host=host)).status == 200


def test_requests_sent_all_at_once_are_answered_in_their_order(running: Running, host: str) -> None:
    with connect(running.port) as wire:
        wire.sendall(b"".join(request(f"GET {path}", host=host) for path in ("/healthz", "/nothing-here", "/healthz")))
        assert [read_answer(wire).status for _ in range(3)] == [200, 404, 200]


def test_after_a_refusal_nothing_more_is_read_from_its_connection(running: Running, host: str) -> None:
    with connect(running.port) as wire:
        wire.sendall(request(POST, FORM, CHUNKED, "Content-Length: 5", host=host) + request("GET /healthz", host=host))
        assert read_answer(wire).status == 400
        with pytest.raises(EOFError):
            read_answer(wire)


@pytest.mark.parametrize("headers", [("Content-Length: 10737418240",), (CHUNKED,)], ids=["declared", "without end"])
def test_who_sends_too_much_is_not_cut_off_before_it_can_read_why(
    running: Running, host: str, headers: tuple[str, ...]
) -> None:
    with connect(running.port) as wire:
        wire.sendall(request(POST, FORM, *headers, host=host))
        for _ in range(300):
            wire.sendall(A_CHUNK)
        assert_refused(read_answer(wire), 413, "Shorten it")


def test_a_chunk_whose_size_never_ends_is_cut_off(running: Running, host: str) -> None:
    answer = ask(running.port, request(POST, FORM, CHUNKED, host=host), *[b"0" * 8192] * 300)
    assert_refused(answer, 413, "Shorten it")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, "a" * (MOST_BYTES + 1), 413),
        (FORM, "&".join(f"a{n}" for n in range(101)), 413),
        (FORM, "&".join("a" * 100_000), 413),
        (FORM, "&".join("a" * 1_000_000), 413),
        (FORM, f"{'a' * 200_000}=b", 422),
        (PARTS, "".join(part(f"a{n}") for n in range(101)) + "--b--\r\n", 413),
        (PARTS, "".join(part(f'a{n}"; filename="f{n}') for n in range(101)) + "--b--\r\n", 413),
        (PARTS, part("a" * 100_000) + "--b--\r\n", 422),
        (PARTS, "--b\r\n" + "X: y\r\n" * 30_000 + "\r\n", 400),
        (PARTS, part("a", "b" * MOST_BYTES) + "--b--\r\n", 413),
        (PARTS, part("name"), 400),
        (PARTS, "", 400),
        (PARTS, "--b--\r\n", 422),
        (PARTS, "no part at all", 400),
        ("Content-Type: multipart/form-data", part("name") + "--b--\r\n", 400),
        (f"Content-Type: multipart/form-data; boundary={'b' * 10_000}", part("name") + "--b--\r\n", 400),
        ("Content-Type: multipart/mixed; boundary=b", part("name") + "--b--\r\n", 415),
        ("Content-Type: application/json", "[" * 100_000, 415),
    ],
)
def test_a_form_that_is_too_much_or_in_pieces_is_refused_by_a_page(
    running: Running, host: str, kind: str, body: str, status: int
) -> None:
    answer = ask(running.port, request(POST, kind, host=host, body=body.encode()))
    assert answer.status == status, answer.text
    if len(body) < LIMITS["max_request_body_size"]:  # beyond, it is the server itself that answers
        assert "<h1" in answer.text


def test_a_part_that_holds_parts_is_not_looked_into(running: Running, host: str) -> None:
    inner = "--c\r\nContent-Disposition: form-data; name=name\r\n\r\nx\r\n--c--\r\n"
    nested = (
        f"--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n{inner}"
    )
    answer = ask(running.port, request(POST, PARTS, host=host, body=f"{nested}\r\n--b--\r\n".encode()))
    assert answer.status == 422


def test_a_compressed_form_is_refused_and_not_blown_up(running: Running, host: str) -> None:
    bomb = gzip.compress(b"a" * 100_000_000)
    assert len(bomb) < MOST_BYTES
    answer = ask(running.port, request(POST, FORM, "Content-Encoding: gzip", host=host, body=bomb))
    assert_refused(answer, 415, "not compressed")


class Held:
    """What the people process holds: memory in MB, open files, threads, and files without a name among the open."""

    def __init__(self, running: Running) -> None:
        (pid,) = running.pids("people", "serve")
        status = Path(f"/proc/{pid}/status").read_text()
        files = running.open_files("people", "serve")
        self.megabytes = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        self.threads = int(re.findall(r"Threads:\s+(\d+)", status)[0])
        self.files = len([name for name in files if not name.startswith("socket:")])
        self.unnamed = [name for name in files if "(deleted)" in name]


def test_after_many_requests_and_refusals_it_holds_no_more_than_before(running: Running, host: str) -> None:
    large = request(POST, FORM, host=host, body=b"a" * 900_000)
    endless = (request(POST, FORM, CHUNKED, host=host), *[A_CHUNK] * 40)
    before = Held(running)
    for _ in range(25):
        assert ask(running.port, large).status == 413
        assert ask(running.port, *endless).status == 413
        for path in ("/", "/webinars/", "/offers/setup-day", "/nothing-here"):
            ask(running.port, request(f"GET {path}", host=host))
    after = Held(running)
    assert after.megabytes - before.megabytes < 50
    assert after.threads == before.threads
    assert after.files <= before.files + 2  # a database connection more, at the most
    assert after.unnamed == []
