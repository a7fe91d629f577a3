"""Where a webhook may not go: inward, by whatever spelling, name, answer of the DNS, redirect or certificate."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.webhooks import posting
from portal.people.webhooks.posting import post, post_to
from portal.people.webhooks.target import Target, TargetRefused, is_public, pin, read_target
from tests.support.certificates import certificate
from tests.support.mail_server import free_port

CRM = "https://crm.customerhub.net/hooks/consents?list=offers"


def test_a_public_name_over_https_is_let_through_with_what_the_url_says() -> None:
    target = read_target(CRM, is_development=False)
    assert target == Target(
        host="crm.customerhub.net", port=443, path="/hooks/consents?list=offers", is_tls=True, is_here=False
    )
    assert pin(target, resolve=lambda _host, _port: ["93.184.215.14"]) == "93.184.215.14"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://crm.customerhub.net/",
            "ftp://crm.customerhub.net/",
            "gopher://crm.customerhub.net/",
            "file:///etc/passwd",
        ),
        *("//crm.customerhub.net/", "crm.customerhub.net", "", "https://", "https:///x", "javascript:alert(1)"),
        # numbers, in every base and shape that some resolver reads
        *(
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
        ),
        *("https://127.1/", "https://017700000001/", "https://0/", "https://127.0.0.1./", "https://1.2.3.4.5/"),
        *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"),
        *("https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://93.184.215.14/"),
        *("https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://ⓛocalhost/"),
        # names that lead inward, or that nobody outside has
        *("https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://db/", "https://x.localhost/"),
        *("https://metadata.google.internal/", "https://printer.local/", "https://crm.internal/", "https://nas.lan/"),
        *(
            "https://crm.example/",
            "https://crm.test/",
            "https://x.invalid/",
            "https://x.onion/",
            "https://x.home.arpa/",
        ),
        # userinfo, ports, fragments and what parsers read differently
        *(
            "https://user@crm.customerhub.net/",
            "https://crm.customerhub.net@127.0.0.1/",
            "https://a:b@crm.customerhub.net",
        ),
        *("https://crm.customerhub.net:22/", "https://crm.customerhub.net:0/", "https://crm.customerhub.net:99999/"),
        *(
            "https://crm.customerhub.net:x/",
            "https://crm.customerhub.net#@127.0.0.1/",
            "https://crm.customerhub.net\\@127.0.0.1/",
        ),
        *(
            "https://crm.customerhub.net /",
            "https://crm.customerhub.net\t/",
            "https://crm.customerhub.net/\r\nHost: x",
            "\x00",
        ),
        *("https://-crm.customerhub.net/", "https://crm_.customerhub.net/", "https://crm..customerhub.net/"),
        *(
            f"https://{'a' * 64}.net/",
            f"https://{'a.' * 130}net/",
            f"{CRM}{'x' * 500}",
            "https://crm.123/",
            "https://crm.0x7f/",
        ),
    ],
)
def test_an_address_that_could_lead_inward_is_refused_before_it_is_looked_up(url: str) -> None:
    with pytest.raises(TargetRefused):
        read_target(url, is_development=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/x", "http://localhost:8080/x", "https://localhost/x"])
def test_only_in_development_and_by_its_plain_name_this_machine_is_let_through(url: str) -> None:
    assert pin(read_target(url, is_development=True)) == "127.0.0.1"
    with pytest.raises(TargetRefused):
        read_target(url, is_development=False)
    for trick in (
        "http://127.1/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://192.168.1.1/",
        "http://crm.customerhub.net/",
    ):
        with pytest.raises(TargetRefused):
            read_target(trick, is_development=True)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1"),
        *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fec0::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "3fff::1"),
        *("", "localhost", "2130706433", "0x7f000001", "127.1"),
    ],
)
def test_an_address_that_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    assert not is_public(address)
    target = read_target(CRM, is_development=False)
    with pytest.raises(TargetRefused):
        pin(target, resolve=lambda _host, _port: ["93.184.215.14", address])  # one is enough


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.215.14"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@settings(max_examples=300, deadline=None)
@given(typed=st.text(max_size=80), before=st.sampled_from(["", "https://", "https://crm.customerhub.net", "http://"]))
def test_whatever_is_typed_is_refused_by_name_or_leads_to_a_public_name(typed: str, before: str) -> None:
    try:
        target = read_target(before + typed, is_development=False)
    except TargetRefused:
        return
    assert target.is_tls
    assert target.host.rpartition(".")[2].isalpha() or target.host.rpartition(".")[2].startswith("xn--")


def test_a_name_that_the_dns_does_not_have_is_refused_with_what_to_do() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "nowhere")

    assert "how it is spelled" in post(CRM, b"{}", {}, is_development=False, resolve=nowhere).detail


def test_a_second_answer_of_the_dns_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: public at the first look, inward at the second. There is no second look."""
    looks, dialled = [], []
    monkeypatch.setattr(posting, "post_to", lambda _target, address, _body, _headers: dialled.append(address))

    def resolve(host: str, port: int) -> list[str]:
        looks.append(host)
        return ["93.184.215.14"] if len(looks) == 1 else ["127.0.0.1"]

    post(CRM, b"{}", {}, is_development=False, resolve=resolve)
    assert dialled == ["93.184.215.14"]
    assert len(looks) == 1
    assert "not public" in post(CRM, b"{}", {}, is_development=False, resolve=resolve).detail
    assert len(dialled) == 1


