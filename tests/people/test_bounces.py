"""What comes back from mail is a no: by mailbox or signed event, once, and never to the harm of anybody else."""

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_string
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook
from werkzeug.test import TestResponse

from portal.people.bounces.mailbox import MailboxAway, open_mailbox
from portal.people.bounces.reading import read_mailbox
from portal.people.bounces.reports import Kind, NotAnEvent, Report, read_event, read_mail
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, at
from tests.support.engines import Engine
from tests.support.sides import people_app

START = at("2026-03-01T09:00:00+00:00")
ID = "0123456789abcdef"
SECRET = f"whsec_{base64.b64encode(b'c' * 32).decode()}"
OTHER = f"whsec_{base64.b64encode(b'd' * 32).decode()}"


def bounce(
    message_id: str, *, status: str = "5.1.1", action: str = "failed", to: str = "learning@customerhub.net"
) -> bytes:
    """A report as a mail server writes it (RFC 3464), with the head of what it could not deliver."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"], report["To"], report["Subject"] = "MAILER-DAEMON@mx.invalid", to, "Undelivered"
    report.attach(MIMEText("It could not be delivered."))
    about = MIMEBase("message", "delivery-status")
    about.set_payload(
        [
            message_from_string("Reporting-MTA: dns; mx.invalid\n\n"),
            message_from_string(f"Final-Recipient: rfc822; x@x.invalid\nAction: {action}\nStatus: {status}\n\n"),
        ]
    )
    report.attach(about)
    head = MIMEBase("text", "rfc822-headers")
    head.set_payload(f"Message-ID: <{message_id}@learn.people.customerhub.net>\nSubject: A setup day\n")
    report.attach(head)
    return report.as_bytes()


def complaint(message_id: str, *, kind: str = "abuse") -> bytes:
    """A report as a mail provider writes it when a reader presses “spam” (RFC 5965), with the mail itself."""
    report = MIMEMultipart("report", report_type="feedback-report")
    report["From"], report["To"] = "feedback@provider.invalid", "learning@customerhub.net"
    report.attach(MIMEText("A reader called this spam."))
    about = MIMEBase("message", "feedback-report")
    about.set_payload([message_from_string(f"Feedback-Type: {kind}\nVersion: 1\nUser-Agent: x\n\n")])
    report.attach(about)
    report.attach(MIMEMessage(message_from_string(f"Message-ID: <{message_id}@x.invalid>\nSubject: x\n\nHello")))
    return report.as_bytes()


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (bounce(ID), Kind.HARD, "5.1.1"),
        (bounce(ID, status="5.1.10"), Kind.HARD, "5.1.10"),
        (bounce(ID, status="5.2.1"), Kind.HARD, "5.2.1"),
        (bounce(ID, status="5.2.2"), Kind.SOFT, "5.2.2"),  # a full box
        (bounce(ID, status="5.7.1"), Kind.SOFT, "5.7.1"),  # a filter
        (bounce(ID, status="4.4.7"), Kind.SOFT, "4.4.7"),  # given up after days
        (complaint(ID), Kind.COMPLAINT, "abuse"),
        (complaint(ID, kind="fraud"), Kind.COMPLAINT, "fraud"),
    ],
)
def test_a_report_is_read_for_what_it_says_of_one_of_our_messages(content: bytes, kind: Kind, status: str) -> None:
    assert read_mail(content) == Report(message_id=ID, kind=kind, status=status)


@pytest.mark.parametrize(
    "content",
    [
        *(bounce(ID, action="delayed", status="4.4.1"), bounce(ID, action="delivered", status="2.0.0")),
        *(bounce(ID, status="what"), bounce("not-one-of-ours"), complaint(ID, kind="not-spam"), complaint("")),
        b"Subject: Out of office\n\nBack on Monday. Message-ID: <0123456789abcdef@x>",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts at all",
        b"",
        b"\xff\x00" * 500,
        bounce(ID) + b"x" * 1_000_000,
    ],
)
def test_what_is_no_report_or_says_nothing_final_has_no_consequence(content: bytes) -> None:
    assert read_mail(content) is None


def test_the_address_that_a_bounce_came_to_names_the_message_before_what_it_quotes() -> None:
    report = read_mail(bounce("f" * 16, to=f"<bounces+{ID}@mail.customerhub.net>"))
    assert report
    assert report.message_id == ID


def test_a_report_that_is_quoted_in_a_report_says_nothing() -> None:
    outer = MIMEMultipart("report", report_type="delivery-status")
    outer.attach(MIMEMessage(message_from_string(bounce(ID).decode())))
    assert read_mail(outer.as_bytes()) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 900))
def test_a_broken_report_is_read_or_left_and_breaks_nothing(junk: bytes, where: int) -> None:
    whole = bounce(ID)
    for content in (junk, whole[:where] + junk + whole[where:], whole[:where]):
        report = read_mail(content)
        assert report is None or report.kind in Kind


def test_a_hard_bounce_withdraws_everything_and_shuts_the_address(site: Site, tmp_path: Path) -> None:
    mail = site.agreed(ADA, "offers_email", "webinars_email")
    site.agreed(BEN, "offers_email")
    assert take(site, tmp_path, bounce(mail.id)) == 1
    assert not site.may_write_to(ADA, "offers")
    assert site.may_write_to(BEN, "offers")
    assert site.steps(ADA)[-2:] == [("offers", "confirmed", "withdrawn"), ("webinars", "confirmed", "withdrawn")]
    assert site.rows("select cause, channel, purpose from suppressions") == [("bounce", "email", "")]
    assert site.verify().is_sound
    assert list((tmp_path / "new").iterdir()) == []
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["1.host:2,S"]


def test_a_complaint_withdraws_everything_too_and_is_told_apart(site: Site, tmp_path: Path) -> None:
    mail = site.agreed(ADA, "offers_email")
    take(site, tmp_path, complaint(mail.id))
    assert not site.may_write_to(ADA, "offers")
    assert site.rows("select cause from suppressions") == [("complaint",)]


def test_soft_bounces_count_and_the_third_message_of_two_weeks_is_the_last(site: Site, tmp_path: Path) -> None:
    with time_machine.travel(START, tick=False) as now:
        mails = [site.agreed(ADA, "offers_email")]
        for _ in range(3):
            now.shift(timedelta(days=2))
            mails.append(site.asked(ADA, "offers_email"))
            if len(mails) == 3:
                now.shift(timedelta(days=31))  # the caps let three a month through
        ways = site.rows("select message_id from ways_out order by made_at")
        assert len(ways) == 4
        reports = [bounce(message_id, status="4.2.2") for (message_id,) in ways[:2]]
        for report in (*reports, *reports, bounce(ways[0][0], status="4.2.2")):
            take(site, tmp_path, report)
        assert site.may_write_to(ADA, "offers")
        assert site.count("mail_reports") == 3  # the same report counts once, and two of one message as one
        take(site, tmp_path, bounce(ways[2][0], status="4.2.2"))
        assert not site.may_write_to(ADA, "offers")


def test_soft_bounces_of_longer_ago_are_forgiven(site: Site, tmp_path: Path) -> None:
    with time_machine.travel(START, tick=False) as now:
        first = site.agreed(ADA, "offers_email")
        now.shift(timedelta(days=2))
        second = site.asked(ADA, "webinars_email")
        for mail in (first, second):
            take(site, tmp_path, bounce(mail.id, status="4.2.2"))
        now.shift(timedelta(days=15))
        third = site.asked(ADA, "webinars_email")
        take(site, tmp_path, bounce(third.id, status="4.2.2"))
        assert site.may_write_to(ADA, "offers")


def test_a_forged_report_on_a_message_that_nobody_knows_changes_nothing(site: Site, tmp_path: Path) -> None:
    site.agreed(ADA, "offers_email")
    before = site.dump()
    for forged in (bounce(ID), complaint(ID), bounce(ADA), bounce("' or 1=1 --")):
        take(site, tmp_path, forged)
    assert site.dump() == before


def test_reports_stay_as_they_are(site: Site, tmp_path: Path) -> None:
    take(site, tmp_path, bounce(site.agreed(ADA, "offers_email").id))
    for sql in ("update mail_reports set kind = 'soft'", "delete from mail_reports"):
        with site.raw() as connection, pytest.raises(Exception, match="append only"):
            connection.exec_driver_sql(sql)


def test_a_signed_event_does_the_same_and_its_answer_says_nothing_of_who_is_known(events: Site) -> None:
    known = post(events, bounced(events.agreed(ADA, "offers_email").id), name="msg_1")
    unknown = post(events, bounced(ID), name="msg_2")
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data) == (204, b"")
    assert not events.may_write_to(ADA, "offers")
    other = post(events, bounced(events.agreed(BEN, "offers_email").id, kind="complained"), name="msg_3", secret=OTHER)
    assert other.status_code == 204
    assert {cause for (cause,) in events.rows("select cause from suppressions")} == {"bounce", "complaint"}


def test_an_event_that_is_sent_again_is_answered_the_same_and_counts_once(events: Site) -> None:
    mail = events.agreed(ADA, "offers_email")
    soft = bounced(mail.id, bounce="soft", status="4.2.2")
    assert post(events, soft, name="msg_1").status_code == 204
    before = events.dump()
    for _ in range(3):
        assert post(events, soft, name="msg_1").status_code == 204
    assert events.dump() == before


@pytest.mark.parametrize(
    "what", ["unsigned", "other-secret", "changed", "old", "early", "no-id", "nonsense", "ed25519"]
)
def test_an_event_that_nobody_we_know_signed_now_is_refused(events: Site, what: str) -> None:
    event = bounced(events.agreed(ADA, "offers_email").id)
    headers = signed(event, name="msg_1")
    if what == "unsigned":
        headers = {}
    elif what == "other-secret":
        headers = signed(event, name="msg_1", secret=f"whsec_{base64.b64encode(b'x' * 32).decode()}")
    elif what == "changed":
        event = event.replace(b"hard", b"soft")
    elif what in ("old", "early"):
        headers = signed(event, name="msg_1", minutes=-6 if what == "old" else 6)
    elif what == "no-id":
        del headers["webhook-id"]
    elif what == "nonsense":
        headers["webhook-signature"] = "v1 ,, v1,%%% é"
    elif what == "ed25519":
        headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v1a,")
    before = events.dump()
    assert send(events, event, headers).status_code == 401
    assert events.dump() == before
    assert events.may_write_to(ADA, "offers")


def test_where_no_secret_is_set_nobody_is_believed(site: Site) -> None:
    event = bounced(ID)
    assert send(site, event, signed(event, name="msg_1")).status_code == 401


@pytest.mark.parametrize(
    "event",
    [
        *(b"", b"{", b"[]", b"null", b'{"type": "mail.bounced"}', b'{"data": {}}', b"[" * 60_000, b"\xff\xfe"),
        b'{"type": "mail.bounced", "data": {"message_id": "0123456789abcdef", "bounce": "medium"}}',
        b'{"type": "mail.bounced", "data": {"message_id": ["x"], "bounce": "hard"}}',
        b'{"type": "mail.complained", "data": {"message_id": "<x\\r\\n@y>"}}',
    ],
)
def test_an_event_of_another_form_is_refused_and_says_what_is_missing(event: bytes) -> None:
    with pytest.raises(NotAnEvent):
        read_event(event)


def test_an_event_of_another_kind_is_taken_without_consequence(events: Site) -> None:
    assert post(events, b'{"type": "mail.opened", "data": {}}', name="msg_1").status_code == 204
    assert post(events, b'{"type": 1}', name="msg_2").status_code == 422
    assert send(events, b"x" * 70_000, {}).status_code == 413


def test_a_mailbox_over_imap_is_emptied_and_its_mails_marked(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    with imap([bounce(mail.id), b"Subject: hello\n\n", complaint(ID)]) as box:
        assert (
            read_mailbox(site.database, url=f"imap://ada:p%40ss@127.0.0.1:{box.port}/Bounces", keyring=site.keyring)
            == 3
        )
        assert (
            read_mailbox(site.database, url=f"imap://ada:p%40ss@127.0.0.1:{box.port}/Bounces", keyring=site.keyring)
            == 0
        )
    assert not site.may_write_to(ADA, "offers")
    assert box.seen == {1, 2, 3}
    assert box.logins == ["ada p@ss", "ada p@ss"]


def test_a_mailbox_that_is_away_or_refuses_is_left_for_later_and_its_password_stays_unsaid(tmp_path: Path) -> None:
    with imap([], takes_password=False) as box:
        for url in (f"imap://ada:secret@127.0.0.1:{box.port}", f"maildir:{tmp_path}/none"):
            with pytest.raises(MailboxAway) as fault, open_mailbox(url) as opened:
                list(opened.unread())
            assert "secret" not in str(fault.value)


def take(site: Site, folder: Path, content: bytes) -> int:
    """Let a mail arrive in a Maildir, and the worker read it."""
    (folder / "new").mkdir(exist_ok=True)
    (folder / "new" / "1.host").write_bytes(content)
    return read_mailbox(site.database, url=f"maildir:{folder}", keyring=site.keyring)


@pytest.fixture
def events(engine: Engine, tmp_path: Path) -> Site:
    """A site that believes two secrets."""
    return Site(people_app(tmp_path, MAIL_EVENTS_SECRETS=f"{OTHER},{SECRET}"))


def bounced(message_id: str, *, kind: str = "bounced", bounce: str = "hard", status: str = "5.1.1") -> bytes:
    data = {"message_id": f"<{message_id}@localhost>", "bounce": bounce, "status": status}
    return json.dumps({"type": f"mail.{kind}", "data": data}).encode()


def signed(event: bytes, *, name: str, secret: str = SECRET, minutes: int = 0) -> dict[str, str]:
    moment = clock.now() + timedelta(minutes=minutes)
    signature = Webhook(secret).sign(name, moment, event.decode())
    return {"webhook-id": name, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}


def send(site: Site, event: bytes, headers: dict[str, str]) -> TestResponse:
    return site.post("/api/v1/mail-events", data=event, content_type="application/json", headers=headers)


def post(site: Site, event: bytes, *, name: str, secret: str = SECRET) -> TestResponse:
    return send(site, event, signed(event, name=name, secret=secret))


class Imap(socketserver.ThreadingTCPServer):
    """As much of an IMAP server as our reading of one folder asks of it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, mails: list[bytes], *, takes_password: bool) -> None:
        super().__init__(("127.0.0.1", 0), _ImapLine)
        self.mails = mails
        self.takes_password = takes_password
        self.seen: set[int] = set()
        self.logins: list[str] = []

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port


