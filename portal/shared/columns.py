"""The only place for column types that SQLite and PostgreSQL would otherwise store differently."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String, Text
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


class ShortMoment(Moment):
    """A moment that SQLite keeps as a number of microseconds: 8 bytes, where the text of one takes 26."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        moment = super().process_bind_param(value, dialect)
        if moment is None or dialect.name != "sqlite":
            return moment
        return (moment - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        is_number = value is not None and dialect.name == "sqlite"
        return super().process_result_value(_EPOCH + timedelta(microseconds=value) if is_number else value, dialect)


class Digest(TypeDecorator[str]):
    """A digest in hexadecimal digits, stored as the bytes that they stand for: in half the room."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else bytes(value).hex()


class SeldomNumber(TypeDecorator[int]):
    """A number that is 0 in most rows, where it is stored as NULL and takes no room."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return value or None

    def process_result_value(self, value: int | None, dialect: Dialect) -> int:
        return value or 0


def by_code_point(most: int | None = None) -> TypeEngine[str]:
    """Text that both engines sort as Python does, whatever language a server speaks.

    On PostgreSQL of any length: what is made from a text of `most` characters (`ß` folded to `ss`) may be longer.
    """
    return (String(most) if most else Text()).with_variant(Text(collation="C"), "postgresql")


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # as SQLite is given moments: without their zone
