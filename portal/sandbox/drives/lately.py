"""The only place that keeps what was made of a scenario; a version of one never changes, so none of it goes stale."""

from collections import OrderedDict
from collections.abc import Collection
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Lately(Generic[Key, Value]):
    """The values asked for lately, `most` of them, by keys that name all that a value depends on."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> Value | None:
        """The value kept under `key`, or None."""
        return self.find_all((key,))[0]

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
            self._kept[key] = value
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
