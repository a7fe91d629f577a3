"""kill -9 at every call that touches the database's files: nothing acknowledged is lost, and nothing is half done."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from portal.people.consent.dispatch import dispatch
from portal.people.consent.permission import Permission, check_may_contact
from portal.people.consent.record import Act
from portal.people.consent.verify import verify
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash
from portal.people.messages.channels.email import Outbox
from portal.people.messages.mail import Mail
from portal.people.messages.models import Offering
from portal.people.messages.way_out import new_way_out
from portal.shared import clock
from portal.shared.environment import ROOT
from tests.faults.killing import CannotTrace, Killer
from tests.people.site import ADA, BEN, CLEO, OFFER, Site, find_person_id
from tests.people.test_outbox import run_worker
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.mail_server import Inbox, mail_server, read
from tests.support.sides import close, people_app

FEWEST = 15  # points at which an act can die; with fewer, the tracing missed something
DORA = "dora@people.customerhub.net"
REACHABLE = ("ada@mailbox.customerhub.net", "ben@mailbox.customerhub.net")

Asked = dict[str, Any]
OTHERS: dict[str, Asked] = {
    "send": {"act": "send"},
    "publish": {"act": "publish", "path": str(ROOT / "content" / "webinars" / "second-message")},
}


@dataclass
class Town:
    """A prepared installation, the keys to it, and what each act sends."""

    killer: Killer
    keyring: Seal
    acts: dict[str, Asked]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query answers to somebody who opens the file after the crash, which is what recovers it."""
        with closing(sqlite3.connect(self.killer.folder / "people.db")) as connection:
            return connection.execute(sql).fetchall()

    def contents(self) -> dict[str, list[str]]:
        """Everything that is stored, by table; limits may keep count of an act that came to nothing."""
        with closing(sqlite3.connect(self.killer.folder / "people.db")) as connection:
            named = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
            kept = [name for (name,) in named if name != "limit_counters" and not name.startswith("sqlite_")]
            return {name: sorted(map(repr, connection.execute(f"select * from {name}"))) for name in kept}

    def is_sound(self) -> bool:
        """Whether the ledger verifies, states and all."""
        database = Database(f"sqlite:///{self.killer.folder / 'people.db'}")
        with closing(database), database.reading() as db:
            return verify(db, keyring=self.keyring).is_sound


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    before = engines.in_use()
    engines.use(Sqlite())
    folder = tmp_path_factory.mktemp("killed")
    site = Site(people_app(folder / "prepared"))
    acts = _prepare(site)
    keyring = site.keyring
    close(site.app)
    engines.use(before)
    killer = Killer(folder / "prepared" / "people", folder / "data")
    yield Town(killer, keyring, acts)
    killer.close()


@pytest.mark.parametrize("name", ["sign-up", "confirm", "claim", "opt-out", "publish"])
def test_whoever_dies_has_done_all_of_it_or_nothing_and_doing_it_again_ends_as_the_first_time(
    name: str, town: Town, record_property: Callable[[str, object], None]
) -> None:
    killer, asked = town.killer, town.acts[name]
    killer.restore()
    nothing = town.contents()
    killer.warm_up(asked)
    first_answer = killer.act(asked)
    all_of_it = _counted(town.contents())
    assert all_of_it != _counted(nothing)
    points, tried_again, unacknowledged = 0, set(), 0
    for point, acknowledged in _points(killer, asked):
        points += 1
        found = town.contents()
        if found == nothing:
            assert acknowledged is None, point
        else:
            assert _counted(found) == all_of_it, point
            assert acknowledged in (None, first_answer), point
            assert town.is_sound(), point
            unacknowledged += acknowledged is None
        how_it_ended = (found == nothing, acknowledged is None)
        if how_it_ended in tried_again:
            continue
        tried_again.add(how_it_ended)
        assert killer.act(asked) == first_answer, point
        again = town.contents()
        assert _counted(again) == all_of_it, point
        # What was done is not done anew: the same codes, the same moments.
        assert found == nothing or _lasting(found) == _lasting(again), point
    record_property("killed", f"{name} at {points} points, {unacknowledged} of them done and not acknowledged")
    assert points >= FEWEST
    acknowledged_too = {(False, False)} if asked["act"] == "post" else set()  # a command closes its files first
    assert tried_again == {(True, True), (False, True)} | acknowledged_too  # undone; done and unheard of; acknowledged


