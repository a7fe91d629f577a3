"""A clock that jumps forward and back: nothing used or taken back revives, nothing ends before its time."""

from datetime import timedelta

import time_machine

from portal.people.messages.channels.email import transport
from portal.people.privacy.retention import keep_retention_rules
from portal.shared import clock
from tests.people.site import ADA, OFFER, Site, at
from tests.people.test_outbox import REACHABLE, run_worker
from tests.support.mail_server import Inbox, mail_server

NOON = at("2026-03-10T12:00:00+00:00")
AN_HOUR, A_WEEK = timedelta(hours=1), timedelta(days=7)


def test_a_no_said_while_the_clock_is_back_holds_then_and_later(site: Site) -> None:
    with time_machine.travel(NOON, tick=False):
        mail = site.agreed(ADA, "offers_email")
    with time_machine.travel(NOON - AN_HOUR, tick=False):
        assert site.post(mail.opt_out).status_code == 200
        assert not site.may_write_to(ADA, "offers")
    for later in (NOON, NOON + 100 * A_WEEK):
        with time_machine.travel(later, tick=False):
            assert not site.may_write_to(ADA, "offers")
    assert site.verify().is_sound


def test_a_link_works_up_to_its_end_and_stays_used_when_the_clock_goes_back(site: Site) -> None:
    with time_machine.travel(NOON, tick=False):
        mail = site.asked(ADA, "offers_email")
    with time_machine.travel(NOON + A_WEEK - timedelta(seconds=1), tick=False):
        form = site.form(mail.confirm)
        assert site.post(mail.confirm, data=form).status_code == 303
    for back in (NOON - AN_HOUR, NOON, NOON + 100 * A_WEEK):
        with time_machine.travel(back, tick=False):
            assert site.get(mail.confirm).status_code == 410
            assert site.post(mail.confirm, data=form).location == f"{mail.confirm}/done"
    assert len(site.steps(ADA)) == 2


def test_what_was_erased_at_its_time_does_not_come_back_with_the_clock(site: Site) -> None:
    with time_machine.travel(NOON, tick=False):
        mail = site.asked(ADA, "offers_email")
        form = site.form(mail.confirm)
    with time_machine.travel(NOON + A_WEEK, tick=False):
        keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
    with time_machine.travel(NOON, tick=False):
        assert site.get(mail.confirm).status_code == 404
        assert site.post(mail.confirm, data=form).status_code == 404
        assert not site.may_write_to(ADA, "offers")
    assert site.verify().is_sound


def test_a_mail_that_left_does_not_leave_again_whichever_way_the_clock_goes(site: Site) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        mail = transport(f"smtp://127.0.0.1:{port}")
        with time_machine.travel(NOON, tick=False):
            site.sign_up(REACHABLE)
            assert run_worker(site, mail) == 1
        for moment in (NOON - 100 * A_WEEK, NOON - AN_HOUR, NOON + AN_HOUR, NOON + A_WEEK):
            with time_machine.travel(moment, tick=False):
                assert run_worker(site, mail) == 0
    assert len(inbox.letters) == 1


def test_an_offer_opens_and_closes_by_the_day_that_the_clock_shows_and_keeps_what_was_taken(site: Site) -> None:
    with time_machine.travel(NOON, tick=False):
        mail = site.agreed(ADA)
        page = site.get(f"{mail.confirm}/done").text
    for moment in (NOON - 10 * A_WEEK, NOON + 10 * A_WEEK):
        with time_machine.travel(moment, tick=False):
            assert "60 of 60" in site.get(OFFER).text  # another month's round
            assert site.get(f"{mail.confirm}/done").text == page
