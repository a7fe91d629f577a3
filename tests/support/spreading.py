"""Which tests run in one process, and in what order: those of a folder on one engine, so that servers start once."""

import re

from xdist.scheduler import LoadScopeScheduling

_ENGINE = re.compile(r"\[(?:.*-)?(sqlite|postgresql15|postgresql)(?:-.*)?\]$")
# What takes longest, so that no process is still at one of them when the others are through.
_LONG = (
    *("journeys sqlite", "people postgresql", "people sqlite", "faults", "sandbox postgresql", "sandbox sqlite"),
    *("deploy sqlite", "deploy postgresql", "processes sqlite", "processes postgresql", "pages"),
)


def group_of(nodeid: str) -> str:
    """The folder of a test and the engine that it runs on, if it runs on one."""
    engine = _ENGINE.search(nodeid)
    return " ".join([nodeid.split("/")[1], *([engine[1]] if engine else [])])


def place_of(nodeid: str) -> tuple[int, str]:
    """Where its group stands in the order of all tests."""
    group = group_of(nodeid)
    return _LONG.index(group) if group in _LONG else len(_LONG), group


class Spreading(LoadScopeScheduling):  # type: ignore[misc]
    """Hands each process a group at a time. (By marks, pytest-xdist 3.8 groups nothing any more: its issue 1386.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
