"""The outbox: each message leaves once, by a real mail server, whatever dies on the way."""

import socket
import ssl
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from portal.people.consent.models import ConsentState
from portal.people.consent.permission import refusals
from portal.people.messages import outbox
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels.email import Outbox, Smtp, Transport, transport
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import LinkTooLong, Mail, as_bytes
from portal.people.messages.models import Message, Offering
from portal.people.messages.outbox import Claim, compose_offer
from portal.people.messages.service import CAPS, Service
from portal.people.messages.way_out import new_way_out
from portal.people.settings import load_settings
from portal.people.worker import deliver
from portal.shared import clock
from portal.shared.environment import SettingsError
from tests.people.site import ADA, BEN, Site, at, find_person_id
from tests.support.certificates import certificate
from tests.support.mail_server import Inbox, free_port, mail_server, read

START = at("2026-03-01T09:00:00+00:00")
REACHABLE = "ada@mailbox.customerhub.net"  # sample people get no mail by SMTP, so these tests write to another name


def test_a_mail_arrives_whole_and_with_its_way_out(site: Site) -> None:
    site.sign_up(REACHABLE, "offers_email")
    inbox = Inbox()
    with mail_server(inbox) as port:
        assert run_worker(site, transport(f"smtp://127.0.0.1:{port}")) == 1
    (envelope,) = inbox.letters
    letter = read(envelope)
    assert envelope.rcpt_tos == [letter["To"]] == [REACHABLE]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>").removeprefix(site.settings.url)
    assert site.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert states(site) == ["sent"]
    assert outcomes(site) == [(1, "sent")]


def test_in_development_it_is_shown_and_not_sent(site: Site) -> None:
    site.sign_up(ADA)
    assert run_worker(site, transport("outbox:")) == 1
    assert states(site) == ["shown"]


