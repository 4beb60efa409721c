"""geopy's rate limiter, with waits that grow after each fault and follow ``Retry-After``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderServiceError,
)
from geopy.extra.rate_limiter import AsyncRateLimiter

from publisher.geocode.network import HostNotAllowed

RETRIES = 2
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0
# Asking again would not help.
_FINAL = (
    HostNotAllowed,
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
)


class Patient(AsyncRateLimiter):  # type: ignore[misc]
    """Spaces questions, retries included, and raises the last fault."""

    def __init__(self, func: Callable[..., Awaitable[Any]], *, every_s: float) -> None:
        wait_s = max(_FIRST_WAIT_S, every_s)
        super().__init__(
            func,
            min_delay_seconds=every_s,
            max_retries=RETRIES,
            error_wait_seconds=wait_s,
            swallow_exceptions=False,
        )

    async def __call__(self, query: str) -> Any:
        """Ask in turn; a fault that may pass is tried again, later each time."""
        for attempt in count():
            await self._acquire_request_slot()
            try:
                return await self.func(query)
            except GeocoderServiceError as fault:
                if attempt == self.max_retries or isinstance(fault, _FINAL):
                    raise
                await self._sleep(self.wait_s(fault, attempt))
        raise AssertionError("unreachable")

    def wait_s(self, fault: GeocoderServiceError, attempt: int) -> float:
        """Return how long to wait after a fault, in seconds."""
        told = getattr(fault, "retry_after", None) or 0.0
        doubled = self.error_wait_seconds * 2.0**attempt
        return float(min(max(told, doubled), _LONGEST_WAIT_S))
