"""The only place for the table of webinars, tips and paths that are public: facts, added and never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.columns import Moment
from portal.shared.database import MAY


class Publication(Base):
    """The fact that a version is public from a moment on, by whom and why.

    `content` is what is shown, whole, as JSON; it is empty where the thing was taken off the site, and `redirect_to`
    says where its address leads since. `reason` says why something was published though it lacks what it owes.
    """

    __tablename__ = "publications"
    __table_args__ = (
        CheckConstraint("kind IN ('webinar', 'tip', 'path')", name="kind_is_known"),
        Index("ix_publications_in_force", "kind", "slug", "public_from", "id"),
        {"info": {MAY: "SELECT, INSERT"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    slug: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    public_from: Mapped[datetime] = mapped_column(Moment)
    redirect_to: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(String(100))

    @property
    def is_shown(self) -> bool:
        """Whether it shows something, and does not say that it was taken off the site."""
        return bool(self.content)
