"""How mail leaves: one line for many, over SMTP or SES, signed where no relay signs; the far ends are played here."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from portal.people.doctor import _look_at_bounces, _look_at_mail
from portal.people.messages.channels.email import open_transport, transport
from portal.people.messages.channels.email.envelope import message_id_at, message_id_in
from portal.people.messages.channels.email.signature import KeyUnusable, Signature, load_signature
from portal.people.messages.channels.email.smtp import MOST_ON_A_LINE
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import Topic, as_bytes
from portal.people.settings import load_settings
from portal.shared.environment import SettingsError
from tests.people.site import ADA
from tests.people.test_mail import mail
from tests.support.mail_server import Inbox, free_port, mail_server

REACHABLE = "ada@mailbox.customerhub.net"
OFFER = as_bytes(
    mail(topic=Topic(purpose="offers", campaign="setup-day")),
    message_id="0123456789abcdef",
    now=datetime(2026, 3, 1, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_many_mails_go_over_one_connection_and_a_refused_one_disturbs_none() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, transport(f"smtp://127.0.0.1:{port}").session() as line:
        first = [line.send(OFFER, to=REACHABLE) for _ in range(3)]
        inbox.fails, inbox.answer = "rcpt", "550 nobody here"
        refused = line.send(OFFER, to=REACHABLE)
        inbox.fails = ""
        last = [line.send(OFFER, to=REACHABLE) for _ in range(3)]
    assert {result.outcome for result in first + last} == {Outcome.SENT}
    assert refused == Result(Outcome.REFUSED, "550")
    assert (inbox.connections, len(inbox.letters)) == (1, 6)


def test_a_line_is_given_up_before_servers_do_it() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, transport(f"smtp://127.0.0.1:{port}").session() as line:
        assert {line.send(OFFER, to=REACHABLE).outcome for _ in range(MOST_ON_A_LINE + 1)} == {Outcome.SENT}
    assert (inbox.connections, len(inbox.letters)) == (2, MOST_ON_A_LINE + 1)


def test_where_the_server_hung_up_between_two_mails_the_next_opens_a_new_line() -> None:
    inbox, port = Inbox(), free_port()
    way = transport(f"smtp://127.0.0.1:{port}")
    with way.session() as line:
        with mail_server(inbox, port=port):
            assert line.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
        with mail_server(inbox, port=port):
            assert line.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
        assert line.send(OFFER, to=REACHABLE).outcome is Outcome.LATER  # nobody is there
    assert len(inbox.letters) == 2


def test_what_was_on_a_line_when_it_broke_is_not_sent_again_by_itself() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, transport(f"smtp://127.0.0.1:{port}").session() as line:
        assert line.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
        inbox.fails = "after-data"
        assert line.send(OFFER, to=REACHABLE).outcome is Outcome.UNKNOWN
    assert len(inbox.letters) == 2


def test_the_wire_carries_the_way_out_on_one_line_and_the_envelope_names_the_message() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        way = transport(f"smtp://127.0.0.1:{port}", bounces_to="bounces@mail.customerhub.net")
        assert way.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
    (envelope,) = inbox.letters
    assert isinstance(envelope.content, bytes)
    (line,) = [line for line in envelope.content.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert line == f"List-Unsubscribe: <{mail().way_out.opt_out_url}>".encode()
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in envelope.content
    assert envelope.mail_from == "bounces+0123456789abcdef@mail.customerhub.net"
    assert message_id_at(envelope.mail_from) == message_id_in(envelope.content) == "0123456789abcdef"


def test_our_signature_holds_for_whoever_looks_its_key_up(key: rsa.RSAPrivateKey) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        way = transport(f"smtp://127.0.0.1:{port}", signature=Signature(key, "s2026", "customerhub.net"))
        assert way.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
    received = inbox.letters[0].content
    assert isinstance(received, bytes)
    assert dkim.verify(received, dnsfunc=dns(key))
    signed = set(received.split(b"h=")[1].split(b";")[0].split(b":"))
    needed = {b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post"}
    assert needed <= signed
    for before, after in ((b"setup day", b"setup pay"), (b"Hello", b"Hallo"), (b"opt-out/x", b"opt-out/y")):
        assert before in received
        assert not dkim.verify(received.replace(before, after, 1), dnsfunc=dns(key))
    assert not dkim.verify(b"From: Somebody else <x@x.invalid>\r\n" + received, dnsfunc=dns(key))


def dns(key: rsa.RSAPrivateKey) -> object:
    """The DNS as the world sees it: one name with the public half."""
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    records = {b"s2026._domainkey.customerhub.net.": b"v=DKIM1; k=rsa; p=" + public}
    return lambda name, timeout=5: records.get(name)


def test_a_key_that_cannot_sign_is_refused_with_what_to_do(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    def load(content: bytes) -> Signature:
        path = tmp_path / "key.pem"
        path.write_bytes(content)
        return load_signature(path, selector="s", domain="customerhub.net")

    def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    assert load(pem(key)).selector == "s"
    with pytest.raises(KeyUnusable, match="2048 bits"):
        load(pem(rsa.generate_private_key(65537, 1024)))
    with pytest.raises(KeyUnusable, match="no RSA key"):
        load(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(KeyUnusable, match="PEM"):
        load(b"no key")
    with pytest.raises(KeyUnusable, match="cannot be read"):
        load_signature(tmp_path / "nothing", selector="s", domain="customerhub.net")


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"MAIL_DKIM_KEY": "key.pem"}, "MAIL_DKIM_SELECTOR"),
        ({"MAIL_DKIM_SELECTOR": "s2026"}, "MAIL_DKIM_KEY"),
        ({"MAIL_DKIM_KEY": "key.pem", "MAIL_DKIM_SELECTOR": "s; x"}, "MAIL_DKIM_SELECTOR"),
        ({"MAIL_BOUNCES_TO": "Bounces <b@x.y>"}, "MAIL_BOUNCES_TO"),
        ({"MAIL_BOUNCES_URL": "pop3://host"}, "MAIL_BOUNCES_URL"),
        ({"MAIL_BOUNCES_URL": "imap://mail.customerhub.net"}, "imaps://"),
        ({"MAIL_EVENTS_SECRETS": "whsec_short"}, "MAIL_EVENTS_SECRETS"),
        ({"MAIL_EVENTS_SECRETS": base64.b64encode(bytes(24)).decode()}, "MAIL_EVENTS_SECRETS"),
    ],
)
def test_a_setting_of_mail_that_cannot_work_is_refused_at_the_start(
    settings: dict[str, str], word: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=word):
        load_settings({"DATA": str(tmp_path)} | settings)


def test_a_key_that_is_not_there_keeps_the_worker_from_starting(tmp_path: Path) -> None:
    given = {"DATA": str(tmp_path), "MAIL_DKIM_KEY": str(tmp_path / "none.pem"), "MAIL_DKIM_SELECTOR": "s2026"}
    with pytest.raises(SettingsError, match=r"none\.pem, which cannot be read"):
        open_transport(load_settings(given))


@dataclass
class Ses:
    """Amazon's end: what it was sent, and what it answers."""

    status: int = 200
    code: str = ""
    hangs_up: bool = False
    account: dict[str, bool] = field(default_factory=lambda: {"SendingEnabled": True, "ProductionAccessEnabled": True})
    sent: list[dict[str, object]] = field(default_factory=list)

    @contextmanager
    def serve(self) -> Iterator[str]:
        ses = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                ses.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if ses.hangs_up:
                    self.close_connection = True
                    return
                self.send_response(ses.status)
                body = json.dumps({"MessageId": "abc"} if ses.status == 200 else {"message": "no"}).encode()
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if ses.code:
                    self.send_header("x-amzn-ErrorType", ses.code)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                body = json.dumps(ses.account).encode()
                self.send_response(ses.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def test_ses_gets_the_mail_as_it_is_with_its_id(aws: pytest.MonkeyPatch) -> None:
    ses = Ses()
    with ses.serve() as url:
        aws.setenv("AWS_ENDPOINT_URL_SESV2", url)
        with transport("ses://us-east-1").session() as line:
            assert line.send(OFFER, to=REACHABLE).outcome is Outcome.SENT
            assert line.send(OFFER, to=ADA).outcome is Outcome.REFUSED  # an invented person
    (sent,) = ses.sent
    assert base64.b64decode(sent["Content"]["Raw"]["Data"]) == OFFER  # type: ignore[index]
    assert sent["Destination"] == {"ToAddresses": [REACHABLE]}
    assert sent["EmailTags"] == [{"Name": "message", "Value": "0123456789abcdef"}]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "MessageRejected", Outcome.REFUSED),
        (400, "BadRequestException", Outcome.REFUSED),
        (400, "MailFromDomainNotVerifiedException", Outcome.LATER),
        (400, "SendingPausedException", Outcome.LATER),
        (429, "TooManyRequestsException", Outcome.LATER),
        (403, "AccessDeniedException", Outcome.LATER),
        (503, "ServiceUnavailable", Outcome.LATER),
        (500, "InternalServiceErrorException", Outcome.UNKNOWN),
    ],
)
def test_what_ses_refuses_is_understood_and_asked_once(
    status: int, code: str, outcome: Outcome, aws: pytest.MonkeyPatch
) -> None:
    ses = Ses(status, code)
    with ses.serve() as url:
        aws.setenv("AWS_ENDPOINT_URL_SESV2", url)
        assert transport("ses://us-east-1").send(OFFER, to=REACHABLE) == Result(outcome, code)
    assert len(ses.sent) == 1


