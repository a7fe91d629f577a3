"""The only place for what happens without a request: the outbox is sent, retention rules are kept, records counted."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from portal.people.bounces.reading import read_mailbox
from portal.people.bounces.taking import take_refusal
from portal.people.consent.counting import Counting
from portal.people.consent.permission import Rule, refusals, still_a_yes
from portal.people.consent.places import open_place
from portal.people.consent.replay import catch_up, find_unknown, replay
from portal.people.consent.restores import is_sending_held
from portal.people.database import Database
from portal.people.films.making import FOLDER as FILMS
from portal.people.films.making import Studio, make_next, sweep
from portal.people.home.pictures import Drawing
from portal.people.jobs import BEAT_EVERY, Job, note_run
from portal.people.keyring import Seal, open_keyring
from portal.people.media.faults import StoreAway
from portal.people.media.store import Store, open_store
from portal.people.media.sweeping import sweep_media
from portal.people.messages import outbox
from portal.people.messages.channels.email import Line, Transport, open_transport
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.outbox import Claim
from portal.people.offers.reminders import send_due
from portal.people.outreach.feeding import keep_runs_going
from portal.people.privacy.retention import keep_retention_rules
from portal.people.publications.models import Publication
from portal.people.search.indexing import settle as settle_search
from portal.people.set_back import give_up_what_may_have_left
from portal.people.settings import Settings, load_settings
from portal.people.webhooks.delivering import deliver as deliver_webhooks
from portal.people.webhooks.posting import post
from portal.shared import clock
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.logs import set_up_logs
from portal.shared.room import Room, beside

LOOK_EVERY_SECONDS = 0.5
LOOK_FOR_ROOM_EVERY_SECONDS = 10.0
AT_ONCE = 10  # messages under one claim: as many offers are given up where a worker dies
BATCH_LASTS = timedelta(seconds=2)
FORGETFUL = timedelta(days=40)  # longer than a journal could be out of reach without anybody seeing it
RETENTION_EVERY = timedelta(hours=1)
NOES_EVERY = timedelta(minutes=30)  # what a full disk left out is promised within the hour
LOOK_TO_OTHERS_EVERY_SECONDS = 2.0
BOUNCES_EVERY = timedelta(minutes=1)
SEARCH_EVERY = timedelta(seconds=30)
INDEXED_AT_ONCE = 1  # a publication takes a tenth of a second, and mail waits meanwhile
SWEEP_EVERY = timedelta(days=1)
SWEEP_AGAIN_AFTER = timedelta(minutes=10)  # where the store was away

log = structlog.get_logger()


def work() -> None:
    """Work until told to stop by SIGTERM or Ctrl-C; what is being sent then is brought to its end."""
    set_up_logs("worker")
    settings = load_settings()
    mail = open_transport(settings)
    database = Database(settings.database_url, journal=settings.opt_outs_folder)
    database.require_safe_role(setting="PEOPLE_DATABASE_URL")
    room = beside(settings.database_url)
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
    tell_what_it_forgot(database, keyring=keyring)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stopping.set())
    lanes = [
        threading.Thread(
            target=_send_offers, args=(database, keyring, mail, settings.url, room, stopping), name="offers"
        ),
        threading.Thread(target=_talk_to_others, args=(database, keyring, settings, room, stopping), name="others"),
        threading.Thread(target=_make_films, args=(database, settings, room, stopping), name="films"),
    ]
    for lane in lanes:
        lane.start()
    log.info("worker.started")
    first = FirstLane(database, keyring, mail, settings, stopping)
    while not stopping.is_set():
        if not all(lane.is_alive() for lane in lanes):
            raise RuntimeError("A lane ended by a fault, which stands above. The supervisor starts anew.")
        if room.keep():
            first.turn()
            stopping.wait(LOOK_EVERY_SECONDS)
        else:  # what is left on the disk belongs to opt-outs
            log.warning("worker.no_room")
            stopping.wait(LOOK_FOR_ROOM_EVERY_SECONDS)
    for lane in lanes:
        lane.join()
    database.close()
    log.info("worker.stopped")


class FirstLane:
    """Service mail, and what is kept in order beside it; each job has its own turn, and none waits for another's."""

    def __init__(
        self, database: Database, keyring: Seal, mail: Transport, settings: Settings, stopping: threading.Event
    ) -> None:
        self.database = database
        self.keyring = keyring
        self.mail = mail
        self.stopping = stopping
        place = open_place(settings.checkpoints_url, endpoint=settings.s3_endpoint_url)
        self.counting = Counting(database, keyring, place)
        self.delivery = Turns(database, Job.DELIVERY, noted_every=BEAT_EVERY)
        self.retention = Turns(database, Job.RETENTION, noted_every=timedelta())
        self.noes = Turns(database, Job.NOES, noted_every=timedelta())
        self.checkpoint = Turns(database, Job.CHECKPOINT, noted_every=BEAT_EVERY)
        self.search = Turns(database, Job.SEARCH, noted_every=SEARCH_EVERY)
        self.next_retention = self.next_noes = self.next_search = clock.now()
        self.noes_kept_until = clock.now() - FORGETFUL

    def turn(self) -> None:
        """Send what waits, then do whatever else is due."""
        self.delivery.take(self._deliver)
        now = clock.now()
        if now >= self.next_retention and self.retention.take(lambda: _keep_rules(self.database, self.keyring, now)):
            self.next_retention = now + RETENTION_EVERY
        if now >= self.next_noes and self.noes.take(self._catch_up):
            self.next_noes = now + NOES_EVERY
            if not self.noes.did_something:  # else look once more whether the journal has them now
                self.noes_kept_until = now
        self.checkpoint.take(lambda: self.counting.take(clock.now()))
        if now >= self.next_search and self.search.take(self._settle_search) and not self.search.did_something:
            self.next_search = now + SEARCH_EVERY

    def _deliver(self) -> int:
        return deliver(self.database, keyring=self.keyring, mail=self.mail, stopping=self.stopping, is_for_service=True)

    def _catch_up(self) -> int:
        return catch_up(self.database, since=self.noes_kept_until)

    def _settle_search(self) -> int:
        with self.database.transaction() as db:
            return settle_search(db, now=clock.now(), most=INDEXED_AT_ONCE)


