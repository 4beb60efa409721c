"""When things happened, for the budgets: the moving windows of ``limits``, without its thread.

The library's own memory starts a timer's thread at nearly every hit, to walk through everything
it holds; that cost more than the rest of the request. Here a hit forgets what is too old under its
own key, and once a minute whatever else has run out. Only the loop's thread comes here.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from limits.storage import MovingWindowSupport, Storage

_SWEEP_EVERY_S = 60.0


@dataclass(slots=True)
class _Window:
    expiry: float
    # Oldest first.
    moments: deque[float] = field(default_factory=deque)

    def forget(self, now: float) -> int:
        """Let go of what lies before the window; return how many are left."""
        while self.moments and self.moments[0] < now - self.expiry:
            self.moments.popleft()
        return len(self.moments)


class Moments(Storage, MovingWindowSupport):
    """What moving windows need of a storage, in memory."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, _Window] = {}
        self._swept_at = time.time()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` hits now; False, and none counted, where the window has no room."""
        now = time.time()
        self._sweep(now)
        window = self._windows.setdefault(key, _Window(expiry))
        if window.forget(now) + amount > limit:
            return False
        window.moments.extend([now] * amount)
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return the oldest moment in the window and how many there are; now and 0: none."""
        now = time.time()
        window = self._windows.get(key)
        if window is None or not window.forget(now):
            return now, 0
        return window.moments[0], len(window.moments)

    def _sweep(self, now: float) -> None:
        if abs(now - self._swept_at) < _SWEEP_EVERY_S:
            return
        self._swept_at = now
        self._windows = {key: one for key, one in self._windows.items() if one.forget(now)}

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may fail here, for the library: nothing does."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Refuse: counters are other strategies'.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Return how many moments a key holds."""
        window = self._windows.get(key)
        return window.forget(time.time()) if window else 0

    def get_expiry(self, key: str) -> float:
        """Return when the oldest moment of a key runs out."""
        window, now = self._windows.get(key), time.time()
        return window.moments[0] + window.expiry if window and window.forget(now) else now

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget everything; return how many keys there were."""
        held = len(self._windows)
        self._windows.clear()
        return held

    def clear(self, key: str) -> None:
        """Forget one key."""
        self._windows.pop(key, None)
