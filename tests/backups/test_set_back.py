"""What left after the backup does not leave again after the restore: offers, reminders, campaigns under way."""

from datetime import timedelta
from pathlib import Path

import time_machine

from portal.people.messages.channels.email import Outbox
from portal.people.messages.channels.outcome import Result
from portal.people.offers.reminders import send_due
from portal.people.outreach import runs
from portal.people.outreach.campaigns import get_campaign
from portal.people.outreach.feeding import keep_runs_going
from portal.people.outreach.runs import Run
from portal.shared import clock
from tests.backups.conftest import Machine, Running
from tests.people.outreach.conftest import Content, content
from tests.people.site import ADA, BEN, CLEO, Site
from tests.people.test_outbox import add_offer, claim_next, run_worker
from tests.people.test_reminders import BOX, DUE, REMIND

__all__ = ["content"]


class Sink(Outbox):
    """Takes mail over, and remembers of whom."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, content: bytes, *, to: str) -> Result:
        subject = next(line for line in content.decode().splitlines() if line.startswith("Subject:"))
        self.taken.append(f"{to.partition('@')[0]}: {subject.removeprefix('Subject: ')}")
        return super().send(content, to=to)


def test_an_offer_that_waited_in_the_backup_and_left_since_does_not_leave_again(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    old.site.agreed(ADA, "offers_email")
    send(old.site)
    add_offer(old.site, ADA)
    old.site.asked(BEN)
    copy = old.back_up(tmp_path / "copy")
    sent = send(old.site)
    assert len(sent) == 2
    site = put_back(new, copy)
    assert send(site) == [mail for mail in sent if mail.startswith("ben")]  # a confirmation may come twice
    assert site.rows("select state, dropped_by from messages where kind = 'offer'") == [("dropped", "restored")]


def test_an_offer_that_was_being_sent_is_dropped_too(old: Running, new: Machine, tmp_path: Path) -> None:
    old.site.agreed(ADA, "offers_email")
    send(old.site)
    add_offer(old.site, ADA)
    assert claim_next(old.site)
    site = put_back(new, old.back_up(tmp_path / "copy"))
    assert site.rows("select state, dropped_by from messages where kind = 'offer'") == [("dropped", "restored")]
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        assert send(site) == []


def test_a_reminder_that_was_due_is_not_made_a_second_time(old: Running, new: Machine, tmp_path: Path) -> None:
    with time_machine.travel(DUE - timedelta(days=9), tick=False) as now:
        old.site.agreed(ADA, BOX, path=REMIND)
        copy = old.back_up(tmp_path / "copy")
        now.move_to(DUE + timedelta(hours=8))
        assert remind(old.site) == 1
        site = put_back(new, copy)
        assert remind(site) == 0
        assert site.rows("select why_none from reminders") == [("restored",)]


def test_a_campaign_under_way_is_paused_and_says_why(
    old: Running, new: Machine, tmp_path: Path, content: Content
) -> None:
    content.segment()
    slug = content.campaign()
    for email in (ADA, BEN, CLEO):
        old.site.agreed(email, "offers_email")
    send(old.site)
    with old.site.database.transaction() as db:
        runs.begin(db, campaign=get_campaign(slug), by="test", starts_at=clock.now(), now=clock.now())
    copy = old.back_up(tmp_path / "copy")
    assert feed(old.site) == 3
    assert len(send(old.site)) == 3
    site = put_back(new, copy)
    assert (feed(site), send(site)) == (0, [])
    run = newest(site, slug)
    assert run.is_paused
    assert run.was_set_back
    with site.database.transaction() as db:
        runs.resume(db, campaign=slug, by="test", now=clock.now())
    assert not newest(site, slug).was_set_back


def put_back(machine: Machine, copy: Path) -> Site:
    """Restored, and free to send."""
    assert machine.restore(copy, lost_because="tried out").noes == 0
    return machine.open()


def send(site: Site) -> list[str]:
    """Deliver whatever is due; to whom what went."""
    sink = Sink()
    run_worker(site, sink)
    return sink.taken


def remind(site: Site) -> int:
    """How many reminders the worker deals with now."""
    return send_due(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())


def feed(site: Site) -> int:
    """How many mails of campaigns the worker makes now."""
    return keep_runs_going(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())


def newest(site: Site, slug: str) -> Run:
    with site.database.reading() as db:
        run = runs.find_newest(db, campaign=slug)
    assert run
    return run
