"""Passwords that are quick to check."""

from tests.people.quick import quick_passwords

__all__ = ["quick_passwords"]
