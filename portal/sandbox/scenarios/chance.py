"""The only place where a scenario throws dice: always the same throws for the same seed, on every machine."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Throws from a seed.

    Only `Random.random()` is used, which Python promises never to change, and only sums and products of its
    floats, which every machine rounds alike; `choice`, `shuffle` and logarithms are neither.
    """

    def __init__(self, seed: str) -> None:
        self._throw = Random(seed).random

    def happens(self, share: float) -> bool:
        """True in `share` of all throws, 0 to 1."""
        return self._throw() < share

    def between(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self._throw() * (most - least + 1))

    def often_low(self, least: int, most: int) -> int:
        """The same, small ones more often: half of the throws fall into the first quarter."""
        throw = self._throw()
        return least + int(throw * throw * (most - least + 1))

    def share(self, least: float, most: float) -> float:
        """A fraction between `least` and `most`."""
        return least + self._throw() * (most - least)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`."""
        return items[int(self._throw() * len(items))]

    def weighed(self, items: Sequence[Item], weights: Sequence[float]) -> Item:
        """One of `items`, each as often as its weight says."""
        left = self._throw() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """All of `items` in another order (Fisher and Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = int(self._throw() * (last + 1))
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
