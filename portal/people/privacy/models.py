"""The tables of separation checks: each run's result as it was, never changed, and the canary it looks for."""

from datetime import datetime

from sqlalchemy import Boolean, Float, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.people.database import Base
from portal.shared.canaries import CanaryRow
from portal.shared.columns import Moment
from portal.shared.database import MAY


class SeparationCheck(Base):
    """One run of the separation check; `result` is its JSON."""

    __tablename__ = "separation_checks"
    __table_args__ = ({"info": {MAY: "SELECT, INSERT, DELETE"}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(Moment, index=True)
    seconds: Mapped[float] = mapped_column(Float)
    is_held: Mapped[bool] = mapped_column(Boolean)
    result: Mapped[str] = mapped_column(Text)


class PeopleCanary(CanaryRow, Base):
    """The canary of the people side."""

    __tablename__ = "canaries"
