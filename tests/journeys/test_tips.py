"""Reading a tip, and trying what it says: the page of the sandbox that it opens holds what it promises."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.people.tips.reading import FOLDER, read_tip
from tests.support.browser import Visitor
from tests.support.running import Running

PROMISED = {
    "a-segment-is-a-question": "17 leads",
    "a-week-with-today": "Due today 11",
    "bring-your-columns": "Choose a file",
    "exports-that-stay-invented": "Export 57 leads",
    "forecast-what-it-hides": "154 open deals",
    "make-no-easy": "14 of 1,000 leads",
    "merge-doubles": "8 groups of leads",
    "move-the-clock": "Overdue 25",
    "read-before-you-write": "17 of 1,000 leads",
    "saved-views": "115 of 1,000 leads",
    "stages-with-rules": "154 open deals",
    "tag-many-take-it-back": "13 of 1,000 leads",
}


@pytest.mark.one_engine
def test_a_visitor_reads_a_tip_and_tries_it_where_it_happens(site: Running, visitor: Visitor) -> None:
    page = visitor()
    page.goto(f"{site.people}/tips/")
    page.get_by_role("link", name="Merge people who are there twice").click()
    page.get_by_role("button", name="Open the eight doubles").click()
    expect(page).to_have_url(f"{site.sandbox}/duplicates")
    for slug, words in PROMISED.items():
        promised(page, f"{site.sandbox}{read_tip(FOLDER / f'{slug}.md').door.page}", words)
    assert set(PROMISED) == {path.stem for path in FOLDER.glob("*.md")}


def promised(page: Page, address: str, words: str) -> None:
    answer = page.context.request.get(address)
    assert answer.status == 200, address
    text = re.sub(r"<[^>]+>", " ", answer.text())
    assert words in " ".join(text.split()), address
