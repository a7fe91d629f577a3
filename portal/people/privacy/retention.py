"""The only place that applies the retention rules: what is past its time is erased, a little in each transaction."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.people.accounts.audit import clear_old_entries
from portal.people.accounts.links import clear_old_links
from portal.people.accounts.passkeys import clear_old_challenges
from portal.people.accounts.persons import get_seal, lock_person
from portal.people.accounts.tries import clear_old_tries
from portal.people.attention import groups as viewing_groups
from portal.people.consent import opt_in as opting_in
from portal.people.consent.erasure import erase_person
from portal.people.consent.ledger import read_chain
from portal.people.consent.models import OptIn, OptInOutcome
from portal.people.consent.record import Act
from portal.people.database import Database
from portal.people.forms.api.answers import forget_old_answers
from portal.people.keyring import Seal, SealBroken
from portal.people.messages import outbox
from portal.people.resuming.codes import clear_idle
from portal.people.sessions import end_old_sessions
from portal.people.web import PeopleCounter
from portal.people.webhooks.delivering import clear_old as clear_old_webhooks
from portal.shared.counters import forget_old_counters

log = structlog.get_logger()

AT_ONCE = 50  # a transaction holds up every other writer, so it stays short


def keep_retention_rules(database: Database, *, keyring: Seal, now: datetime) -> dict[str, int]:
    """Apply every rule until nothing is left to do; how much each of them did."""

    def until_done(rule: Callable[[Session, Seal, datetime], int]) -> int:
        done = 0
        while True:
            with database.transaction() as db:
                this_time = rule(db, keyring, now)
            done += this_time
            if this_time < AT_ONCE:
                return done

    return {
        "sign-ups erased that nobody confirmed in 7 days": until_done(_erase_unconfirmed),
        "messages forgotten after 7 days": until_done(_forget_messages),
        "sessions deleted that were past their limits": until_done(_end_sessions),
        "links, challenges and wrong tries of yesterday cleared": until_done(_clear_yesterdays),
        "lines of the audit log deleted after a year": until_done(_clear_audit_log),
        "webhooks of a month ago cleared": until_done(_clear_webhooks),
        "codes to go on by forgotten that nobody used for 90 days": until_done(_forget_codes),
        "viewings of webinars put into groups of five": until_done(_group_viewings),
        "viewings and groups of them forgotten past their time": until_done(_forget_viewings),
        "counters of limits forgotten whose time is over": until_done(_forget_counters),
    }


def _erase_unconfirmed(db: Session, keyring: Seal, now: datetime) -> int:
    """Erase sign-ups that lapsed, and with the last of them the person, whom then nothing proves."""
    confirmed = exists().where(OptInOutcome.opt_in_id == OptIn.id, OptInOutcome.outcome == "confirmed")
    due = db.scalars(select(OptIn).where(OptIn.expires_at <= now, ~confirmed).limit(AT_ONCE)).all()
    done = 0
    for opt_in in due:
        lock_person(db, person_id=opt_in.person_id)
        if opting_in.is_confirmed(db, opt_in_id=opt_in.id):  # a moment ago, on a database with many writers
            continue
        act = Act(at=now, key=f"retention:{opt_in.id}", actor="retention rules")
        try:
            seal = get_seal(db, person_id=opt_in.person_id, keyring=keyring)
        except SealBroken:  # someone has to look at it; the others must not wait for that
            log.error("retention.unreadable", person=opt_in.person_id)
            continue
        chain = read_chain(db, person_id=opt_in.person_id, seal=seal)
        opting_in.expire(db, opt_in=opt_in, chain=chain, act=act)
        if not opting_in.has_any(db, person_id=opt_in.person_id):
            erase_person(db, person_id=opt_in.person_id, keyring=keyring, act=act)
        done += 1
    return done


def _end_sessions(db: Session, _keyring: Seal, now: datetime) -> int:
    return end_old_sessions(db, now=now)


def _clear_yesterdays(db: Session, _keyring: Seal, now: datetime) -> int:
    clear = (clear_old_links, clear_old_challenges, clear_old_tries, forget_old_answers)
    return sum(clear_old(db, now=now) for clear_old in clear)


def _clear_audit_log(db: Session, _keyring: Seal, now: datetime) -> int:
    return clear_old_entries(db, now=now)


def _clear_webhooks(db: Session, _keyring: Seal, now: datetime) -> int:
    return clear_old_webhooks(db, now=now)


def _forget_counters(db: Session, _keyring: Seal, now: datetime) -> int:
    return forget_old_counters(db, PeopleCounter, now=now)


def _forget_codes(db: Session, _keyring: Seal, now: datetime) -> int:
    return clear_idle(db, now=now, most=AT_ONCE)


def _group_viewings(db: Session, _keyring: Seal, now: datetime) -> int:
    return viewing_groups.form_groups(db, today=now.date(), most=AT_ONCE)


def _forget_viewings(db: Session, _keyring: Seal, now: datetime) -> int:
    return viewing_groups.forget_old(db, today=now.date(), most=AT_ONCE)


def _forget_messages(db: Session, _keyring: Seal, now: datetime) -> int:
    return outbox.forget_old(db, now=now, most=AT_ONCE)