class _ImapLine(socketserver.StreamRequestHandler):
    server: Imap

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, words = line.decode().strip().partition(" ")
            self.wfile.write(self._answer(words.upper(), words) + f"{tag} {self._state(words)}\r\n".encode())
            if words.upper() == "LOGOUT":
                return

    def _state(self, words: str) -> str:
        refused = words.upper().startswith("LOGIN") and not self.server.takes_password
        return "NO no" if refused else "OK done"

    def _answer(self, upper: str, words: str) -> bytes:
        server = self.server
        if upper == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if upper.startswith("LOGIN"):
            server.logins.append(words.partition(" ")[2].replace('"', ""))
        if upper.startswith("UID SEARCH"):
            unseen = [number for number in range(1, len(server.mails) + 1) if number not in server.seen]
            return f"* SEARCH {' '.join(map(str, unseen))}\r\n".encode()
        if upper.startswith("UID STORE"):
            server.seen.add(int(upper.split()[2]))
        if upper.startswith("UID FETCH"):
            mail = server.mails[int(upper.split()[2]) - 1]
            if "SIZE" in upper:
                return f"* 1 FETCH (UID {upper.split()[2]} RFC822.SIZE {len(mail)})\r\n".encode()
            return b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(mail), mail)
        return b""


@contextmanager
def imap(mails: list[bytes], *, takes_password: bool = True) -> Iterator[Any]:
    server = Imap(mails, takes_password=takes_password)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
