"""Builders for the publisher's tests: a real ledger file, written to row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet, kind_of
from core.domain.programme import Programme
from core.domain.snapshot import OutletRecord
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import prepare, register
from core.storage.audit_table import write_audit
from core.storage.connection import connect_writer, to_microseconds
from core.storage.feed import LedgerFeed
from publisher.publishing import Publisher

NINE = datetime(2020, 2, 6, 9, 0, 3, tzinfo=TAIPEI)


def an_outlet(code: str = "5901010058", **fields: object) -> Outlet:
    """Build an outlet near Taipei main station."""
    values: dict[str, object] = {
        "code": code,
        "name": "安郁藥局",
        "kind": kind_of(code),
        "address": "臺北市松山區八德路３段１２巷５１弄１６號１樓",
        "phone": "(02)25774551",
        "county_code": "63000",
        "county": "臺北市",
        "town_code": "63000010",
        "town": "松山區",
        "lon": 121.551182,
        "lat": 25.046086,
        "coordinate_source": "register",
        "coordinate_precision": "rooftop",
        "service_periods": "NNNNNNYNNNNNNYNNNNNNY",
    }
    return Outlet(**(values | fields))  # type: ignore[arg-type]


def a_record(code: str = "5901010058", **fields: object) -> OutletRecord:
    """Build a published record."""
    values: dict[str, object] = {
        "code": code,
        "name": "安郁藥局",
        "kind": "pharmacy",
        "phone": "(02)25774551",
        "address": "臺北市松山區八德路３段１２巷５１弄１６號１樓",
        "county_code": "63000",
        "county": "臺北市",
        "town_code": "63000010",
        "town": "松山區",
        "lon": 121.551182,
        "lat": 25.046086,
        "coordinate_source": "register",
        "coordinate_precision": "rooftop",
        "counts": {"adult_mask": 120, "child_mask": 0},
        "levels": {"adult_mask": "plenty", "child_mask": "none"},
        "service_periods": "NNNNNNYNNNNNNYNNNNNNY",
        "changed_at": "2020-02-06T08:59:58+08:00",
    }
    return OutletRecord(**(values | fields))  # type: ignore[arg-type]


class LedgerFile:
    """A ledger that a test writes to as the portal would."""

    def __init__(self, settings: Settings) -> None:
        self.path = prepare(settings)
        self._connection = connect_writer(self.path)

    def register(self, *outlets: Outlet) -> None:
        """Add or change outlets."""
        self._connection.execute("BEGIN IMMEDIATE")
        register.save(self._connection, outlets)
        self._audit("outlets")
        self._connection.execute("COMMIT")

    def move(self, code: str, product: str, pieces: int, at: datetime = NINE) -> None:
        """Add an intake (or, below zero, a sale) with its audit row."""
        run, us = self._connection.execute, to_microseconds(at)
        run("BEGIN IMMEDIATE")
        (position,) = run("SELECT coalesce(max(position), 0) + 1 FROM entries").fetchone()
        kind = "intake" if pieces > 0 else "sale"
        row = (position, position, kind, code, product, pieces, us, at.date().isoformat())
        run(
            "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (*row, "test", "manual", "", 0, False, None),
        )
        run(
            "INSERT INTO balances VALUES (?,?,?,?) ON CONFLICT (outlet, product) DO UPDATE"
            " SET pieces = pieces + excluded.pieces, changed_at = excluded.changed_at",
            (code, product, pieces, us),
        )
        self._audit(kind, at)
        run("COMMIT")

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Do to the file what no portal would."""
        return self._connection.execute(statement, values).fetchall()

    def _audit(self, act: str, at: datetime = NINE) -> None:
        write_audit(self._connection, {"act": act}, at)

    def close(self) -> None:
        self._connection.close()


class HandClock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NINE) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@pytest.fixture
def settings(state: Path) -> Settings:
    """Return the settings of an empty state."""
    return Settings(state=state)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[LedgerFile]:
    """Return an empty ledger."""
    file = LedgerFile(settings)
    yield file
    file.close()


@pytest.fixture
def feed(ledger: LedgerFile) -> Iterator[LedgerFeed]:
    """Return the publisher's view of the ledger."""
    reader = LedgerFeed(ledger.path)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def masks() -> Programme:
    """Return the rules of masks as they come with maskmap."""
    return load_programmes(None, None)[MASKS]


@pytest.fixture(scope="session")
def signing_key() -> Ed25519PrivateKey:
    """Return a throw-away key."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def clock() -> HandClock:
    """Return a clock that shows 6 February 2020, 09:00:03."""
    return HandClock()


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Return the snapshot folder."""
    return settings.snapshots_folder


@pytest.fixture
def begin(
    feed: LedgerFeed, folder: Path, signing_key: Ed25519PrivateKey, clock: HandClock
) -> Callable[[], Publisher]:
    """Return what begins a publisher, as a restart would."""
    return lambda: Publisher(feed, folder, signing_key, ttl_s=1, clock=clock)


@pytest.fixture
def outlet() -> Callable[..., Outlet]:
    """Return the builder of outlets."""
    return an_outlet


@pytest.fixture
def record() -> Callable[..., OutletRecord]:
    """Return the builder of records."""
    return a_record
