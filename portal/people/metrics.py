"""The only place for figures that rows of the people side tell: outbox, jobs, films, ledger, sessions, separation."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.consent.models import ConsentRecord
from portal.people.films.library import count_waiting
from portal.people.jobs import list_jobs
from portal.people.messages.models import Message, MessageState
from portal.people.privacy.models import SeparationCheck
from portal.people.sessions import PeopleSession
from portal.shared import clock


def look(db: Session) -> Sequence[Metric]:
    """Every figure, by queries that an index answers; nothing in them tells one person from another."""
    now = clock.now()
    return [*_outbox(db, now), *_jobs(db, now), *_films(db), *_ledger(db), *_separation(db, now)]


def _outbox(db: Session, now: datetime) -> Iterator[Metric]:
    counted = db.execute(select(Message.state, func.count().label("messages")).group_by(Message.state))
    standing = {row.state: row.messages for row in counted}
    messages = GaugeMetricFamily("portal_messages", "Messages of the last 30 days.", labels=("state",))
    for state in MessageState:
        messages.add_metric((state.value,), standing.get(state.value, 0))
    yield messages
    oldest = db.scalar(select(func.min(Message.created_at)).where(Message.state == MessageState.WAITING))
    yield GaugeMetricFamily(
        "portal_outbox_age_seconds",
        "How long the oldest waiting message has waited.",
        value=_age(oldest, now) if oldest else 0,
    )


def _jobs(db: Session, now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("portal_job_age_seconds", "Since the last run that was done.", labels=("job",))
    seconds = GaugeMetricFamily("portal_job_seconds", "How long that run took.", labels=("job",))
    runs = CounterMetricFamily("portal_job_runs", "Runs that were done.", labels=("job",))
    failures = CounterMetricFamily("portal_job_failures", "Runs that the database broke off.", labels=("job",))
    for job in list_jobs(db):
        age.add_metric((job.name,), _age(job.ended_at, now))
        seconds.add_metric((job.name,), (job.ended_at - job.began_at).total_seconds())
        runs.add_metric((job.name,), job.runs)
        failures.add_metric((job.name,), job.failures)
    yield from (age, seconds, runs, failures)


def _films(db: Session) -> Iterator[Metric]:
    yield GaugeMetricFamily("portal_films_waiting", "Films that are still to be made.", value=count_waiting(db))


def _ledger(db: Session) -> Iterator[Metric]:
    records = db.scalar(select(func.count()).select_from(ConsentRecord)) or 0
    yield GaugeMetricFamily("portal_ledger_records", "Length of the consent ledger.", value=records)
    sessions = db.scalar(select(func.count()).select_from(PeopleSession)) or 0
    yield GaugeMetricFamily("portal_sessions", "Sessions of the last 60 days.", value=sessions)


def _separation(db: Session, now: datetime) -> Iterator[Metric]:
    """Nothing where it never ran: an alarm on its absence is the right one."""
    newest = select(SeparationCheck.checked_at, SeparationCheck.seconds, SeparationCheck.is_held)
    last = db.execute(newest.order_by(SeparationCheck.id.desc()).limit(1)).first()
    if last is None:
        return
    yield GaugeMetricFamily(
        "portal_separation_check_age_seconds", "Since the last separation check.", value=_age(last.checked_at, now)
    )
    yield GaugeMetricFamily("portal_separation_check_seconds", "How long it took.", value=last.seconds)
    yield GaugeMetricFamily("portal_separation_check_held", "Whether every claim held.", value=last.is_held)


def _age(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()
