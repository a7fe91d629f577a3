"""The studio of the webinars' tests, for what somebody watched, and passwords that are quick to check."""

from tests.people.quick import quick_passwords
from tests.people.webinars.conftest import studio

__all__ = ["quick_passwords", "studio"]
