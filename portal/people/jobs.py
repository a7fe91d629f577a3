"""The only place that keeps when the worker's jobs last ran, so that other processes can tell.

A state row a job, changed in place: it says how things stand, not what somebody did.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment

BEAT_EVERY = timedelta(seconds=15)  # an idle worker says so this often
SILENT_AFTER = timedelta(minutes=2)


class Job(StrEnum):
    """What the worker does again and again."""

    DELIVERY = "delivery"  # what is due in the outbox; also the sign that a worker lives
    OUTREACH = "outreach"  # campaigns into the outbox, and offers out of it
    RETENTION = "retention"
    WEBHOOKS = "webhooks"
    BOUNCES = "bounces"  # the mailbox of what could not be delivered
    CHECKPOINT = "checkpoint"  # new records of the ledger are counted, and the count kept elsewhere
    PICTURES = "pictures"  # of pages, for links to them
    SEARCH = "search"  # what came in force by its moment, or was published before there was an index
    MEDIA = "media"  # files that nothing needs any more are taken away
    NOES = "noes"  # what the journal of noes lacks
    FILMS = "films"  # what was asked for to be made of videos


class JobState(Base):
    """The last run of a job that came to its end, how many did, and how many the database broke off."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    runs: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(BigInteger)


def note_run(db: Session, *, job: Job, began_at: datetime, ended_at: datetime, runs: int, failures: int) -> None:
    """Write down the last run of `job`, and how many came to their end or failed since this was last written."""
    with suppress(IntegrityError), db.begin_nested():  # another worker may add the row in the same moment
        if db.get(JobState, job.value) is None:
            db.add(JobState(name=job.value, began_at=began_at, ended_at=ended_at, runs=0, failures=0))
    counts = {"runs": JobState.runs + runs, "failures": JobState.failures + failures}
    noted = update(JobState).where(JobState.name == job.value)
    db.execute(noted.values(began_at=began_at, ended_at=ended_at, **counts))


def find_silence(db: Session, *, job: Job, now: datetime) -> datetime | None:
    """Since when a job that ran before has been silent, or None: it beats, or never ran."""
    beat_at = db.scalar(select(JobState.ended_at).where(JobState.name == job.value))
    return beat_at if beat_at is not None and now - beat_at >= SILENT_AFTER else None


def list_jobs(db: Session) -> list[JobState]:
    """How every job stands that ever ran."""
    return list(db.scalars(select(JobState).order_by(JobState.name)))
