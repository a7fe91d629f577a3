"""The only place that names what keeps a media store from doing its part."""

from pathlib import Path


class StoreAway(Exception):
    """The store cannot be reached, read or written now; the message says which, why, and what to look at."""


class ChangedMeanwhile(StoreAway):
    """The file was written to while it was being stored, so its bytes are not those that were asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} changed while it was being stored. Store it again once nobody writes to it.")
