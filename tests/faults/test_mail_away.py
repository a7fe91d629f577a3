"""A mail server that is away for hours: people sign up all the while, and each mail arrives once when it is back."""

from collections import Counter
from datetime import timedelta

import time_machine

from portal.people.messages.channels.email import transport
from tests.people.site import Site, at
from tests.people.test_outbox import run_worker
from tests.support.mail_server import Inbox, free_port, mail_server

MORNING = at("2026-03-10T06:00:00+00:00")
HALF_AN_HOUR = timedelta(minutes=30)
PEOPLE = [f"ada{number}@mailbox.customerhub.net" for number in range(12)]


def test_after_six_hours_without_a_server_each_mail_arrives_once(site: Site) -> None:
    port = free_port("127.0.0.1")
    mail = transport(f"smtp://127.0.0.1:{port}")
    now = MORNING
    for who in PEOPLE:
        with time_machine.travel(now, tick=False):
            assert site.sign_up(who, "offers_email").status_code == 303
            run_worker(site, mail)
        now += HALF_AN_HOUR
    inbox = Inbox()
    with mail_server(inbox, port=port):
        for _ in range(3):  # a pause lasts an hour at most
            with time_machine.travel(now, tick=False):
                run_worker(site, mail)
            now += HALF_AN_HOUR
    assert Counter(str(letter.rcpt_tos[0]) for letter in inbox.letters) == dict.fromkeys(PEOPLE, 1)
    assert site.rows("select distinct state from messages") == [("sent",)]


def test_a_server_that_answers_and_then_refuses_for_hours_gets_each_mail_once(site: Site) -> None:
    now, inbox = MORNING, Inbox(fails="rcpt")
    with mail_server(inbox) as port:
        mail = transport(f"smtp://127.0.0.1:{port}")
        with time_machine.travel(now, tick=False):
            for who in PEOPLE[:4]:
                site.sign_up(who)
        for _ in range(8):
            with time_machine.travel(now, tick=False):
                run_worker(site, mail)
            now += HALF_AN_HOUR
        inbox.fails = ""
        for _ in range(3):
            with time_machine.travel(now, tick=False):
                run_worker(site, mail)
            now += HALF_AN_HOUR
    assert Counter(str(letter.rcpt_tos[0]) for letter in inbox.letters) == dict.fromkeys(PEOPLE[:4], 1)
