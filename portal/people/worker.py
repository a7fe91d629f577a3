"""The only place for what happens without a request: messages leave the outbox, the retention rules are kept."""

import signal
import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError

from portal.people.consent.permission import may_send
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.messages import outbox
from portal.people.messages.channels.email import Transport, transport
from portal.people.privacy.retention import keep_retention_rules
from portal.people.settings import load_settings
from portal.shared import clock
from portal.shared.logs import set_up_logs

LOOK_EVERY_SECONDS = 0.5
RETENTION_EVERY = timedelta(hours=1)

log = structlog.get_logger()


def work() -> None:
    """Work until told to stop by SIGTERM or Ctrl-C; what is being sent then is brought to its end."""
    set_up_logs("worker")
    settings = load_settings()
    mail = transport(settings.mail_url)
    database = Database(settings.database_url)
    database.require_safe_role(setting="PEOPLE_DATABASE_URL")
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stopping.set())
    log.info("worker.started")
    next_retention = clock.now()
    while not stopping.is_set():
        try:
            deliver(database, keyring=keyring, mail=mail, stopping=stopping)
            if clock.now() >= next_retention:
                _keep_rules(database, keyring, clock.now())
                next_retention = clock.now() + RETENTION_EVERY
        except OperationalError as fault:  # the database is away or busy: nothing was lost, try again
            log.warning("worker.database_away", error=type(fault.orig).__name__)
        stopping.wait(LOOK_EVERY_SECONDS)
    database.close()
    log.info("worker.stopped")


def deliver(database: Database, *, keyring: Seal, mail: Transport, stopping: threading.Event) -> int:
    """Try every message that is due, each in the order claim, send, settle; how many were tried."""
    tried = 0
    while not stopping.is_set():
        with database.transaction() as db:
            claim = outbox.claim(db, keyring=keyring, may_send=may_send, now=clock.now())
        if claim is None:
            break
        result = mail.send(claim.letter.content, to=claim.letter.to)
        with database.transaction() as db:
            outbox.settle(db, message_id=claim.message_id, attempt=claim.attempt, result=result, now=clock.now())
        log.info("message.tried", message=claim.message_id, outcome=result.outcome, detail=result.detail)
        tried += 1
    return tried


def _keep_rules(database: Database, keyring: Seal, now: datetime) -> None:
    for rule, count in keep_retention_rules(database, keyring=keyring, now=now).items():
        if count:
            log.info("retention.kept", rule=rule, count=count)
