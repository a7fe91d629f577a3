"""The only place for the keys by which other systems may post to a form: shown once, kept as digests."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, Exists, bindparam, exists, func, insert, select, text
from sqlalchemy.orm import Session

from portal.people.forms.models import FormKey, FormKeyEnd, FormKeyUse
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
    ended_by: str | None
    used_on: date | None


@dataclass(frozen=True, kw_only=True)
class MadeKey:
    """A new key with its token, which is never shown again."""

    id: str
    token: str


def make_key(db: Session, *, form: str, name: str, by: str, now: datetime) -> MadeKey:
    """A new key of a form. Raises NameTaken."""
    if _find_open(db, form, name) is not None:
        raise NameTaken(name)
    made = MadeKey(id=ids.new_id(), token=PREFIX + ids.new_token())
    row = {"id": made.id, "form": form, "name": name, "token_digest": ids.digest(made.token)}
    db.execute(insert(FormKey), [row | {"made_at": now, "made_by": by}])
    return made


def find_key(db: Session, *, token: str) -> FormKey | None:
    """The key of this token that still opens its form, or None."""
    theirs = select(FormKey).where(FormKey.token_digest == ids.digest(token), ~_is_ended())
    return db.scalars(theirs).one_or_none()


def list_keys(db: Session, *, form: str) -> list[ListedKey]:
    """Every key that a form ever had, the newest first."""
    last = select(func.max(FormKeyUse.used_on)).where(FormKeyUse.key_id == FormKey.id).scalar_subquery()
    found = select(FormKey, FormKeyEnd.ended_at, FormKeyEnd.ended_by, last)
    found = found.outerjoin(FormKeyEnd, FormKeyEnd.key_id == FormKey.id).where(FormKey.form == form)
    return [
        ListedKey(key=key, ended_at=ended_at, ended_by=ended_by, used_on=used_on)
        for key, ended_at, ended_by, used_on in db.execute(found.order_by(FormKey.made_at.desc(), FormKey.id))
    ]


def note_use(db: Session, *, key_id: str, on: date) -> None:
    """Remember that the key was used on this day."""
    db.connection().execute(_NOTE_USE, {"key_id": key_id, "used_on": on})


def end_key(db: Session, *, form: str, name: str, by: str, now: datetime) -> str:
    """Let the key of this name open nothing any more, at once; its id. Raises NoSuchKey."""
    key = _find_open(db, form, name)
    if key is None:
        raise NoSuchKey(name)
    db.execute(insert(FormKeyEnd), [{"key_id": key.id, "ended_at": now, "ended_by": by}])
    return key.id


_NOTE_USE = text(
    "INSERT INTO form_key_uses (key_id, used_on) VALUES (:key_id, :used_on) ON CONFLICT (key_id, used_on) DO NOTHING"
).bindparams(bindparam("used_on", type_=Date()))


def _find_open(db: Session, form: str, name: str) -> FormKey | None:
    theirs = select(FormKey).where(FormKey.form == form, FormKey.name == name, ~_is_ended())
    return db.scalars(theirs).one_or_none()


def _is_ended() -> Exists:
    return exists().where(FormKeyEnd.key_id == FormKey.id)
