"""The only place that says whether the database is one of yesterday: restored, and not told yet who said no since."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.people.database import Base
from portal.shared import ids
from portal.shared.columns import Moment
from portal.shared.database import MAY


class Restore(Base):
    """The fact that what stands here came out of a backup."""

    __tablename__ = "restores"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    backup_made_at: Mapped[datetime] = mapped_column(Moment)
    restored_at: Mapped[datetime] = mapped_column(Moment)
    journal_id: Mapped[str] = mapped_column(String(16))  # whose noes it lacks; empty where there had been none


class Replay(Base):
    """The fact that the noes since then were said again here, or that somebody vouched for their being lost."""

    __tablename__ = "replays"
    __table_args__ = ({"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},)

    restore_id: Mapped[str] = mapped_column(ForeignKey("restores.id"), primary_key=True)
    replayed_at: Mapped[datetime] = mapped_column(Moment)
    noes: Mapped[int]
    lost_because: Mapped[str | None] = mapped_column(String(300))


def note_restore(db: Session, *, backup_made_at: datetime, journal_id: str, now: datetime) -> None:
    """Hold all sending until the noes since the backup are here."""
    db.add(Restore(id=ids.new_id(), backup_made_at=backup_made_at, restored_at=now, journal_id=journal_id))
    db.flush()


def find_open(db: Session) -> list[Restore]:
    """The restores that hold sending, the oldest first."""
    return list(db.scalars(select(Restore).where(_IS_OPEN).order_by(Restore.restored_at)))


def is_sending_held(db: Session) -> bool:
    """Whether nothing may be sent: somebody may have said no since the backup."""
    return db.scalar(select(Restore.id).where(_IS_OPEN).limit(1)) is not None


def note_replay(db: Session, *, restore: Restore, noes: int, lost_because: str | None, now: datetime) -> None:
    """Let sending start again, as far as this restore is concerned."""
    db.add(Replay(restore_id=restore.id, replayed_at=now, noes=noes, lost_because=lost_because))
    db.flush()


_IS_OPEN = ~exists().where(Replay.restore_id == Restore.id)
