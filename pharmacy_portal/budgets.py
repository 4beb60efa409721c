"""How often somebody may try: logins per address, look-ups of persons per user."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from core.errors import Unavailable
from pharmacy_portal.moments import Moments

LOOK_UPS = (RateLimitItemPerMinute(60), RateLimitItemPerDay(1_000))
# At nine o'clock a whole hospital logs in from one address; failures have a smaller budget.
LOGINS = (RateLimitItemPerMinute(300),)
FAILED_LOGINS = (RateLimitItemPerMinute(30),)


class RateLimited(Unavailable):
    """Too often; ``retry_after_s`` says when the budget allows the next one."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Budgets:
    """The budgets of this process, in memory."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(Moments())

    def spend_look_up(self, user: str) -> None:
        """Count one look-up of a person.

        Raises:
            RateLimited: the user's budget is spent; this one is not counted.
        """
        self._spend(LOOK_UPS, "look-up", user)

    def spend_login(self, address: str) -> None:
        """Count one attempt to log in, and refuse where failures have used up their budget.

        Raises:
            RateLimited: the address's budget is spent.
        """
        self._check(FAILED_LOGINS, "failed-login", address)
        self._spend(LOGINS, "login", address)

    def count_failed_login(self, address: str) -> None:
        """Count one refused login."""
        for item in FAILED_LOGINS:
            self._limiter.hit(item, "failed-login", address)

    def _spend(self, items: tuple[RateLimitItem, ...], *who: str) -> None:
        self._check(items, *who)
        for item in items:
            self._limiter.hit(item, *who)

    def _check(self, items: tuple[RateLimitItem, ...], *who: str) -> None:
        for item in items:
            if not self._limiter.test(item, *who):
                reset_at = self._limiter.get_window_stats(item, *who).reset_time
                raise RateLimited(max(1, math.ceil(reset_at - time.time())))
