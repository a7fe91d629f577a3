"""The only place for column types that SQLite and PostgreSQL would otherwise store differently."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, to the microsecond; a naive one is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def by_code_point(most: int | None = None) -> TypeEngine[str]:
    """Text that both engines sort as Python does, whatever language a server speaks.

    On PostgreSQL of any length: what is made from a text of `most` characters (`ß` folded to `ss`) may be longer.
    """
    return (String(most) if most else Text()).with_variant(Text(collation="C"), "postgresql")
