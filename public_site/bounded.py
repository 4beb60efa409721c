"""A memory that cannot grow without end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class BoundedCache(Generic[V]):
    """Keeps the newest values up to a sum of their sizes; the oldest go first."""

    def __init__(self, most: int, size_of: Callable[[V], int]) -> None:
        self._most = most
        self._size_of = size_of
        self._sum = 0
        self._kept: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """Return what is kept under a key, if anything."""
        return self._kept.get(key)

    def keep(self, key: Hashable, value: V) -> V:
        """Keep a value, let the oldest go where there is no room, and return the value."""
        size = self._size_of(value)
        if size > self._most:
            return value
        if (old := self._kept.pop(key, None)) is not None:
            self._sum -= self._size_of(old)
        while self._sum + size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._sum -= self._size_of(oldest)
        self._kept[key] = value
        self._sum += size
        return value

    def __len__(self) -> int:
        return len(self._kept)
