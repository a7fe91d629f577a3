"""Offers to many: messages a second into a mail server, beside the limit and beside smtplib; a large pre-flight."""

import itertools
import os
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from bench.figure import Figure
from bench.stores import Store, stores
from portal.people.accounts.models import Person
from portal.people.consent import envelope
from portal.people.consent.models import ConsentRecord, ConsentState
from portal.people.consent.record import head
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.messages.channels.email import transport
from portal.people.messages.mail import as_bytes
from portal.people.messages.way_out import new_way_out
from portal.people.outreach import campaigns, feeding, preflight, runs, segments
from portal.people.outreach.campaigns import Campaign
from portal.people.outreach.letters import letterhead, write
from portal.people.outreach.segments import Segment
from portal.people.settings import load_settings
from portal.people.worker import deliver
from portal.shared import ids
from tests.people.outreach.conftest import CAMPAIGN, SEGMENT

LIMIT = 200.0  # messages a second, which the product promises
MESSAGES = 600
URL = "https://learning.customerhub.net"
PEOPLE = 100_000
SECONDS = 2.0
NOW = datetime.now(UTC)
DOMAIN = "mailbox.customerhub.net"

# A server of its own process, that takes everything over and keeps nothing.
SINK = """
import sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print("ready", flush=True)
time.sleep(3600)
"""


def figures() -> Iterator[Figure]:
    """On each engine: a campaign's messages out of the outbox, by one worker, and a hundred thousand people judged."""
    for store in stores():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            stack.enter_context(_content(folder))
            settings = load_settings({"DATA": str(folder)} | store.engine.migrated("people", folder))
            database = stack.enter_context(closing(Database(settings.database_url)))
            with database.transaction() as db:
                keyring = open_keyring(db, secret_keys=("k" * 40,), now=NOW)
            port = stack.enter_context(_sink())
            yield from _sending(store, database, keyring, port)
            yield _preflight(store, database, keyring)


def _sending(store: Store, database: Database, keyring: Seal, port: int) -> Iterator[Figure]:
    _add_people(database, MESSAGES)
    letters = _fill_outbox(database, keyring)
    mail = transport(f"smtp://127.0.0.1:{port}")
    began = time.perf_counter()
    sent = deliver(database, keyring=keyring, mail=mail, stopping=threading.Event())
    rate = sent / (time.perf_counter() - began)
    if sent != MESSAGES:
        raise RuntimeError(f"{sent} of {MESSAGES} messages were tried.")
    bare = _bare_rate(letters, port)
    name = f"Offers a second by one worker, {store.name}"
    yield Figure(name=name, value=rate, peer=LIMIT, against="the limit", unit="/s", goal=1, bound="at least")
    yield Figure(
        name=f"The same, {store.name}",
        value=rate,
        peer=bare,
        against="a loop of smtplib alone, same bytes",
        unit="/s",
        goal=0.2,
        bound="at least",
    )


def _preflight(store: Store, database: Database, keyring: Seal) -> Figure:
    _add_people(database, PEOPLE - MESSAGES)
    campaign, segment = _campaign()
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with database.reading() as db:
            found = preflight.look(db, campaign=campaign, segment=segment, keyring=keyring, now=NOW)
        times.append(time.perf_counter() - began)
        if found.total != PEOPLE:
            raise RuntimeError(f"{found.total:,} of {PEOPLE:,} people were judged.")
    return Figure(
        name=f"Pre-flight of {PEOPLE:,} people, {store.name}",
        value=sorted(times)[1],
        peer=SECONDS,
        against="the limit",
        unit="s",
        goal=1,
    )


def _fill_outbox(database: Database, keyring: Seal) -> list[bytes]:
    """A campaign to everyone, fed as the worker feeds it; the letters, for the peer to send the same bytes."""
    campaign, _segment = _campaign()
    with database.transaction() as db:
        row = runs.begin(db, campaign=campaign, by="bench", starts_at=NOW, now=NOW)
    feeding.MOST_WAITING = MESSAGES + 1
    feeding.feed_until_full(database, run_id=row.id, keyring=keyring, url=URL)
    return _letters(campaign)


