"""The only place that opens the people database."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from portal.shared import database


class Base(DeclarativeBase):
    """What every table of the people database derives from."""

    metadata = MetaData(naming_convention=database.NAMES)


class Database(database.Database):
    """The people database: a consent or an opt-out that was acknowledged survives a power cut."""

    def __init__(self, url: str) -> None:
        super().__init__(url, synchronous="FULL")
