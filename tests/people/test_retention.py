"""What is past its time is gone: nobody confirmed, so nobody is remembered; the ledger says only that it happened."""

from datetime import timedelta

import pytest
import time_machine

from portal.people.commands.ledger import keep_retention
from portal.people.privacy import retention
from portal.people.privacy.retention import keep_retention_rules
from portal.shared import clock
from tests.people.site import ADA, BEN, CLEO, Site, at
from tests.support.sides import close

START = at("2026-03-01T09:00:00+00:00")


def test_an_unconfirmed_sign_up_is_erased_after_seven_days(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        mail = site.asked(CLEO, "offers_email", name="Cleo Marsh")
    with time_machine.travel(START + timedelta(days=6, hours=23), tick=False):
        keep(site)
        assert site.get(mail.confirm).status_code == 200
    with time_machine.travel(START + timedelta(days=7), tick=False):
        assert keep(site)["sign-ups erased that nobody confirmed in 7 days"] == 1
        assert site.get(mail.confirm).status_code == 404
        for table in ("people", "person_keys", "opt_ins", "opt_in_boxes", "signups", "consent_payloads"):
            assert site.count(table) == 0, table
        assert site.verify().is_sound
    steps = site.rows("select was, state from consent_records order by position")
    assert steps == [("none", "requested"), ("requested", "expired"), ("expired", "erased")]


def test_nothing_that_names_the_erased_is_left(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.asked(CLEO, "offers_email", name="Cleo Marsh")
    with time_machine.travel(START + timedelta(days=7), tick=False):
        keep(site)
    close(site.app)
    rows = "\n".join(site.dump()).encode()
    files = b"".join(path.read_bytes() for path in site.settings.folder.glob("people.db*"))
    for stored in (rows, files):
        assert b"cleo@" not in stored
        assert b"Cleo Marsh" not in stored


def test_who_confirmed_stays(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, "offers_email")
        site.agreed(BEN)
    with time_machine.travel(START + timedelta(days=400), tick=False):
        keep(site)
        assert site.may_write_to(ADA, "offers")
        assert site.count("people") == site.count("places") == 2
        assert site.verify().is_sound


def test_a_later_request_that_lapses_leaves_the_earlier_consent_alone(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=2), tick=False):
        site.asked(ADA, "offers_email", "webinars_email")
    with time_machine.travel(START + timedelta(days=10), tick=False):
        keep(site)
        assert site.may_write_to(ADA, "offers")
        assert site.steps(ADA)[2:] == [("webinars", "none", "requested"), ("webinars", "requested", "expired")]
        assert site.count("consent_payloads") == 3  # who asked for webinars, and from where, is gone
        assert site.verify().is_sound
        site.agreed(ADA, "webinars_email")
        assert site.may_write_to(ADA, "webinars")
        assert site.verify().is_sound


def test_a_request_that_a_younger_link_can_still_confirm_does_not_lapse_with_the_older(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.asked(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=5), tick=False):
        second = site.asked(ADA, "offers_email")
    with time_machine.travel(START + timedelta(days=8), tick=False):
        keep(site)
        site.confirm(second)
        assert site.may_write_to(ADA, "offers")
        assert site.verify().is_sound


def test_who_cancelled_is_forgotten_and_the_no_is_kept(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.post(site.asked(BEN, "offers_email").opt_out)
    with time_machine.travel(START + timedelta(days=7), tick=False):
        keep(site)
        assert site.count("people") == 0
        assert site.count("suppressions") == 1
        assert site.verify().is_sound


def test_what_a_mail_said_is_forgotten_after_a_week_and_that_there_was_one_after_a_month(site: Site) -> None:
    with time_machine.travel(START, tick=False):
        site.agreed(ADA)
    for days, sealed, messages in [(6, 1, 1), (8, 0, 1), (31, 0, 0)]:
        with time_machine.travel(START + timedelta(days=days), tick=False):
            settle_all(site)
            keep(site)
            assert site.rows("select count(*) from messages where sealed is not null") == [(sealed,)]
            assert site.count("messages") == messages


def test_many_are_erased_a_few_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    with time_machine.travel(START, tick=False):
        for number in range(5):
            site.asked(f"ada{number}@people.customerhub.net", "offers_email")
    with time_machine.travel(START + timedelta(days=7), tick=False):
        assert keep(site)["sign-ups erased that nobody confirmed in 7 days"] == 5
    assert site.count("people") == 0


def test_the_command_does_the_same(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    with time_machine.travel(START, tick=False):
        site.asked(CLEO)
    with time_machine.travel(START + timedelta(days=7), tick=False):
        assert keep_retention()["sign-ups erased that nobody confirmed in 7 days"] == 1
    assert site.count("people") == 0


def keep(site: Site) -> dict[str, int]:
    return keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())


def settle_all(site: Site) -> None:
    with site.database.transaction() as db:
        db.connection().exec_driver_sql("update messages set state = 'shown' where state = 'waiting'")