def _letters(campaign: Campaign) -> list[bytes]:
    """Mails as the campaign's are, for the peer."""
    head = letterhead(campaign, url=URL)
    mails = (write(head, to=f"ada@{DOMAIN}", values={}, way_out=new_way_out(url=URL)) for _ in range(MESSAGES))
    return [as_bytes(mail, message_id=ids.new_id(), now=NOW) for mail in mails]


def _bare_rate(letters: list[bytes], port: int) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for letter in letters:
            server.sendmail("learning@customerhub.net", [f"ada@{DOMAIN}"], letter)
    return len(letters) / (time.perf_counter() - began)


def _campaign() -> tuple[Campaign, Segment]:
    campaign = campaigns.get_campaign("setup")
    segment = segments.find_segment(campaign.segment)
    if segment is None:
        raise RuntimeError("The segment of the measurement is gone.")
    return campaign, segment


@contextmanager
def _content(folder: Path) -> Iterator[None]:
    """One campaign to everyone who was ever asked about offers."""
    before = campaigns.FOLDER, segments.FOLDER, feeding.MOST_WAITING
    for name, text in (("campaigns/setup.md", CAMPAIGN), ("segments/everyone.toml", SEGMENT)):
        path = folder / "content" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    campaigns.FOLDER, segments.FOLDER = folder / "content" / "campaigns", folder / "content" / "segments"
    yield
    campaigns.FOLDER, segments.FOLDER, feeding.MOST_WAITING = before


@contextmanager
def _sink() -> Iterator[int]:
    port = 20000 + os.getpid() % 20000
    with subprocess.Popen([sys.executable, "-c", SINK, str(port)], stdout=subprocess.PIPE) as server:
        if server.stdout is None or not server.stdout.readline():
            raise RuntimeError("The mail server of the measurement did not start.")
        yield port
        server.kill()


_numbers = itertools.count()


def _add_people(database: Database, many: int) -> None:
    """People with a yes, by the rows that a judgement reads."""
    with database.transaction() as db:
        for start in range(0, many, 5000):
            rows = [_rows(next(_numbers)) for _ in range(start, min(start + 5000, many))]
            db.connection().execute(insert(Person), [person for person, _records, _state in rows])
            for position in range(2):
                db.connection().execute(insert(ConsentRecord), [records[position] for _one, records, _state in rows])
            db.connection().execute(insert(ConsentState), [state for _one, _records, state in rows])


def _rows(number: int) -> tuple[dict[str, object], list[dict[str, object]], dict[str, object]]:
    person_id = ids.new_id()
    person = {"id": person_id, "name": "Ada Lindqvar", "email": f"person{number}@{DOMAIN}", "created_at": NOW}
    records: list[dict[str, object]] = []
    leaf = envelope.FIRST
    for position, (was, state) in enumerate((("none", "requested"), ("requested", "confirmed")), 1):
        record_id = ids.new_id()
        said = head(
            person_id=person_id,
            position=position,
            record_id=record_id,
            line=("offers", "email"),
            was=was,
            state=state,
            at=envelope.rfc3339(NOW),
        )
        in_clear, commitment, previous = envelope.canonical(said), os.urandom(32), leaf
        leaf = envelope.leaf_of(previous=previous, commitment=commitment, head=in_clear)
        records.append(
            {
                "person_id": person_id,
                "position": position,
                "id": record_id,
                "version": envelope.VERSION,
                "purpose": "offers",
                "channel": "email",
                "was": was,
                "state": state,
                "head": in_clear,
                "commitment": commitment,
                "previous_leaf": previous,
                "leaf": leaf,
            }
        )
    state_row = {"person_id": person_id, "purpose": "offers", "channel": "email", "state": "confirmed"}
    return person, records, state_row | {"record_id": records[-1]["id"], "changed_at": NOW}
