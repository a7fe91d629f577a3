"""What a measurement says, and how two things are timed fairly."""

import importlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value beside its peer's, measured in the same run; `goal` bounds their ratio."""

    name: str
    value: float
    peer: float
    against: str
    unit: str
    goal: float
    bound: Literal["at most", "at least"] = "at most"

    @property
    def ratio(self) -> float:
        return self.value / self.peer

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.goal if self.bound == "at most" else self.ratio >= self.goal


def take(bench: str) -> list[Figure]:
    """The figures of one module of this folder, without a line of log between them."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    return list(importlib.import_module(f"bench.{bench}").figures())


def side_by_side(one: Callable[[], object], other: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """The median microseconds of each, called in turn, so that a slower moment of the machine meets both."""
    times: tuple[list[float], list[float]] = ([], [])
    for act in (one, other):
        act()
    for _ in range(rounds):
        for act, taken in zip((one, other), times, strict=True):
            began = time.perf_counter()
            act()
            taken.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times[0]), statistics.median(times[1])
