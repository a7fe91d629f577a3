"""The only place for the keys by which other systems may post to a form: shown once, kept as digests."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Exists, exists, insert, select
from sqlalchemy.orm import Session

from portal.people.forms.models import FormKey, FormKeyEnd
from portal.shared import ids

PREFIX = "lc_form_"  # so that a key that was published by mistake can be found, and told from others


class NoSuchKey(LookupError):
    """No key of this form has this name, or it was ended."""


class NameTaken(ValueError):
    """A key of this form has this name and still opens it."""


@dataclass(frozen=True, kw_only=True)
class ListedKey:
    """A key as it may be shown: everything but itself."""

    key: FormKey
    ended_at: datetime | None


def make_key(db: Session, *, form: str, name: str, by: str, now: datetime) -> str:
    """A new key of a form, which is never shown again. Raises NameTaken."""
    if _find_open(db, form, name) is not None:
        raise NameTaken(name)
    token = PREFIX + ids.new_token()
    row = {"id": ids.new_id(), "form": form, "name": name, "token_digest": ids.digest(token)}
    db.execute(insert(FormKey), [row | {"made_at": now, "made_by": by}])
    return token


def find_key(db: Session, *, token: str) -> FormKey | None:
    """The key of this token that still opens its form, or None."""
    theirs = select(FormKey).where(FormKey.token_digest == ids.digest(token), ~_is_ended())
    return db.scalars(theirs).one_or_none()


def list_keys(db: Session, *, form: str) -> list[ListedKey]:
    """Every key that a form ever had, the newest first."""
    found = select(FormKey, FormKeyEnd.ended_at).outerjoin(FormKeyEnd, FormKeyEnd.key_id == FormKey.id)
    rows = db.execute(found.where(FormKey.form == form).order_by(FormKey.made_at.desc(), FormKey.id))
    return [ListedKey(key=key, ended_at=ended_at) for key, ended_at in rows]


def end_key(db: Session, *, form: str, name: str, by: str, now: datetime) -> None:
    """Let the key of this name open nothing any more, at once. Raises NoSuchKey."""
    key = _find_open(db, form, name)
    if key is None:
        raise NoSuchKey(name)
    db.execute(insert(FormKeyEnd), [{"key_id": key.id, "ended_at": now, "ended_by": by}])


def _find_open(db: Session, form: str, name: str) -> FormKey | None:
    theirs = select(FormKey).where(FormKey.form == form, FormKey.name == name, ~_is_ended())
    return db.scalars(theirs).one_or_none()


def _is_ended() -> Exists:
    return exists().where(FormKeyEnd.key_id == FormKey.id)
