"""The only place that keeps pages that were drawn, so that the next visitor of the same one need not wait for it."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page as it was drawn: of which version, with the film of which source; it stands while both do."""

    text: str
    version: str
    source: str


class KeptPages:
    """The `most` pages that were asked for last, by what was asked."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, asked: Hashable) -> Page | None:
        """The page as it was drawn last."""
        with self._lock:
            if (page := self._pages.get(asked)) is not None:
                self._pages.move_to_end(asked)
            return page

    def keep(self, asked: Hashable, page: Page) -> None:
        """Keep a page in the place of the one before it."""
        with self._lock:
            self._pages[asked] = page
            self._pages.move_to_end(asked)
            if len(self._pages) > self._most:
                self._pages.popitem(last=False)
