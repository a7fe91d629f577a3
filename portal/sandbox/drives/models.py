"""The tables of drives: who holds one, the rows that are its own, and what its acts replaced."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from portal.sandbox.database import Base, DriveRow, LayerRow
from portal.sandbox.scenarios.models import (
    ActivityColumns,
    CompanyColumns,
    DealColumns,
    LeadColumns,
    TaskColumns,
    reserved_columns,
)
from portal.shared.columns import Digest, SeldomNumber, ShortMoment, by_code_point


class StartedDrive(Base):
    """One visitor's test drive. `clock` is its present, in seconds from `epoch`, the scenario's own present.

    `revision` counts what was done, undone and redone, so that whatever was made of the drive's rows can be kept by it.
    A frozen one (`frozen_at`) is a copy of the drive `came_from` that nobody changes: a checkpoint, which a link opens
    a copy of as long as it is shared (`shared_at`). `kept_until` is how long the visitor asked to keep the drive; one
    that was ended (`ended_at`) can be brought back for a while. Its rows are those of one `layer`: 0, or the number of
    the act that began it.

    There are many of these rows, and most stay as they began: hence bytes, numbers and no index but for what is sought.
    A token is 256 random bits, so its digest needs no constraint to be the only one.
    """

    __tablename__ = "drives"
    __table_args__ = (
        Index(None, "token_digest", postgresql_using="hash", postgresql_with={"fillfactor": 85}),
        Index(
            None,
            "came_from",
            sqlite_where=text("came_from IS NOT NULL"),
            postgresql_where=text("came_from IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16))
    token_digest: Mapped[str] = mapped_column(Digest)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    epoch: Mapped[datetime] = mapped_column(ShortMoment)
    clock: Mapped[int] = mapped_column(SeldomNumber, nullable=True)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    layer: Mapped[int] = mapped_column(SeldomNumber, nullable=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    started_at: Mapped[datetime] = mapped_column(ShortMoment)
    seen_at: Mapped[datetime] = mapped_column(ShortMoment)
    frozen_at: Mapped[datetime | None] = mapped_column(ShortMoment)
    came_from: Mapped[int | None] = mapped_column(Integer)
    shared_at: Mapped[datetime | None] = mapped_column(ShortMoment)
    kept_until: Mapped[datetime | None] = mapped_column(ShortMoment)
    ended_at: Mapped[datetime | None] = mapped_column(ShortMoment)


_BY_KEY = {"sqlite_with_rowid": False}  # stored by their keys, without a number of their own beside


class OwnRow(LayerRow):
    """A row that shadows the scenario's row of the same id, hides it (`is_deleted`), or is the drive's alone."""

    __table_args__: Any = _BY_KEY

    drive_id: Mapped[int] = mapped_column(ForeignKey("drives.id"), primary_key=True)
    layer: Mapped[int] = mapped_column(Integer, primary_key=True, default=0)
    id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    is_deleted: Mapped[bool] = mapped_column(Boolean)


class OwnLead(OwnRow, LeadColumns, Base):
    """A lead as this drive has it."""

    __tablename__ = "drive_leads"

    sought: Mapped[str] = mapped_column(Text, default="")  # stays empty: made when a lead is read, not kept twice

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem | dict[str, Any], ...]:
        return (*reserved_columns(), _BY_KEY)


class OwnCompany(OwnRow, CompanyColumns, Base):
    """A company as this drive has it."""

    __tablename__ = "drive_companies"


class OwnDeal(OwnRow, DealColumns, Base):
    """A deal as this drive has it."""

    __tablename__ = "drive_deals"


class OwnTask(OwnRow, TaskColumns, Base):
    """A task as this drive has it."""

    __tablename__ = "drive_tasks"


class OwnView(OwnRow, Base):
    """A list that the visitor saved under a name: what it asks for, and how it is shown, as JSON."""

    __tablename__ = "drive_views"

    name: Mapped[str] = mapped_column(String(100))
    shape: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(Integer)


class OwnSegment(OwnRow, Base):
    """A question about leads that the visitor saved under a name; its rules as JSON."""

    __tablename__ = "drive_segments"

    name: Mapped[str] = mapped_column(String(100))
    rules: Mapped[str] = mapped_column(Text)
    made_at: Mapped[int] = mapped_column(BigInteger)


class OwnActivity(OwnRow, ActivityColumns, Base):
    """A timeline entry as this drive has it; `act` is the number of the act that wrote it."""

    __tablename__ = "drive_activities"

    act: Mapped[int] = mapped_column(Integer)


class Act(DriveRow, Base):
    """Something the visitor did, in words; the acts of a drive are numbered from 1, and undone from the last.

    One that took the drive back to its scenario, or to a checkpoint, began a layer: `layer_before` is what it left.
    """

    __tablename__ = "drive_acts"
    __table_args__ = _BY_KEY

    drive_id: Mapped[int] = mapped_column(ForeignKey("drives.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(ShortMoment)
    undone_at: Mapped[datetime | None] = mapped_column(ShortMoment)
    layer_before: Mapped[int | None] = mapped_column(Integer)


class Before(DriveRow, Base):
    """An own row as it was before an act: JSON of its columns, or NULL where the drive had no such row."""

    __tablename__ = "drive_befores"
    __table_args__ = (
        ForeignKeyConstraint(["drive_id", "act"], ["drive_acts.drive_id", "drive_acts.number"]),
        _BY_KEY,
    )

    drive_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    act: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[str] = mapped_column(String(20), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    image: Mapped[str | None] = mapped_column(Text)
