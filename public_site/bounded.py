"""A memory of finished answers that cannot grow without end."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class BoundedCache(Generic[V]):
    """Keeps the newest answers up to a number of bytes; the oldest go first."""

    def __init__(self, most_bytes: int, size_of: Callable[[V], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._bytes = 0
        self._kept: dict[Hashable, V] = {}

    def get(self, key: Hashable) -> V | None:
        """Return what is kept under a key, if anything."""
        return self._kept.get(key)

    def keep(self, key: Hashable, value: V) -> V:
        """Keep a value, let the oldest go where there is no room, and return the value."""
        size = self._size_of(value)
        if size > self._most_bytes:
            return value
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= self._size_of(old)
        while self._bytes + size > self._most_bytes:
            oldest = next(iter(self._kept))
            self._bytes -= self._size_of(self._kept.pop(oldest))
        self._kept[key] = value
        self._bytes += size
        return value

    def __len__(self) -> int:
        return len(self._kept)
