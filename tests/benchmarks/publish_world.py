"""States of any size for the publisher's benchmarks, filled by SQL: a register, or a long ledger.

The rows are arithmetic, so what the sums must be is known without adding them up by SQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from core.domain.geography import load_towns
from core.settings import Settings
from core.storage import prepare

PRODUCTS = ("adult_mask", "child_mask")
SPREAD = 2_654_435_761  # Knuth's multiplier: neighbours in the ledger are no neighbours in the land
BEGAN_US = 1_580_950_800_000_000  # 2020-02-06 09:00, Taipei
_INDEX = "CREATE INDEX entries_outlet_day ON entries (outlet, day)"
_OUTLET = (
    "code, name, kind, address, phone, county_code, county, town_code, town, lon, lat,"
    " coordinate_source, coordinate_precision, service_periods, note, website, status,"
    " status_reason, status_until, test, revision"
)


@contextmanager
def _in_bulk(settings: Settings) -> Iterator[sqlite3.Connection]:
    """Open the state's database for one large fill that need not survive a power cut."""
    connection = sqlite3.connect(prepare(settings), isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def code_of(number: int) -> str:
    """Return the code of the outlet with a number."""
    return f"59{number:08d}"


def fill_register(settings: Settings, number: int, *, stock: bool = True) -> None:
    """Register so many outlets, spread over the towns like the real ones.

    ``stock`` gives them some, without entries.
    """
    rng, towns = Random(5), load_towns()
    weights = [town.outlets for town in towns]

    def rows() -> Iterator[tuple[object, ...]]:
        for place, town in enumerate(rng.choices(towns, weights, k=number)):
            lon, lat = town.lon + rng.gauss(0, 0.02), town.lat + rng.gauss(0, 0.02)
            address = f"{town.county_zh}{town.town_zh}中正路{place % 900 + 1}號1樓"
            names = (town.county_code, town.county_zh, town.town_code, town.town_zh)
            yield (
                *(code_of(place), f"平安{place}藥局", "pharmacy", address),
                *(f"(02){place % 10**8:08d}", *names, lon, lat, "register", "rooftop"),
                *("NNNNNNYNNNNNNYNNNNNYYY", "", "", "active", "", None, 0, 1),
            )

    with _in_bulk(settings) as connection:
        marks = ",".join("?" * (_OUTLET.count(",") + 1))
        connection.executemany(f"INSERT INTO outlets ({_OUTLET}) VALUES ({marks})", rows())
        for product in PRODUCTS if stock else ():
            connection.execute(
                "INSERT INTO balances SELECT code, ?, (rowid * 37) % 201, ? FROM outlets",
                (product, BEGAN_US),
            )


def fill_ledger(settings: Settings, rows: int, outlets: int) -> None:
    """Write so many entries: one intake an outlet and product, and sales of one to three pieces.

    Nothing else is written of them: no audit rows, no persons.
    """
    intakes, supply = 2 * outlets, 3 * rows // outlets + 100
    with _in_bulk(settings) as connection:
        connection.execute("DROP INDEX entries_outlet_day")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)"
            " INSERT INTO entries SELECT i + 1, i + 1,"
            " CASE WHEN i < ? THEN 'intake' ELSE 'sale' END,"
            " printf('59%08d', CASE WHEN i < ? THEN i / 2 ELSE i * ? % ? END),"
            " CASE WHEN i % 2 THEN 'child_mask' ELSE 'adult_mask' END,"
            " CASE WHEN i < ? THEN ? ELSE -1 - i / 2 % 3 END,"
            " ? + i * 1000, '2020-02-06', 'bench', 'counter', '', 0, 0, NULL FROM n",
            (rows, intakes, intakes, SPREAD, outlets, intakes, supply, BEGAN_US),
        )
        connection.execute(_INDEX)
        connection.execute("DELETE FROM balances")
        connection.executemany(
            "INSERT INTO balances VALUES (?, ?, ?, ?)",
            [
                (code, product, pieces, BEGAN_US + rows * 1000)
                for (code, product), pieces in expected(rows, outlets, supply).items()
            ],
        )


def expected(rows: int, outlets: int, supply: int) -> dict[tuple[str, str], int]:
    """Return what each balance must be after ``fill_ledger``, without reading an entry."""
    left = dict.fromkeys(range(2 * outlets), supply)
    # What row i sells depends on i modulo 2 × 3 × outlets, so whole rounds are all the same.
    sold, period = dict.fromkeys(range(2 * outlets), 0), 6 * outlets
    rounds, rest = divmod(rows - 2 * outlets, period)
    for step in range(period):
        i = 2 * outlets + step
        times = rounds + (step < rest)
        sold[2 * (i * SPREAD % outlets) + i % 2] += times * (1 + i // 2 % 3)
    return {(code_of(place // 2), PRODUCTS[place % 2]): left[place] - sold[place] for place in left}
