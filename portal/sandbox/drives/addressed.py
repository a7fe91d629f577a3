"""The only place that reads from an address what every list may be asked: which page, and which words to seek."""

from collections.abc import Callable
from math import ceil
from typing import Any

from portal.shared.problems import Problem
from portal.shared.text import NotText, checked_text

MOST_SOUGHT = 200
_MOST_DIGITS = 6  # of the number of a page


def page_in(text: str | None) -> int:
    """The page that is asked for, the first where none is. Raises Problem (400)."""
    text = text or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0):
        raise Problem(400, "There is no such page", "Pages are counted from 1.")
    return int(text)


def sought_in(text: str, *, most: int = MOST_SOUGHT) -> str:
    """The words that are sought. Raises Problem (400)."""
    try:
        return checked_text(text, most=most).strip()
    except NotText as fault:
        raise Problem(400, "That cannot be searched for", str(fault)) from fault


def pages_of(
    total: int, *, page: int, size: int, address: Callable[[int], str], of: str = "this list"
) -> dict[str, Any]:
    """What the pager shows on a page of so many rows, `size` at a time; `address` leads to another page.

    Raises Problem (404) where there is no such page.
    """
    pages = max(1, ceil(total / size))
    if page > pages:
        raise Problem(404, f"There is no page {page}", f"The last page of {of} is {pages}.")
    return {
        "total": total,
        "page": page,
        "pages": pages,
        "first": (page - 1) * size + 1,
        "last": min(page * size, total),
        "previous": address(page - 1) if page > 1 else None,
        "next": address(page + 1) if page < pages else None,
    }
