"""The only place that writes the audit log: who did what to whom, never a secret, an address or a word typed."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.orm import Session

from portal.people.accounts.models import AuditEntry
from portal.people.sessions import Account
from portal.shared import ids, paging
from portal.shared.paging import Page

KEPT_FOR = timedelta(days=365)  # the trigger in the database says the same
PAGE = 50


class What(StrEnum):
    """Everything that is written down, in the words of the log."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    REFUSED = "was refused a sign-in"
    PROVED_AGAIN = "proved again who they are"
    SESSION_ENDED = "ended a session"
    PASSKEY_ADDED = "added a passkey"
    PASSKEY_REMOVED = "removed a passkey"
    PASSWORD_SET = "set a password"  # noqa: S105
    AUTHENTICATOR_SET = "set up an authenticator app"
    AUTHENTICATOR_REMOVED = "removed the authenticator app"
    CODES_MADE = "made new recovery codes"
    STAFF_ADDED = "added to the staff"
    STAFF_INVITED = "was told to begin their sign-in anew"
    STAFF_LEFT = "took out of the staff"
    WITHDREW = "said no for a person"
    NOES_IMPORTED = "took over a list of noes"
    CONSENTS_IMPORTED = "took over a list of people to be asked"
    CAMPAIGN_TESTED = "sent a test of a campaign"
    CAMPAIGN_SENT = "began to send a campaign"
    CAMPAIGN_PAUSED = "paused a campaign"
    CAMPAIGN_RESUMED = "resumed a campaign"
    CAMPAIGN_CANCELLED = "cancelled a campaign"
    CAMPAIGN_DRAFTED = "drafted a campaign"
    ROLLED_BACK = "published an earlier version"
    CALLED_OFF = "called off what was to come"
    UNPUBLISHED = "took something off the site"
    FORM_KEY_MADE = "made a key of a form"
    FORM_KEY_ENDED = "ended a key of a form"
    WEBHOOK_ADDED = "added a webhook"
    WEBHOOK_ENDED = "ended a webhook"
    WEBHOOK_REPLAYED = "sent a webhook again"
    PEOPLE_EXPORTED = "exported people who agreed"


def note(
    db: Session,
    what: What,
    *,
    by: Account | None,
    now: datetime,
    about: str | None = None,
    session: str | None = None,
) -> None:
    """Write down that `by`, in the session of this handle, did `what` to the one or the thing of the id `about`."""
    entry = {
        "id": ids.new_id(),
        "at": now,
        "act": what.value,
        "by_account": str(by) if by else None,
        "about": about,
        "session": session,
    }
    db.execute(insert(AuditEntry), [entry])


def read_page(db: Session, *, number: int) -> Page[AuditEntry]:
    """A page of the log, the newest entry first; beyond the last one, the last."""
    newest = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id)
    return paging.read_page(db, newest, number=number, most=PAGE)


def clear_old_entries(db: Session, *, now: datetime) -> int:
    """Delete what is older than a year; how many entries that was. The database refuses it for any younger one."""
    old = delete(AuditEntry).where(AuditEntry.at < now - KEPT_FOR)
    return cast("CursorResult[Any]", db.execute(old)).rowcount
