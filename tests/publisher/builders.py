"""Builders for the publisher's tests: a real ledger file, written to row by row."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.calendar import TAIPEI
from core.domain.outlet_says import OutletSays
from core.domain.outlets import Outlet, kind_of
from core.domain.snapshot import Manifest, OutletRecord, RulesInForce
from core.settings import Settings
from core.storage import prepare, register
from core.storage.audit_table import write_audit
from core.storage.connection import connect_writer, to_microseconds
from core.storage.outlet_states import write_states
from publisher.release_data import Format, ReleaseData, Stated

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
        run("INSERT OR IGNORE INTO balances VALUES (?,?,0,?)", (code, product, us))
        run(
            "UPDATE balances SET pieces = pieces + ?, changed_at = ?"
            " WHERE outlet = ? AND product = ?",
            (pieces, us, code, product),
        )
        self._audit(kind, at)
        run("COMMIT")

    def look_up(self) -> None:
        """Leave an audit row without any entry."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._audit("eligibility")
        self._connection.execute("COMMIT")

    def run(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Do to the file what no portal would."""
        return self._connection.execute(statement, values).fetchall()

    def say(self, outlet: str, **fields: object) -> None:
        """Let an outlet say these things, and nothing else."""
        self._connection.execute("BEGIN IMMEDIATE")
        write_states(self._connection, [OutletSays(outlet=outlet, **fields)])  # type: ignore[arg-type]
        self._audit("outlet_says")
        self._connection.execute("COMMIT")

    def stop(self, scope: str, target: str, at: datetime, until: datetime | None = None) -> None:
        """Let the authority stop an outlet or a programme."""
        end = None if until is None else to_microseconds(until)
        self.run(
            "INSERT INTO stops VALUES (?,?,?,?,?,?,?,?,NULL,'',"
            " (SELECT coalesce(max(revision), 0) + 1 FROM stops))",
            *(f"{scope}-{target}-{at}", scope, target, "稽查中", "Inspection", "steward"),
            *(to_microseconds(at), end),
        )

    def lift_stops(self) -> None:
        """Let the authority lift every stop."""
        self.run(
            "UPDATE stops SET lifted_at = at, lifted_by = 'steward',"
            " revision = (SELECT max(revision) + 1 FROM stops)"
        )

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


def a_release(*records: OutletRecord, **fields: object) -> ReleaseData:
    """Build what a format sees: release 7, as of 09:00:03, published two seconds later."""
    values: dict[str, object] = {
        "sequence": 7,
        "as_of": NINE,
        "published_at": NINE + timedelta(seconds=2),
        "products": ("adult_mask", "child_mask"),
        "records": list(records),
    }
    return ReleaseData(**(values | fields))  # type: ignore[arg-type]


def bodies_of(form: Format, release: ReleaseData) -> dict[str, bytes]:
    """Return the files that a format writes, by path."""
    return {
        path: body if isinstance(body, bytes) else body()
        for path, _, body, *_ in form.write(release)
    }


def written_by(form: Format, release: ReleaseData) -> tuple[bytes, int]:
    """Return the one file of a format, and how many outlets it lists."""
    (written,) = form.write(release)
    return bodies_of(form, release)[written.path], written.rows


def read_by(form: Format, body: bytes) -> Stated:
    """Read the one file of a format back."""
    return form.read({form.PATHS[0]: body})


def a_manifest(**fields: object) -> Manifest:
    """Return the manifest of an empty first release."""
    values: dict[str, object] = {
        "sequence": 1,
        "as_of": "2020-02-06T09:00:03+08:00",
        "published_at": "2020-02-06T09:00:04+08:00",
        "ttl_s": 30,
        "ledger_position": "0",
        "state_position": "0.0.0",
        "previous": "",
        "audit_head": "0" * 64,
        "audit_position": "0",
        "rules": RulesInForce(
            programme="masks", block="", pinned=False, hash="", words={}, document={}
        ),
        "counts": {},
        "files": [],
    }
    return Manifest(**(values | fields))  # type: ignore[arg-type]