def _send_offers(
    database: Database, keyring: Seal, mail: Transport, url: str, room: Room, stopping: threading.Event
) -> None:
    """The second lane: campaigns, reminders, offers, so that a slow mail server keeps no sign-in waiting for them."""
    outreach = Turns(database, Job.OUTREACH, noted_every=BEAT_EVERY)

    def turn() -> int:
        made = keep_runs_going(database, keyring=keyring, url=url, now=clock.now())
        made += send_due(database, keyring=keyring, url=url, now=clock.now())
        return made + deliver(database, keyring=keyring, mail=mail, stopping=stopping)

    while not stopping.is_set():
        if not room.keep() or not outreach.take(turn) or not outreach.did_something:
            stopping.wait(LOOK_EVERY_SECONDS)


def tell_what_it_forgot(database: Database, *, keyring: Seal) -> None:
    """Before anything is sent: say again what the journal knows and the database, put back by whatever means, does not.

    After a restore by our own command sending stays held all the same, until somebody brought that journal.
    """
    unknown = find_unknown(database, database.journal.read()) if database.journal is not None else []
    if unknown:
        with database.transaction() as db:  # before the noes: killed between the two, a start finds them unknown again
            give_up_what_may_have_left(db, now=clock.now())
        replay(database, unknown, keyring=keyring, now=clock.now())
    with database.reading() as db:
        if is_sending_held(db):
            log.error("worker.held")


def _talk_to_others(
    database: Database, keyring: Seal, settings: Settings, room: Room, stopping: threading.Event
) -> None:
    """What waits for other systems, or is no haste: a thread of its own, so that none of it ever holds up the mail."""
    webhooks = Turns(database, Job.WEBHOOKS, noted_every=BEAT_EVERY)
    bounces = Turns(database, Job.BOUNCES, noted_every=timedelta())
    pictures = Turns(database, Job.PICTURES, noted_every=BEAT_EVERY)
    store = open_store(settings)
    drawing = Drawing(database, store)
    media = Turns(database, Job.MEDIA, noted_every=timedelta())
    next_bounces = next_sweep = clock.now()

    def send(url: str, body: bytes, headers: dict[str, str]) -> Result:
        return post(url, body, headers, is_development=settings.is_development)

    while not stopping.is_set():
        webhooks.take(lambda: deliver_webhooks(database, keyring=keyring, post=send, stopping=stopping))
        if settings.mail_bounces_url and clock.now() >= next_bounces:
            bounces.take(lambda: read_mailbox(database, url=settings.mail_bounces_url, keyring=keyring))
            next_bounces = clock.now() + BOUNCES_EVERY
        if room.keep():
            pictures.take(lambda: drawing.take(clock.now()))
        if clock.now() >= next_sweep:
            is_done = media.take(lambda: _sweep_media(database, store))
            next_sweep = clock.now() + (SWEEP_EVERY if is_done else SWEEP_AGAIN_AFTER)
        stopping.wait(LOOK_TO_OTHERS_EVERY_SECONDS)


