"""The only place for the table of what was reported about our mail."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


class MailReport(Base):
    """One report about one of our messages; `id` is the digest of what reported it, so that it counts once."""

    __tablename__ = "mail_reports"
    __table_args__ = (
        CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind_is_known"),
        Index("ix_mail_reports_lately", "address_hash", "kind", "reported_at"),
        {"sqlite_with_rowid": False, "info": {MAY: "SELECT, INSERT"}},
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(16), index=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(9))
    status: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(8))
    reported_at: Mapped[datetime] = mapped_column(Moment)