def test_a_worker_that_dies_sends_each_mail_once_and_in_doubt_no_offer_twice(
    town: Town, record_property: Callable[[str, object], None]
) -> None:
    """In doubt, service mail goes once more under the same Message-ID (RFC 1047); an offer lost is the lesser evil."""
    killer, points, doubts, tried_again = town.killer, 0, 0, set()
    inbox = Inbox()
    with mail_server(inbox) as port:
        asked = town.acts["send"] | {"mail_url": f"smtp://127.0.0.1:{port}"}
        killer.restore()
        killer.warm_up(asked)
        for point, acknowledged in _points(killer, asked, afresh=inbox.letters.clear):
            points += 1
            states = town.rows("select kind, state from messages order by kind, state")
            was_in_doubt = "sending" in {state for _kind, state in states}
            doubts += was_in_doubt
            assert town.is_sound(), point
            how_it_ended = repr((states, len(inbox.letters), acknowledged))
            if how_it_ended in tried_again:
                continue
            tried_again.add(how_it_ended)
            for minutes in (10, 20):  # after the lease has ended, and once more
                killer.act(asked | {"minutes": minutes})
            to = sorted(str(letter.rcpt_tos[0]) for letter in inbox.letters)
            ids = {str(read(letter)["Message-ID"]) for letter in inbox.letters}
            service, offer = to.count(REACHABLE[1]), to.count(REACHABLE[0])
            assert service in ((1, 2) if was_in_doubt else (1,)), point
            assert offer in ((0, 1) if was_in_doubt else (1,)), point
            assert len(ids) == (service > 0) + (offer > 0), point
            assert acknowledged is None or (service, offer) == (1, 1), point
            assert not town.rows("select 1 from messages where state in ('waiting', 'sending')"), point
    record_property("killed", f"send at {points} points, {doubts} of them in doubt whether a mail had left")
    assert points >= FEWEST
    assert doubts


def _points(killer: Killer, asked: Asked, *, afresh: Callable[[], None] = lambda: None) -> Iterator[tuple[str, Any]]:
    try:
        yield from killer.points(asked, afresh=afresh)
    except CannotTrace as fault:
        pytest.skip(f"strace may not trace here: {fault}")


def _counted(contents: dict[str, list[str]]) -> dict[str, int]:
    return {name: len(rows) for name, rows in contents.items()}


def _lasting(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    """All but the moment at which a film or a file was asked for last."""
    return {name: rows for name, rows in contents.items() if name not in ("films", "media_files")}


def _prepare(site: Site) -> dict[str, Asked]:
    """Somebody for each act, who has come as far as one step before it."""
    ada = site.agreed(ADA, "offers_email")
    cleo = site.asked(CLEO, "webinars_email", path="/sign-up")
    dora = site.asked(DORA)
    site.agreed(REACHABLE[0], "offers_email")
    form = site.form(OFFER) | {"name": "Ben Ortiz", "email": BEN, "offers_email": "yes"}
    acts = {
        "sign-up": {"path": OFFER, "data": form},
        "confirm": {"path": cleo.confirm, "data": site.form(cleo.confirm)},
        "claim": {"path": dora.confirm, "data": site.form(dora.confirm)},
        "opt-out": {"path": ada.opt_out, "data": {}},
    }
    run_worker(site, Outbox())
    site.asked(REACHABLE[1], "offers_email")
    _send_offer(site, REACHABLE[0])
    return {name: {"act": "post"} | asked for name, asked in acts.items()} | OTHERS


def _send_offer(site: Site, email: str) -> None:
    keyring, now = site.keyring, clock.now()
    mail = Mail(to=email, subject="An offer", text="x", html="x", way_out=new_way_out(url=site.settings.url))
    hashed = address_hash(keyring, channel="email", address=email)
    with site.database.transaction() as db:
        person_id = find_person_id(db, email) or ""
        permission = check_may_contact(
            db, person_id=person_id, purpose="offers", channel="email", address_hash=hashed, now=now
        )
        assert isinstance(permission, Permission)
        act = Act(at=now, key="x")
        dispatch(db, permission=permission, kind=Offering.OFFER, mail=mail, keyring=keyring, act=act)