def test_the_line_is_encrypted_and_the_password_is_sent_on_it_alone(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.2 is this machine too, but not one of the names that we take for it."""
    own = certificate(tmp_path, "127.0.0.2")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(own)
    site.sign_up(REACHABLE)
    inbox = Inbox()
    with mail_server(inbox, host="127.0.0.2", tls=tls) as port:
        mail = transport(f"smtp://ada:p%40ss%3Aword@127.0.0.2:{port}")
        assert try_once(site, mail) == Result(Outcome.LATER, "SSLCertVerificationError")
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        with time_machine.travel(clock.now() + timedelta(minutes=5)):
            assert run_worker(site, mail) == 1
    assert inbox.logins == [b"ada"]
    assert len(inbox.letters) == 1


def test_without_encryption_nothing_leaves_this_machine(site: Site) -> None:
    site.sign_up(REACHABLE)
    inbox = Inbox()
    with mail_server(inbox, host="127.0.0.2") as port:
        assert try_once(site, transport(f"smtp://127.0.0.2:{port}")) == Result(Outcome.LATER, "SMTPNotSupportedError")
    assert inbox.letters == []


@pytest.mark.parametrize("address", ["ada@x.example", ADA, "ada@deep.people.customerhub.net", "ada@mail.test", "ada"])
def test_an_address_that_is_nobodys_never_reaches_the_socket(address: str) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        mail = transport(f"smtp://127.0.0.1:{port}")
        assert mail.send(b"", to=address).outcome is Outcome.REFUSED
    assert inbox.connections == 0


@pytest.mark.parametrize(
    ("fails", "answer", "outcome", "state", "arrived"),
    [
        ("mail", "451 later", Outcome.LATER, "waiting", 0),
        ("rcpt", "451 later", Outcome.LATER, "waiting", 0),
        ("rcpt", "550 nobody here", Outcome.REFUSED, "failed", 0),
        ("data-refused", "452 full", Outcome.LATER, "waiting", 0),
        ("data-refused", "554 no", Outcome.REFUSED, "failed", 0),
        ("data", "", Outcome.LATER, "waiting", 0),
        ("after-data", "", Outcome.UNKNOWN, "waiting", 1),
        ("quit", "", Outcome.SENT, "sent", 1),
    ],
)
def test_a_server_that_fails_at_any_step_is_understood(
    site: Site, fails: str, answer: str, outcome: Outcome, state: str, arrived: int
) -> None:
    site.sign_up(REACHABLE)
    inbox = Inbox(fails, answer)
    with mail_server(inbox) as port:
        result = try_once(site, transport(f"smtp://127.0.0.1:{port}"))
    assert result.outcome is outcome
    assert states(site) == [state]
    assert len(inbox.letters) == arrived


@pytest.mark.parametrize(
    ("answer", "is_shut"),
    [
        ("550 5.1.1 nobody here", True),
        ("550 nobody here", False),
        ("550 5.7.1 a filter", False),
        ("552 5.2.2 a full box", False),
    ],
)
def test_a_server_that_says_itself_that_nobody_is_there_ends_all_mail_for_them(
    site: Site, answer: str, is_shut: bool
) -> None:
    site.agreed(REACHABLE, "offers_email")
    with time_machine.travel(clock.now() + timedelta(days=2)), mail_server(Inbox("rcpt", answer)) as port:
        site.sign_up(REACHABLE, "webinars_email")
        run_worker(site, transport(f"smtp://127.0.0.1:{port}"))
    assert "failed" in states(site)
    assert site.rows("select cause, channel, purpose from suppressions") == [("bounce", "email", "")] * is_shut
    assert (("offers", "confirmed", "withdrawn") in site.steps(REACHABLE)) is is_shut


def test_a_server_that_is_away_or_hangs_is_tried_again_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.people.messages.channels.email.smtp.TIMEOUT", 0.2)
    site.sign_up(REACHABLE)
    assert try_once(site, transport(f"smtp://127.0.0.1:{free_port()}")).outcome is Outcome.LATER
    with socket.create_server(("127.0.0.1", 0)) as silent, time_machine.travel(clock.now() + timedelta(minutes=5)):
        port = silent.getsockname()[1]
        assert try_once(site, transport(f"smtp://127.0.0.1:{port}")).outcome is Outcome.LATER
    assert states(site) == ["waiting"]


def test_after_a_broken_line_service_mail_goes_out_once_more_as_the_same_mail(site: Site) -> None:
    site.sign_up(REACHABLE)
    inbox = Inbox("after-data")
    with mail_server(inbox) as port:
        mail = transport(f"smtp://127.0.0.1:{port}")
        for minutes in (0, 10, 20, 30):
            with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
                run_worker(site, mail)
    assert len({read(letter)["Message-ID"] for letter in inbox.letters}) == 1
    assert len(inbox.letters) == 2
    assert states(site) == ["failed"]
    assert outcomes(site) == [(1, "unknown"), (2, "unknown")]


def test_an_offer_of_unknown_fate_is_not_sent_again(site: Site) -> None:
    site.agreed(REACHABLE, "offers_email")
    run_worker(site, Outbox())
    add_offer(site, REACHABLE)
    inbox = Inbox("after-data")
    with mail_server(inbox) as port:
        assert try_once(site, transport(f"smtp://127.0.0.1:{port}")).outcome is Outcome.UNKNOWN
    assert states(site)[-1] == "failed"


def test_pauses_double_up_to_an_hour_and_end_after_three_days(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.sign_up(REACHABLE)
        away = transport(f"smtp://127.0.0.1:{free_port()}")
        pauses = []
        while states(site) == ["waiting"]:
            assert try_once(site, away).outcome is Outcome.LATER
            with site.database.reading() as db:
                pauses.append(db.scalars(select(Message.not_before)).one() - clock.now())
            now.move_to(clock.now() + pauses[-1])
        waited = clock.now() - START
    assert [pause.total_seconds() for pause in pauses[:9]] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert timedelta(hours=72) < waited < timedelta(hours=74)
    assert states(site) == ["failed"]


def test_more_than_may_go_in_a_minute_waits_for_the_next(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CAPS, Service.CONFIRM, replace(CAPS[Service.CONFIRM], a_minute=3))
    inbox = Inbox()
    with mail_server(inbox) as port, time_machine.travel(START, tick=False) as clock:
        mail = transport(f"smtp://127.0.0.1:{port}")
        for number in range(8):
            site.sign_up(f"ada{number}@mailbox.customerhub.net")
        assert [run_worker(site, mail), run_worker(site, mail)] == [3, 0]
        clock.shift(timedelta(seconds=59))
        assert run_worker(site, mail) == 0
        clock.shift(timedelta(seconds=1))
        assert run_worker(site, mail) == 3
        clock.shift(timedelta(minutes=1))
        assert run_worker(site, mail) == 2
    assert len(inbox.letters) == 8
    assert states(site) == ["sent"] * 8


def test_two_workers_never_hold_the_same_message(site: Site) -> None:
    for number in range(5):
        site.sign_up(f"ada{number}@people.customerhub.net")
    claims = []
    while claim := claim_next(site):
        claims.append(claim.message_id)
    assert len(claims) == len(set(claims)) == 5


def test_a_worker_that_died_while_sending_is_noticed_after_its_lease(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.sign_up(ADA)
        lost = claim_next(site)
        assert lost is not None
        now.move_to(START + timedelta(minutes=4))
        assert claim_next(site) is None
        now.move_to(START + timedelta(minutes=6))
        assert claim_next(site) is None
        assert outcomes(site) == [(1, "unknown")]
        now.move_to(START + timedelta(minutes=7))
        again = claim_next(site)
        assert again is not None
        assert (again.attempt, again.letter) == (2, lost.letter)
        settle(site, lost, Result(Outcome.SENT))
        assert states(site) == ["sending"]
        settle(site, again, Result(Outcome.SENT))
        assert states(site) == ["sent"]


def test_consent_and_suppression_are_asked_again_at_the_moment_of_sending(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    mail = site.agreed(BEN, "offers_email")
    run_worker(site, Outbox())
    add_offer(site, ADA)
    add_offer(site, BEN)
    site.post(mail.opt_out)
    run_worker(site, Outbox())
    assert states(site)[-2:] == ["shown", "dropped"]


def test_a_no_between_claim_and_sending_is_obeyed(site: Site) -> None:
    ada, ben = (site.agreed(one, "offers_email") for one in ("ada@a.customerhub.net", "ben@b.customerhub.net"))
    run_worker(site, Outbox())
    add_offer(site, "ada@a.customerhub.net")
    add_offer(site, "ben@b.customerhub.net")
    others = {"ada@a.customerhub.net": ben, "ben@b.customerhub.net": ada}

    class SaysNo(Outbox):
        """Whoever is written to first makes the other one say no, while both are claimed."""

        def send(self, content: bytes, *, to: str) -> Result:
            site.post(others[to].opt_out)
            return super().send(content, to=to)

    assert run_worker(site, SaysNo()) == 1
    assert sorted(states(site)[-2:]) == ["dropped", "shown"]
    assert site.rows("select dropped_by from messages where kind = 'offer' and state = 'dropped'") == [("said-no",)]


def test_a_batch_that_takes_long_gives_back_what_it_did_not_begin(site: Site) -> None:
    stopping = threading.Event()
    with time_machine.travel(START, tick=False) as now:
        for number in range(4):
            site.sign_up(f"ada{number}@people.customerhub.net")

        class Slow(Outbox):
            """Each mail takes a second and a half of the two that a batch may last; then the worker is told to stop."""

            def send(self, content: bytes, *, to: str) -> Result:
                now.shift(timedelta(seconds=1.5))
                if clock.now() > START + timedelta(seconds=2):
                    stopping.set()
                return super().send(content, to=to)

        assert deliver(site.database, keyring=site.keyring, mail=Slow(), stopping=stopping) == 2
    assert sorted(states(site)) == ["shown", "shown", "waiting", "waiting"]
    assert site.rows("select sum(attempts) from messages") == [(2,)]


def test_offers_wait_for_service_mail_and_leave_the_last_lane_to_it(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    run_worker(site, Outbox())
    add_offer(site, ADA)
    site.sign_up(BEN)
    keyring, now = site.keyring, clock.now()
    with site.database.transaction() as db:
        (first,) = outbox.claim(db, keyring=keyring, refusals=refusals, now=now, most=10)
        assert outbox.claim(db, keyring=keyring, refusals=refusals, now=now, most=10, is_for_service=True) == []
        (second,) = outbox.claim(db, keyring=keyring, refusals=refusals, now=now, most=10)
    assert (first.is_offer, second.is_offer) == (False, True)


def test_what_is_on_no_list_and_backed_by_no_consent_is_not_sent(site: Site) -> None:
    site.agreed(ADA)
    run_worker(site, Outbox())
    add_offer(site, ADA, cause_id="made-up")
    run_worker(site, Outbox())
    assert states(site)[-1] == "dropped"


def test_a_mail_is_not_sent_for_a_link_that_is_too_old_to_confirm(site: Site) -> None:
    site.sign_up(ADA)
    with site.database.reading() as db:
        message = db.query(Message).one()
        assert refusals(db, [message], clock.now()) == {}
        assert refusals(db, [message], clock.now() + timedelta(days=7)) == {message.id: "ended"}


def test_a_message_that_cannot_be_opened_holds_up_nobody(site: Site) -> None:
    site.sign_up(ADA)
    with site.database.transaction() as db:
        db.execute(update(Message).values(sealed=bytes(18)))
    site.sign_up(BEN)
    run_worker(site, Outbox())
    assert states(site) == ["dropped", "shown"]


@pytest.mark.parametrize("url", ["ses://", "ses://x/y", "smtp://", "sendmail", "http://mail.customerhub.net"])
def test_a_way_of_sending_that_we_do_not_have_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"smtp://user:password@host:587"):
        load_settings({"DATA": str(tmp_path), "MAIL_URL": url})


def test_a_password_may_hold_any_character() -> None:
    assert transport("smtp://ada:p%40ss%3Aword@mail.customerhub.net:25") == Smtp(
        host="mail.customerhub.net", port=25, user="ada", password="p@ss:word"
    )


def test_an_opt_out_link_that_would_not_fit_on_its_line_is_refused() -> None:
    mail = Mail(to=ADA, subject="x", text="x", html="x", way_out=new_way_out(url="https://" + "x" * 192))
    with pytest.raises(LinkTooLong):
        as_bytes(mail, message_id="x", now=START)


def run_worker(site: Site, mail: Transport) -> int:
    return deliver(site.database, keyring=site.keyring, mail=mail, stopping=threading.Event())


def try_once(site: Site, mail: Transport) -> Result:
    claim = claim_next(site)
    assert claim is not None
    result = mail.send(claim.letter.content, to=claim.letter.to)
    settle(site, claim, result)
    return result


def claim_next(site: Site) -> Claim | None:
    keyring = site.keyring
    with site.database.transaction() as db:
        return next(iter(outbox.claim(db, keyring=keyring, refusals=refusals, now=clock.now())), None)


def settle(site: Site, claim: Claim, result: Result) -> None:
    with site.database.transaction() as db:
        outbox.settle(db, message_id=claim.message_id, attempt=claim.attempt, result=result, now=clock.now())


@dataclass(frozen=True)
class Backing:
    """What an offer says that it rests on, made up by a test; dispatch.py takes nothing but the ledger's."""

    record_id: str
    address_hash: str
    purpose: str = "offers"
    channel: str = "email"


def add_offer(site: Site, email: str, cause_id: str = "") -> None:
    """Put an offer into the outbox, backed by this person's consent unless another cause is named."""
    keyring = site.keyring
    hashed = address_hash(keyring, channel="email", address=email)
    mail = Mail(to=email, subject="An offer", text="x", html="x", way_out=new_way_out(url=site.settings.url))
    with site.database.transaction() as db:
        consent = db.query(ConsentState.record_id).filter_by(person_id=find_person_id(db, email)).first()
        backing = Backing(cause_id or (str(consent.record_id) if consent else ""), hashed)
        outbox.put(db, compose_offer(mail, kind=Offering.OFFER, backing=backing, keyring=keyring, now=clock.now()))


def states(site: Site) -> list[str]:
    return [state for (state,) in site.rows("select state from messages order by created_at, id")]


def outcomes(site: Site) -> list[tuple[int, str]]:
    return site.rows("select attempt, outcome from deliveries order by attempt")
