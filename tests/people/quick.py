"""Argon2 with the least it takes: the real thing, without the half second that it should take a thief."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from portal.people.staff import passwords


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For tests that set passwords again and again."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()
