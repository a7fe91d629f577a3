"""The only place that acts on a report: what cannot be delivered or is not wanted is withdrawn, for good."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.people.bounces.models import MailReport
from portal.people.bounces.reports import Kind, Report, read_refusal
from portal.people.consent.models import WayOutRow
from portal.people.consent.opt_out import stop
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause
from portal.people.keyring import Seal

SOFT_ARE_HARD = 3  # of different messages
WITHIN = timedelta(days=14)

log = structlog.get_logger()


class Taken(StrEnum):
    """What became of a report."""

    STOPPED = "stopped"
    COUNTED = "counted"  # a soft bounce, and not yet too many
    AGAIN = "again"  # it was taken before
    UNKNOWN = "unknown"  # no message of ours has that id


def take(db: Session, *, report: Report, key: str, source: str, keyring: Seal, act: Act) -> Taken:
    """Take a report once, by `key`, the digest of what reported it; the ledger says a machine's word was the cause."""
    way_out = db.scalars(select(WayOutRow).where(WayOutRow.message_id == report.message_id)).first()
    if way_out is None:
        taken = Taken.UNKNOWN
    elif db.get(MailReport, key) is not None:
        taken = Taken.AGAIN
    else:
        taken = _take(db, report, way_out, key=key, source=source, keyring=keyring, act=act)
    log.info("bounce.taken", message=report.message_id, kind=report.kind, status=report.status, outcome=taken)
    return taken


def take_refusal(db: Session, *, message_id: str, said: str, keyring: Seal, now: datetime) -> None:
    """Take what the server answered that refused a message, where it says that nobody is there."""
    report = read_refusal(message_id, said)
    if report is not None:
        key = hashlib.sha256(b"refusal\x00" + message_id.encode()).hexdigest()
        act = Act(at=now, key=key, actor=f"mail system: {report.kind}")
        take(db, report=report, key=key, source="server", keyring=keyring, act=act)


def _take(db: Session, report: Report, way_out: WayOutRow, *, key: str, source: str, keyring: Seal, act: Act) -> Taken:
    row = {
        "id": key,
        "message_id": report.message_id,
        "address_hash": way_out.address_hash,
        "kind": report.kind.value,
        "status": report.status[:12],
        "source": source,
        "reported_at": act.at,
    }
    db.execute(insert(MailReport), [row])
    if report.kind is Kind.SOFT and _count_soft(db, way_out.address_hash, act) < SOFT_ARE_HARD:
        return Taken.COUNTED
    stop(
        db,
        person_id=way_out.person_id,
        address_hash=way_out.address_hash,
        channel=way_out.channel,
        purpose=None,
        cause=Cause.COMPLAINT if report.kind is Kind.COMPLAINT else Cause.BOUNCE,
        keyring=keyring,
        act=act,
    )
    return Taken.STOPPED


def _count_soft(db: Session, address_hash: str, act: Act) -> int:
    lately = select(func.count(MailReport.message_id.distinct())).where(
        MailReport.address_hash == address_hash,
        MailReport.kind == Kind.SOFT.value,
        MailReport.reported_at > act.at - WITHIN,
    )
    return db.scalar(lately) or 0
