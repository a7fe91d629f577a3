"""The small webinar of `tests/people/webinars`."""

from tests.people.webinars.conftest import studio

__all__ = ["studio"]
