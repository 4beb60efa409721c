"""Builders of everyday things, so that a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.actions.desk import Desk
from core.domain.buyers import PersonKeys
from core.domain.calendar import TAIPEI
from core.domain.eligibility import Claim
from core.domain.identity import checksum_holds
from core.domain.outlets import Outlet
from core.domain.programme import Programme, parse_programme
from core.ports import Ledger
from core.resources import data_path

PHARMACY = "5901010058"
OTHER_PHARMACY = "5901010076"
THURSDAY = datetime(2020, 2, 6, 10, 0, tzinfo=TAIPEI)
SUNDAY = datetime(2020, 2, 9, 10, 0, tzinfo=TAIPEI)
GROWN_UP = date(1980, 5, 15)
CHILD = date(2012, 3, 1)


@dataclass
class SetClock:
    """A clock that a test sets."""

    now: datetime = SUNDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        """Let time pass, such as ``forward(days=1)``."""
        self.now += timedelta(**delta)


def masks() -> Programme:
    """Return the mask programme as it ships."""
    return parse_programme(data_path("programmes/masks.toml").read_text())


def known_keys() -> PersonKeys:
    """Return person keys that are no secret."""
    return PersonKeys({"k1": b"1" * 32}, "k1")


def a_desk(ledger: Ledger, clock: Callable[[], datetime] | None = None) -> Desk:
    """Wire a desk over a ledger; Sunday 9 February 2020, when everybody may buy."""
    return Desk(ledger, clock or SetClock(), masks(), known_keys())


def an_outlet(code: str = PHARMACY, **values: object) -> Outlet:
    """Return a registered pharmacy in Taipei."""
    given = {
        "name": "健安藥局",
        "kind": "pharmacy",
        "address": "臺北市松山區八德路３段１２巷５１弄１６號１樓",
        "phone": "(02)25774551",
        "county_code": "63000",
        "county": "臺北市",
        "town_code": "63000010",
        "town": "松山區",
    }
    return Outlet(code=code, **(given | values))  # type: ignore[arg-type]


def a_number(serial: int = 0, *, letter: str = "A", last: int | None = None) -> str:
    """Return a national ID with a valid check digit, its own for each serial.

    ``last`` asks for a given last digit (there is one for every ten serials).
    """
    for body in range(serial * 10, serial * 10 + 10):
        for digit in range(10) if last is None else (last,):
            number = f"{letter}1{body:07d}{digit}"
            if checksum_holds(number):
                return number
    raise AssertionError("ten neighbours always hold every check digit")


def a_claim(serial: int = 0, born: date | None = GROWN_UP, **asked: int) -> Claim:
    """Return a buyer whose health-insurance card was typed: it needs no reading."""
    return Claim("02", a_number(serial, last=asked.get("last")), born)
