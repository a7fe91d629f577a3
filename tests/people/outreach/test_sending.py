"""A campaign reaches those who agreed, each once, and nobody who says no before it leaves, whatever dies on the way."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.people.consent.states import State
from portal.people.messages.channels.email import Outbox, Transport, transport
from portal.people.messages.channels.outcome import Result
from portal.people.outreach import feeding, preflight, runs
from portal.people.outreach.campaigns import get_campaign
from portal.people.outreach.feeding import keep_runs_going
from portal.people.outreach.models import CampaignRun
from portal.people.outreach.preflight import Preflight
from portal.people.outreach.results import Results, results_of
from portal.people.outreach.runs import AlreadyRunning, NotPossible
from portal.people.outreach.segments import find_segment
from portal.people.worker import deliver
from portal.shared import clock
from tests.people.crowd import add_people
from tests.people.outreach.conftest import Content
from tests.people.site import Site, at, first
from tests.support.mail_server import Inbox, mail_server, read

START = at("2026-03-05T15:00:00+00:00")
ADA, BEN, CLEO, DORA = (f"{name}@mailbox.customerhub.net" for name in ("ada", "ben", "cleo", "dora"))


@pytest.fixture
def mixed(site: Site, content: Content) -> Site:
    """Ada agreed, Ben said no, Cleo never answered, Dora's yes lapsed."""
    now = clock.now()
    add_people(site, [ADA], now=now)
    add_people(site, [BEN], now=now, steps=(State.REQUESTED, State.CONFIRMED, State.WITHDRAWN))
    add_people(site, [CLEO], now=now, steps=(State.REQUESTED,))
    add_people(site, [DORA], now=now, steps=(State.REQUESTED, State.EXPIRED))
    return site


def test_a_mixed_list_reaches_only_who_confirmed(mixed: Site) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        begin(mixed)
        go_on(mixed, transport(f"smtp://127.0.0.1:{port}"))
    assert [letter.rcpt_tos for letter in inbox.letters] == [[ADA]]
    letter = read(inbox.letters[0])
    assert letter["Subject"] == "Ada, a setup day"
    found = results(mixed)
    assert (found.sent, found.made, found.waiting) == (1, 1, 0)
    assert found.refused == {"lapsed": 1, "not-confirmed": 1, "said-no": 1}


def test_the_preflight_says_the_same_before(mixed: Site) -> None:
    found = look(mixed)
    assert found.counts == {"allowed": 1, "lapsed": 1, "not-confirmed": 1, "said-no": 1}
    assert [(one.email, one.rule) for one in found.verdicts] == [
        *((ADA, "allowed"), (BEN, "said-no"), (CLEO, "not-confirmed"), (DORA, "lapsed"))
    ]
    assert all(one.record_id for one in found.verdicts)
    only = look(mixed, rule="said-no")
    assert ([one.email for one in only.verdicts], only.listed, only.pages) == ([BEN], 1, 1)
    assert look(mixed, number=99).number == 1


def test_every_message_carries_a_way_out_that_works(mixed: Site) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        begin(mixed)
        go_on(mixed, transport(f"smtp://127.0.0.1:{port}"))
    link = read(inbox.letters[0])["List-Unsubscribe"].strip("<>").removeprefix(mixed.settings.url)
    assert mixed.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not mixed.may_write_to(ADA, "offers")
    assert results(mixed).opted_out == 1


def test_whoever_would_rather_get_fewer_finds_the_preferences_in_the_message(mixed: Site) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        begin(mixed)
        go_on(mixed, transport(f"smtp://127.0.0.1:{port}"))
    for part in read(inbox.letters[0]).walk():
        if not part.is_multipart():
            (link,) = re.findall(r"/preferences/[\w-]{43}", part.get_content())
            assert "Less often" in mixed.get(link).text


def test_opting_out_number_900_while_100_is_being_sent_keeps_900_from_getting_it(site: Site, content: Content) -> None:
    emails = [f"person{number:04}@mailbox.customerhub.net" for number in range(905)]
    add_people(site, emails, now=clock.now())
    begin(site)
    inbox = Inbox()
    sent: list[str] = []
    with mail_server(inbox) as port, transport(f"smtp://127.0.0.1:{port}").session() as line:

        class Watched(Outbox):
            """The real thing; while it sends the hundredth, the nine hundredth presses the link of an older mail."""

            def send(self, content: bytes, *, to: str) -> Result:
                sent.append(to)
                if len(sent) == 100:
                    says_no(site, waiting_last(site, after=900))
                return line.send(content, to=to)

        go_on(site, Watched())
    got = [letter.rcpt_tos[0] for letter in inbox.letters]
    assert len(got) == len(set(got)) == 904
    (said_no,) = set(emails) - set(got)
    assert not site.may_write_to(said_no, "offers")
    found = results(site)
    assert (found.sent, found.waiting) == (904, 0)
    assert sum(found.dropped.values()) + sum(found.refused.values()) == 1


def test_nobody_gets_a_campaign_twice(mixed: Site) -> None:
    begin(mixed)
    with pytest.raises(AlreadyRunning):
        begin(mixed)
    go_on(mixed, Outbox())
    add_people(mixed, ["eve@mailbox.customerhub.net"], now=clock.now())
    begin(mixed)
    go_on(mixed, Outbox())
    assert mixed.rows("select count(*) from campaign_recipients") == [(2,)]
    assert results(mixed).refused["already-sent"] == 1
    assert results(mixed).sent == 1


