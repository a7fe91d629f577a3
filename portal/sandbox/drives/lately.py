"""The only place that keeps what was made of a scenario or of a drive's revision; as these, it never goes stale."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Lately(Generic[Key, Value]):
    """The values asked for lately, by keys that name all that a value depends on: `most` of them.

    With `weigh`, as many as weigh `most` together; one that weighs more than all may is not kept.
    """

    def __init__(self, most: int, *, weigh: Callable[[Value], int] | None = None) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> Value | None:
        """The value kept under `key`, or None."""
        with self._lock:
            value = self._kept.get(key)
            if value is not None:
                self._kept.move_to_end(key)
        return value

    def find_all(self, keys: Collection[Key]) -> list[Value | None]:
        """The value kept under each of `keys`, or None."""
        with self._lock:
            values = [self._kept.get(key) for key in keys]
            for key, value in zip(keys, values, strict=True):
                if value is not None:
                    self._kept.move_to_end(key)
        return values

    def keep(self, key: Key, value: Value) -> Value:
        """Keep `value`, let go of what was not asked for longest, and return `value`."""
        with self._lock:
            self._keep(key, value)
        return value

    def keep_all(self, values: Mapping[Key, Value]) -> None:
        """Keep many values at once."""
        with self._lock:
            for key, value in values.items():
                self._keep(key, value)

    def _keep(self, key: Key, value: Value) -> None:
        weight = self._weight_of(value)
        if weight > self._most:
            return
        if (before := self._kept.pop(key, None)) is not None:
            self._weight -= self._weight_of(before)
        self._kept[key] = value
        self._weight += weight
        while self._weight > self._most:
            self._weight -= self._weight_of(self._kept.popitem(last=False)[1])

    def _weight_of(self, value: Value) -> int:
        return self._weigh(value) if self._weigh else 1
