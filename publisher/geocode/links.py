"""The links of the chain: a geopy geocoder each, the offline ones bare, the services held back.

A service is asked behind the cache, at its pace, and is left for the rest of the run when it fails
again and again, refuses the key, or has been asked as often as it may be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
)
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from publisher.geocode.asking import Asked
from publisher.geocode.cache import Cache
from publisher.geocode.grading import Grade, grade_own
from publisher.geocode.limiter import Patient
from publisher.geocode.network import HostNotAllowed

FAULTS_IN_A_ROW = 5
# Whoever says so means every further question too.
_SAYS_NO = (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQuotaExceeded,
    HostNotAllowed,
)
# Junk makes geopy's readers stumble, or cannot be kept; its Location refuses a latitude above 90.
_FAULTS = (
    GeocoderServiceError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Link(Protocol):
    """One geocoder of the chain."""

    name: str
    grade: Grade

    async def locate(self, asked: Asked) -> Location | None:
        """Return what the geocoder says, ungraded; None where it says nothing."""


@dataclass
class OfflineLink:
    """A geocoder of our own, without a network."""

    name: str
    geocoder: Geocoder
    grade: Grade = grade_own

    async def locate(self, asked: Asked) -> Location | None:
        """Ask it."""
        return await self.geocoder.geocode(asked.query)


@dataclass
class Service:
    """A geocoding service. ``key`` is its address and what it is asked for; never a secret.

    ``left`` says why it is not asked any more in this run; ``most`` bounds the questions.
    """

    name: str
    geocoder: Geocoder
    grade: Grade
    key: str
    ask: Patient
    cache: Cache
    most: int | None = None
    offline: bool = False
    left: str = ""
    questions: int = 0
    cached: int = 0
    faults: int = 0
    unasked: int = 0
    _in_a_row: int = field(default=0, repr=False)

    async def locate(self, asked: Asked) -> Location | None:
        """Answer from the cache, else ask, if the service is still asked in this run."""
        if not asked.names_a_road:
            return None
        kept = self.cache.get(asked.query, self.key)
        if kept is not None:
            self.cached += 1
            return kept.location
        if not self.left and self.most is not None and self.questions >= self.most:
            self.left = f"{self.most} questions are asked; its operator wants no more in one run"
        if self.left or self.offline:
            self.unasked += 1
            return None
        return await self._answer(asked.query)

    async def _answer(self, query: str) -> Location | None:
        self.questions += 1
        try:
            location = self.cache.keep(query, self.key, await self.ask(query)).location
        except _FAULTS as fault:
            self._note(fault)
            return None
        self._in_a_row = 0
        return location

    def _note(self, fault: Exception) -> None:
        """Count a fault; leave the service where the next question would fail too."""
        self.faults += 1
        self._in_a_row += 1
        said = f"{type(fault).__name__}: {fault}"[:200]
        if isinstance(fault, _SAYS_NO) and not isinstance(fault, GeocoderRateLimited):
            self.left = said
        elif self._in_a_row >= FAULTS_IN_A_ROW:
            self.left = f"{FAULTS_IN_A_ROW} faults in a row, the last one {said}"
