"""The only place that asks SQLite whether a file is sound, and that knows what not to believe of the answer."""

import re
from collections.abc import Callable
from typing import Any


def find_fault(ask: Callable[[str], Any]) -> str:
    """The first thing that SQLite finds wrong with a file, in its words, or nothing; `ask` asks it in SQL, for rows.

    3.40 takes columns of a table without row numbers for NULL where its key is not its first columns: asked again, it
    finds none (its own bug, mended since).
    """
    for (words,) in ask("PRAGMA quick_check").fetchall():
        null = re.fullmatch(r"NULL value in (\w+)\.(\w+)", words)
        if words == "ok":
            continue
        if not null or ask(f"SELECT 1 FROM {null[1]} WHERE {null[2]} IS NULL LIMIT 1").fetchone():  # noqa: S608
            return str(words)
    return ""
