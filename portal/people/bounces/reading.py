"""The only place that empties the mailbox of reports into the ledger, one mail and one transaction after the other."""

import hashlib

import structlog

from portal.people.bounces.mailbox import MailboxAway, open_mailbox
from portal.people.bounces.reports import read_mail
from portal.people.bounces.taking import take
from portal.people.consent.record import Act
from portal.people.database import Database
from portal.people.keyring import Seal
from portal.shared import clock

log = structlog.get_logger()


def read_mailbox(database: Database, *, url: str, keyring: Seal) -> int:
    """Take every report that waits there; how many mails were read. Dying half-way loses and repeats nothing."""
    read = 0
    try:
        with open_mailbox(url) as box:
            for name, content in box.unread():
                _take_mail(database, content, keyring)
                box.done(name)
                read += 1
    except MailboxAway as fault:
        log.warning("bounces.away", error=str(fault))
    return read


def _take_mail(database: Database, content: bytes, keyring: Seal) -> None:
    report = read_mail(content)
    if report is None:
        log.info("bounce.not_a_report")
        return
    key = hashlib.sha256(b"mail\x00" + content).hexdigest()
    act = Act(at=clock.now(), key=key, actor=f"mail system: {report.kind}")
    with database.transaction() as db:
        take(db, report=report, key=key, source="mailbox", keyring=keyring, act=act)
