"""A tip as somebody would write it, and what is said in a webinar that it names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.people.site import Site

PROSE = "\n\n".join(f"Call number {number} and write down what they asked for, word by word." for number in range(20))
TIP = f"""+++
title = "Call before ten"
summary = "Whom to ring in the morning, and what to ask."
author = "Ines Okafor-Lind"
date = 2026-03-03
topics = ["following-up", "consent"]
level = "beginner"

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
def at_the_desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that commands find."""
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site
