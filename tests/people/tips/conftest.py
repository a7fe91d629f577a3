"""A tip as somebody would write it, and what is said in a webinar that it names."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from portal.people.tips.publishing import publish_tip
from portal.shared import clock
from tests.people.site import Site

PROSE = "\n\n".join(f"Call number {number} and write down what they asked for, word by word." for number in range(20))
TIP = f"""+++
title = "Call before ten"
summary = "Whom to ring in the morning, and what to ask."
author = "Ines Okafor-Lind"
date = 2026-03-03
topics = ["Following up", "Consent"]
level = "first steps"

[sandbox]
page = "/today"
button = "Open Today"
text = "Eleven invented tasks are due."

[[moments]]
at = "second-message@26"
words = "The third brings six more"
+++

## Why

{PROSE}
"""

Write = Callable[..., Path]
Publish = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write that tip to a file, with some of its words changed."""

    def write_tip(*changes: tuple[str, str], name: str = "call-before-ten") -> Path:
        words = TIP
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new, 1)
        path = tmp_path / "tips" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(words.encode("utf-8", "surrogateescape"))
        return path

    return write_tip


@pytest.fixture
def publish(site: Site, write: Write) -> Publish:
    """Publish that tip, with some of its words changed."""

    def publish_changed(*changes: tuple[str, str], name: str = "call-before-ten", days_ahead: int = 0) -> None:
        now = clock.now()
        later = now + timedelta(days=days_ahead) if days_ahead else None
        with site.database.transaction() as db:
            publish_tip(db, write(*changes, name=name), by="Mara", now=now, public_from=later)

    return publish_changed


@pytest.fixture
def at_the_desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that commands find."""
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site
