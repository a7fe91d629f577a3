"""The only place for the form of a sending: at once, or at a moment that is typed."""

from datetime import UTC, datetime, timedelta

from wtforms import Form, StringField

LATEST = timedelta(days=366)


class SendForm(Form):
    """When to begin."""

    starts_at = StringField("Begin at (UTC)")

    def moment(self, now: datetime) -> datetime | None:
        """The moment typed, `now` where nothing was; None where it is none, and the field says what to do."""
        typed = (self.starts_at.data or "").strip()
        if not typed:
            return now
        try:
            found = datetime.fromisoformat(typed)
        except ValueError:
            self.starts_at.errors = ["Type a day and a time, like 2026-12-01T09:00, or leave it empty to begin now."]
            return None
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if not now <= found <= now + LATEST:
            self.starts_at.errors = ["Choose a time from now to a year ahead."]
            return None
        return found
