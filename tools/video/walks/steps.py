"""The only place that says what a walk is made of: steps, each of which leads to a page and names what is on it."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page

Marks = dict[str, Locator]
"""What a line of the script can point at in a picture."""

Walk = dict[str, Callable[[Page], Marks]]
"""The steps in their order, by the names of the pictures; all of them in one test drive."""


def open_business(page: Page, scenario: str) -> None:
    """Start a test drive, and leave the tour, which lies over what a picture is to show."""
    page.goto("/")
    page.locator(f"form:has([value='{scenario}']) button").click()
    page.get_by_role("button", name="Leave the tour").click()
