"""The only place that looks at the people side as a whole: what works, and what to do about what does not."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.bounces.mailbox import MailboxAway, open_mailbox
from portal.people.consent.restores import is_sending_held
from portal.people.database import Database
from portal.people.jobs import SILENT_AFTER, Job, list_jobs
from portal.people.keyring import KeyringLost, find_keyring
from portal.people.media.health import look_at_media
from portal.people.messages.channels.email import Outbox, Smtp, open_transport
from portal.people.messages.models import Message, MessageState
from portal.people.privacy.separation import find_last_check
from portal.people.settings import Settings, load_settings
from portal.shared import clock, health
from portal.shared.environment import SettingsError
from portal.shared.health import Finding, broken, ok, warning

REVISIONS = Path(__file__).parent / "migrations"


def examine() -> dict[str, Any]:
    """Every finding, and the addresses that have to be the other side's, too."""
    try:
        settings = load_settings()
    except SettingsError as fault:
        words = "Set it in the environment or in the file that PEOPLE_CONFIG names."
        return {"findings": [broken("settings", str(fault), words).as_dict()]}
    return {
        "findings": [finding.as_dict() for finding in _look(settings)],
        "addresses": {"PEOPLE_URL": settings.url, "SANDBOX_URL": settings.sandbox_url},
    }


def _look(settings: Settings) -> Iterator[Finding]:
    mode = "on one's own machine" if settings.is_development else "in earnest"
    yield ok("settings", f"They can be used, {mode}: {settings.url}")
    found = list(health.look_at_database(settings.database_url, REVISIONS, setting="PEOPLE_DATABASE_URL"))
    yield from found
    yield health.look_at_key(settings.folder)
    if all(finding.state == "ok" for finding in found):
        yield from _look_at_rows(settings)
    yield look_at_media(settings)
    yield health.look_at_disk(settings.folder)
    yield _look_at_mail(settings)
    if settings.mail_bounces_url:
        yield _look_at_bounces(settings.mail_bounces_url)


def _look_at_rows(settings: Settings) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            yield _look_at_keyring(db, settings)
            yield _look_at_restores(db)
            ended = {job.name: job.ended_at for job in list_jobs(db)}
            check = find_last_check(db)
            yield _look_at_worker(db, ended.get(Job.DELIVERY.value))
            yield _look_at_check(check.checked_at if check else None, check.failing if check else 0)
            yield health.look_at_clock(*ended.values(), check.checked_at if check else None)
    finally:
        database.close()


def _look_at_keyring(db: Session, settings: Settings) -> Finding:
    try:
        find_keyring(db, secret_keys=settings.secret_keys)
    except KeyringLost as fault:
        return broken("keyring", str(fault), "Without the old secret, what is sealed stays shut.")
    return ok("keyring", "The secret opens the root key.")


def _look_at_restores(db: Session) -> Finding:
    if is_sending_held(db):
        words = "Nothing is sent: this is a restored backup, and who said no since is not known here."
        return broken("noes", words, "Bring the journal: bin/portal people replay-opt-outs --opt-outs FOLDER")
    return ok("noes", "Every no that was said is known here.")


def _look_at_worker(db: Session, beat_at: datetime | None) -> Finding:
    now = clock.now()
    if beat_at is not None and now - beat_at < SILENT_AFTER:
        return ok("worker", "It works.")
    since = "has not run yet" if beat_at is None else f"has been silent since {beat_at:%Y-%m-%d %H:%M} UTC"
    late = select(func.count()).where(Message.state == MessageState.WAITING, Message.not_before < now - SILENT_AFTER)
    if waiting := db.scalar(late):
        return broken("worker", f"It {since}, and {waiting:,} messages wait.", _START)
    return warning("worker", f"It {since}. No message waits.", _START)


_START = "Start it: bin/portal run, or bin/portal worker"


def _look_at_check(checked_at: datetime | None, failing: int) -> Finding:
    if checked_at is None:
        return warning("separation", "The separation check has not run yet.", _CHECK)
    when = f"{checked_at:%Y-%m-%d %H:%M} UTC"
    if failing:
        return broken("separation", f"{failing} claims of the check of {when} do not hold.", _CHECK)
    if (clock.now() - checked_at).total_seconds() > 2 * 3600:
        return warning("separation", f"The last check, of {when}, is more than two hours old.", _CHECK)
    return ok("separation", f"No claim failed in the check of {when}.")


_CHECK = "Run: bin/portal separation check"


def _look_at_mail(settings: Settings) -> Finding:
    try:
        mail = open_transport(settings)
    except SettingsError as fault:
        return broken("mail", str(fault), "Without it no mail leaves.")
    if isinstance(mail, Outbox):
        return ok("mail", "Nothing is sent; /_outbox shows it.")
    return _look_at_server(mail) if isinstance(mail, Smtp) else _look_at_ses(settings.mail_url)


def _look_at_server(mail: Smtp) -> Finding:
    server = f"The mail server {mail.host}:{mail.port}"
    try:
        mail.try_out()
    except smtplib.SMTPAuthenticationError as fault:
        return broken(
            "mail",
            f"{server} refuses the login ({fault.smtp_code}).",
            "Check user and password in MAIL_URL; signs in them are written %40 and so on.",
        )
    except smtplib.SMTPNotSupportedError as fault:
        return broken("mail", f"{server}: {fault}", "Use a server that offers STARTTLS, and AUTH where you log in.")
    except ssl.SSLError as fault:
        return broken("mail", f"{server} shows a certificate that proves nothing: {fault.reason}.", "Mend it there.")
    except (smtplib.SMTPException, OSError) as fault:
        return broken("mail", f"{server} cannot be reached: {type(fault).__name__}.", "Check MAIL_URL and the network.")
    return ok("mail", f"{server} would take mail over.")


def _look_at_ses(url: str) -> Finding:
    from portal.people.messages.channels.email.ses import AccountClosed, Ses, SesAway

    service = f"Amazon SES in {url.removeprefix('ses://')}"
    try:
        Ses(url.removeprefix("ses://")).try_out()
    except AccountClosed as fault:
        return broken("mail", f"{service}: {fault}", "Ask for sending to be opened in the console of SES.")
    except SesAway as fault:
        return broken("mail", f"{service} does not let us in: {fault}.", "Check credentials, region and network.")
    return ok("mail", f"{service} would take mail over.")


def _look_at_bounces(url: str) -> Finding:
    try:
        with open_mailbox(url):
            return ok("bounces", "The mailbox of what could not be delivered can be read.")
    except MailboxAway as fault:
        return broken("bounces", f"The mailbox of bounces cannot be read: {fault}", "Check MAIL_BOUNCES_URL.")