def test_a_line_to_ses_that_breaks_leaves_it_open_and_none_at_all_does_not(aws: pytest.MonkeyPatch) -> None:
    ses = Ses(hangs_up=True)
    with ses.serve() as url:
        aws.setenv("AWS_ENDPOINT_URL_SESV2", url)
        assert transport("ses://us-east-1").send(OFFER, to=REACHABLE).outcome is Outcome.UNKNOWN
    assert len(ses.sent) == 1
    assert transport("ses://us-east-1").send(OFFER, to=REACHABLE).outcome is Outcome.LATER
    aws.delenv("AWS_ACCESS_KEY_ID")
    aws.delenv("AWS_SECRET_ACCESS_KEY")
    aws.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    assert transport("ses://us-east-1").send(OFFER, to=REACHABLE).outcome is Outcome.LATER


@pytest.mark.parametrize(
    ("ses", "state", "words"),
    [
        (Ses(), "ok", "would take mail over"),
        (Ses(account={"SendingEnabled": False}), "broken", "sending is off"),
        (Ses(account={"SendingEnabled": True, "ProductionAccessEnabled": False}), "broken", "verified addresses alone"),
        (Ses(status=403), "broken", "does not let us in"),
    ],
)
def test_doctor_says_whether_ses_would_take_mail_over(
    ses: Ses, state: str, words: str, aws: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ses.serve() as url:
        aws.setenv("AWS_ENDPOINT_URL_SESV2", url)
        found = _look_at_mail(load_settings({"DATA": str(tmp_path), "MAIL_URL": "ses://us-east-1"}))
    assert (found.state, words in found.words) == (state, True)
    assert ses.sent == []


def test_doctor_says_what_is_wrong_with_the_mailbox_of_bounces(tmp_path: Path) -> None:
    assert _look_at_bounces(f"maildir:{tmp_path}").state == "broken"
    (tmp_path / "new").mkdir()
    assert _look_at_bounces(f"maildir:{tmp_path}").state == "ok"