@contextmanager
def tls_server(pem: Path, answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server of one connection that shows this certificate; gives its port and what it was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        wire, _ = listener.accept()
        with wire:
            try:
                with context.wrap_socket(wire, server_side=True) as line:
                    received.append(line.recv(65536))
                    line.sendall(answer)
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], received
    finally:
        thread.join(5)
        listener.close()


def pinned(port: int) -> Target:
    return replace(read_target(CRM, is_development=False), port=port)


def test_the_certificate_must_bear_the_name_and_not_the_pinned_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for names, taken in ((("crm.customerhub.net",), True), (("other.customerhub.net", "127.0.0.1"), False)):
        pem = certificate(tmp_path, *names)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with tls_server(pem, b"HTTP/1.1 204 No Content\r\n\r\n") as (port, received):
            result = post_to(pinned(port), "127.0.0.1", b'{"a":1}', {"webhook-id": "msg_1"})
        assert (result.outcome is Outcome.SENT) is taken
        assert any(received) is taken
        if taken:
            assert f"Host: crm.customerhub.net:{port}".encode() in received[0]
            assert received[0].startswith(b"POST /hooks/consents?list=offers HTTP/1.1\r\n")


def test_a_certificate_that_proves_nothing_is_not_taken(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "crm.customerhub.net")
    with tls_server(pem, b"HTTP/1.1 204 No Content\r\n\r\n") as (port, received):
        assert post_to(pinned(port), "127.0.0.1", b"{}", {}).outcome is Outcome.LATER
    assert received == []


def test_an_answer_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LONGEST_SECONDS", 0.3)
    pem = certificate(tmp_path, "crm.customerhub.net")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    dripping = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            wire, _ = listener.accept()
            try:
                with wire, context.wrap_socket(wire, server_side=True) as line:
                    line.recv(65536)
                    line.sendall(b"HTTP/1.1 200 OK\r\n")
                    while not dripping.wait(0.05):
                        line.sendall(b"X: y\r\n")
            except OSError:
                return

        thread = threading.Thread(target=drip)
        thread.start()
        result = post_to(pinned(listener.getsockname()[1]), "127.0.0.1", b"{}", {})
        dripping.set()
        thread.join(5)
    assert result.outcome is Outcome.LATER


def test_a_server_that_answers_nonsense_or_is_not_there_is_tried_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, "crm.customerhub.net")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for nonsense in (b"", b"\x00" * 50, b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"):
        with tls_server(pem, nonsense) as (port, _):
            assert post_to(pinned(port), "127.0.0.1", b"{}", {}).outcome in (Outcome.LATER, Outcome.SENT)
    assert post_to(pinned(free_port()), "127.0.0.1", b"{}", {}) == Result(Outcome.LATER, "NewConnectionError")