def test_a_worker_that_dies_between_batches_is_followed_by_one_that_goes_on(
    site: Site, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "AT_ONCE", 3)
    add_people(site, [f"person{number}@mailbox.customerhub.net" for number in range(8)], now=clock.now())
    begin(site)

    class Dies(Exception):
        """kill -9, as far as one transaction can tell."""

    with monkeypatch.context() as dying:
        dying.setattr(feeding, "_count_refused", lambda *_: (_ for _ in ()).throw(Dies()))
        with pytest.raises(Dies):
            keep_runs_going(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())
    assert site.count("messages") == 0
    go_on(site, Outbox())
    assert site.rows("select count(distinct address_hash), count(*) from messages") == [(8, 8)]


def test_two_workers_never_put_the_same_person_in_twice(site: Site, content: Content) -> None:
    add_people(site, [f"person{number}@mailbox.customerhub.net" for number in range(20)], now=clock.now())
    begin(site)
    with site.database.reading() as db:
        run = runs.read_run(db, db.scalars(select(CampaignRun)).one())
    campaign, keyring = get_campaign("setup"), site.keyring

    def feed() -> int:
        return feeding.feed(
            site.database, run=run, campaign=campaign, keyring=keyring, url=site.settings.url, now=clock.now()
        )

    assert (feed(), feed()) == (20, 0)


def test_a_pause_holds_what_waits_and_resuming_lets_it_go(mixed: Site) -> None:
    begin(mixed)
    feed_once(mixed)
    act(mixed, "pause")
    with pytest.raises(NotPossible):
        act(mixed, "pause")
    go_on(mixed, Outbox())
    assert (results(mixed).sent, results(mixed).waiting) == (0, 1)
    act(mixed, "resume")
    go_on(mixed, Outbox())
    assert results(mixed).sent == 1
    with pytest.raises(NotPossible):
        act(mixed, "cancel")


def test_what_was_cancelled_never_leaves(mixed: Site) -> None:
    begin(mixed)
    feed_once(mixed)
    act(mixed, "cancel")
    go_on(mixed, Outbox())
    assert (results(mixed).sent, results(mixed).dropped) == (0, {"cancelled": 1})
    with pytest.raises(NotPossible):
        act(mixed, "resume")


def test_it_waits_for_its_time_and_for_its_window(site: Site, content: Content) -> None:
    content.campaign(
        rest_days='rest_days = 0\n[window]\nopens = 09:00:00\ncloses = 18:00:00\nzone = "America/New_York"'
    )
    with time_machine.travel(START, tick=False) as now:
        add_people(site, [ADA], now=START)
        begin(site, hours=2)
        go_on(site, Outbox())
        assert site.count("messages") == 0
        now.shift(timedelta(hours=9))  # 19:00 in New York
        go_on(site, Outbox())
        assert site.count("messages") == 0
        now.shift(timedelta(hours=15))
        go_on(site, Outbox())
    assert results(site).sent == 1


def test_the_notices_promise_holds_across_campaigns(site: Site, content: Content) -> None:
    add_people(site, [ADA], now=clock.now())
    for slug in ("one", "two", "three"):
        content.campaign(slug)
        begin(site, slug)
        go_on(site, Outbox())
    assert [results(site, slug).sent for slug in ("one", "two", "three")] == [1, 1, 0]
    assert results(site, "three").refused == {"too-often": 1}


def test_a_campaign_that_asks_for_rest_leaves_out_who_got_something_lately(site: Site, content: Content) -> None:
    add_people(site, [ADA], now=clock.now())
    begin(site)
    go_on(site, Outbox())
    content.campaign("another", rest_days="rest_days = 3")
    assert look(site, "another").counts == {"resting": 1}
    with time_machine.travel(clock.now() + timedelta(days=4)):
        assert look(site, "another").counts == {"allowed": 1}


def begin(site: Site, slug: str = "setup", *, hours: int = 0) -> None:
    now = clock.now()
    with site.database.transaction() as db:
        runs.begin(db, campaign=get_campaign(slug), by="test", starts_at=now + timedelta(hours=hours), now=now)


def act(site: Site, what: str, slug: str = "setup") -> None:
    with site.database.transaction() as db:
        getattr(runs, what)(db, campaign=slug, by="test", now=clock.now())


def feed_once(site: Site) -> int:
    return keep_runs_going(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())


def go_on(site: Site, mail: Transport) -> None:
    """Work as the worker's lane for offers does, until there is nothing to do."""
    while feed_once(site) + deliver(site.database, keyring=site.keyring, mail=mail, stopping=threading.Event()):
        pass
    feed_once(site)


def look(site: Site, slug: str = "setup", *, rule: str = "", number: int = 1) -> Preflight:
    campaign = get_campaign(slug)
    segment = find_segment(campaign.segment)
    assert segment
    keyring = site.keyring
    with site.database.reading() as db:
        return preflight.look(
            db, campaign=campaign, segment=segment, keyring=keyring, now=clock.now(), rule=rule, number=number
        )


def results(site: Site, slug: str = "setup") -> Results:
    with site.database.reading() as db:
        run = runs.find_newest(db, campaign=slug)
        assert run
        return results_of(db, run=run, purpose="offers", channel="email")


def waiting_last(site: Site, *, after: int) -> str:
    """The opt-out link of the person at this place in the order of sending, as their mail or a test's own holds it."""
    person_id = site.rows("select id from people order by id limit 1 offset ?", after - 1)[0][0]
    return str(site.rows("select email from people where id = ?", person_id)[0][0])


def says_no(site: Site, email: str) -> None:
    """Sign up anew for nothing, and press the link of that mail: every mail carries a way out of everything."""
    mail = site.asked(email, path="/sign-up")
    assert site.post(first(r"/opt-out/[\w-]{43}", mail.page)).status_code == 200
