"""The only place for the tables of sign-up forms: through which somebody came, what they told, who may post."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment


class FormEntry(Base):
    """Through which form of `content/forms/` a sign-up came; `via` names the page around a frame, or the API key."""

    __tablename__ = "form_entries"
    __table_args__ = (CheckConstraint("way IN ('page', 'frame', 'api')", name="way_is_known"),)

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    form: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(5))
    via: Mapped[str] = mapped_column(String(200))


class FormAnswer(Base):
    """What somebody told in a field beside name and address; gone with the sign-up it came with."""

    __tablename__ = "form_answers"

    opt_in_id: Mapped[str] = mapped_column(ForeignKey("opt_ins.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class FormKey(Base):
    """A key by which another system may post to one form; only its digest is kept."""

    __tablename__ = "form_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    form: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(64))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(String(64))


class FormKeyEnd(Base):
    """That a key opens nothing any more, since when, and who said so."""

    __tablename__ = "form_key_ends"

    key_id: Mapped[str] = mapped_column(ForeignKey("form_keys.id"), primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(64))


class FormKeyUse(Base):
    """A day on which a key was used: a row each, so that its users never wait for one another."""

    __tablename__ = "form_key_uses"

    key_id: Mapped[str] = mapped_column(ForeignKey("form_keys.id"), primary_key=True)
    used_on: Mapped[date] = mapped_column(primary_key=True)


class ApiAnswer(Base):
    """What was answered to an Idempotency-Key, so that sending it again does nothing and gets the same."""

    __tablename__ = "api_answers"

    key_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(Moment, index=True)
