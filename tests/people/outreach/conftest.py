"""A people side whose campaigns and segments are a test's own."""

from pathlib import Path

import pytest

from portal.people.outreach import campaigns, segments
from tests.people.quick import quick_passwords  # noqa: F401

SEGMENT = """\
title = "Was ever asked about offers"

[[who]]
asked_for = "offers"
"""

CAMPAIGN = """\
+++
title = "Setup day"
subject = "{first|Hello}, a setup day"
purpose = "offers"
segment = "everyone"
from = "Renske"
button = "See it"
leads_to = "/offers/setup-day"
rest_days = 0
+++

Hello {name|there},

bring your *spreadsheet*, and read [how it goes](/offers/setup-day).
"""


class Content:
    """The folder that marketing writes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def campaign(self, slug: str = "setup", **changes: str) -> str:
        """A campaign; `changes` put other text in place of a line that begins so."""
        lines = CAMPAIGN.split("\n")
        for key, line in changes.items():
            lines = [line if old.startswith(f"{key} =") else old for old in lines]
        (self.folder / "campaigns" / f"{slug}.md").write_text("\n".join(lines), "utf-8")
        return slug

    def segment(self, text: str = SEGMENT, slug: str = "everyone") -> str:
        (self.folder / "segments" / f"{slug}.toml").write_text(text, "utf-8")
        return slug


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Content:
    """A segment of everyone ever asked about offers, and one campaign to it."""
    for name, module in (("campaigns", campaigns), ("segments", segments)):
        (tmp_path / "content" / name).mkdir(parents=True)
        monkeypatch.setattr(module, "FOLDER", tmp_path / "content" / name)
    found = Content(tmp_path / "content")
    found.segment()
    found.campaign()
    return found