def _make_films(database: Database, settings: Settings, room: Room, stopping: threading.Event) -> None:
    """What takes minutes: one film after the other, the last that was asked for first."""
    films = Turns(database, Job.FILMS, noted_every=BEAT_EVERY)
    studio = Studio(database=database, store=open_store(settings), folder=settings.folder / FILMS)
    films.take(lambda: sweep(studio) if settings.makes_films else 0)
    if not settings.makes_films:  # another worker has the processors for it
        stopping.wait()
        return
    while not stopping.is_set():
        if not room.keep() or not films.take(lambda: make_next(studio, stopping=stopping)) or not films.did_something:
            stopping.wait(LOOK_TO_OTHERS_EVERY_SECONDS)


def deliver(
    database: Database, *, keyring: Seal, mail: Transport, stopping: threading.Event, is_for_service: bool = False
) -> int:
    """Try every message that is due, batch by batch, each in the order claim, send, settle; how many were tried.

    None at all while the database is one of yesterday, which does not know who said no since.
    """
    with database.reading() as db:
        if is_sending_held(db):
            return 0
    tried = 0
    with mail.session() as line:
        while not stopping.is_set():
            with database.transaction() as db:
                claims = outbox.claim(
                    db, keyring=keyring, refusals=refusals, now=clock.now(), most=AT_ONCE, is_for_service=is_for_service
                )
            if not claims:
                break
            tried += _send_batch(database, claims, keyring=keyring, line=line, stopping=stopping)
    return tried


def _send_batch(
    database: Database, claims: list[Claim], *, keyring: Seal, line: Line, stopping: threading.Event
) -> int:
    """Send what was claimed; what is not begun when time is up goes back, so that no yes grows old under a lease."""
    until = clock.now() + BATCH_LASTS
    tried: list[tuple[Claim, Result]] = []
    refused: list[Claim] = []
    left = list(claims)
    while left and (not tried or (clock.now() < until and not stopping.is_set())):
        claim = left.pop(0)
        if claim.is_offer and not still_a_yes(database, record_id=claim.cause_id, address_hash=claim.address_hash):
            refused.append(claim)
        else:
            tried.append((claim, line.send(claim.letter.content, to=claim.letter.to)))
    with database.transaction() as db:
        outbox.settle_all(db, [(claim.message_id, claim.attempt, result) for claim, result in tried], now=clock.now())
        for claim in refused:
            outbox.drop_claimed(db, message_id=claim.message_id, attempt=claim.attempt, rule=Rule.SAID_NO)
        outbox.give_back(db, left)
    for claim, result in tried:
        if result.outcome is Outcome.REFUSED:  # apart, since whoever ends something locks the person before their mail
            with database.transaction() as db:
                take_refusal(db, message_id=claim.message_id, said=result.detail, keyring=keyring, now=clock.now())
        log.info(
            "message.tried",
            message=claim.message_id,
            request_id=claim.request_id,
            outcome=result.outcome,
            detail=result.detail,
        )
    return len(tried)


class Turns:
    """The turns of one job, written down when something was done and else every `noted_every`."""

    def __init__(self, database: Database, job: Job, *, noted_every: timedelta) -> None:
        self.database = database
        self.job = job
        self.noted_every = noted_every
        self.noted_at: datetime | None = None
        self.runs = 0  # since they were last written down
        self.failures = 0
        self.did_something = False

    def take(self, act: Callable[[], int]) -> bool:
        """Do it, and write down that it was done; False where the database was away or full: nothing was lost."""
        began_at = clock.now()
        try:
            done = act()
            self.runs += 1
            self.did_something = bool(done)
            if done or self.noted_at is None or began_at >= self.noted_at + self.noted_every:
                self._note(began_at)
        except (*STORE_FAULTS, StoreAway) as fault:
            log.warning("job.failed", job=self.job, error=words_of(fault))
            self.failures += 1
            return False
        return True

    def _note(self, began_at: datetime) -> None:
        with self.database.transaction() as db:
            note_run(
                db,
                job=self.job,
                began_at=began_at,
                ended_at=clock.now(),
                runs=self.runs,
                failures=self.failures,
            )
        self.noted_at, self.runs, self.failures = began_at, 0, 0


def _keep_rules(database: Database, keyring: Seal, now: datetime) -> int:
    kept = keep_retention_rules(database, keyring=keyring, now=now)
    for rule, count in kept.items():
        if count:
            log.info("retention.kept", rule=rule, count=count)
    return sum(kept.values())


def _sweep_media(database: Database, store: Store) -> int:
    return sweep_media(database, store=store, texts=Publication.content, now=clock.now()).total
