"""The only place that reads the clock; everything below a route or a command gets `now` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
