"""The only place on the people side that knows what of the sandbox a door may lead to: a scenario, and a page of it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from portal.shared.environment import ROOT

SCENARIOS = ROOT / "content" / "scenarios"
SCENARIO = "fernhollow-cycles"
"""The one that a door leads to where none is named."""

# The first part of every address of the sandbox that is a page to open; a test compares them with its routes.
PAGES = (
    *("today", "leads", "pipeline", "deals", "companies", "contacts", "tasks", "segments", "views", "reports"),
    *("duplicates", "history", "clock", "keys", "shapes", "settings"),
)
_LONGEST = 300
_ADDRESS = re.compile(r"/(?P<first>[a-z]+)(/[\w\-.]+)*(\?[\w\-.,:+%=&]*)?", re.ASCII)


def faults_in_door(found: Mapping[str, Any], *, scenarios: Path = SCENARIOS) -> Iterator[tuple[str, str]]:
    """What is wrong with the keys `page` and `scenario` of a door, whose scenarios lie in the folder `scenarios`."""
    page = found.get("page")
    match = _ADDRESS.fullmatch(page) if isinstance(page, str) and len(page) <= _LONGEST else None
    if match is None:
        yield "page", "Write a page of the sandbox, from its first slash on: /leads?stage=Proposal"
    elif match["first"] not in PAGES:
        yield "page", f"The sandbox has no page /{match['first']}. Its pages begin with: {', '.join(PAGES)}."
    there_are = sorted(path.stem for path in scenarios.glob("*.toml"))
    if found.get("scenario", SCENARIO) not in there_are:
        words = f"Name a file in content/scenarios, without its .toml. There are: {', '.join(there_are)}."
        yield "scenario", words
