"""History of real series, and what is asked of it at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.releases import load_public_key
from publisher.history.checking import check_history
from publisher.history.looking_back import Past
from publisher.history.shelf import Shelf
from publisher.past.backfill import backfill
from publisher.replay.series import PRODUCTS, Moment, open_series

ONE, TWO = "5901010058", "5901010076"
Run = Callable[..., Result]


@pytest.fixture
def run(state: Path) -> Run:
    """Return what types `maskmap history …`."""

    def typed(*words: object) -> Result:
        return CliRunner().invoke(main, ["history", *map(str, words), "--state", str(state)])

    return typed


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Return a short series: two outlets over two days, one row missing."""
    rows = [
        ("2020-02-06T09:00:00", ONE, 200, 50),
        ("2020-02-06T09:30:00", ONE, 198, 50),
        ("2020-02-06T09:30:00", TWO, 0, 7),
        ("2020-02-06T21:00:00", TWO, 0, 7),
        ("2020-02-07T09:00:00", ONE, 400, 0),
    ]
    times, codes, adults, children = zip(*rows, strict=True)
    at = pa.array(times).cast(pa.timestamp("us"))
    table = pa.table({"source_ts": at, "code": codes, "adult": adults, "child": children})
    pq.write_table(table, tmp_path / "series.parquet")
    return tmp_path / "series.parquet"


@pytest.mark.slow
def test_the_history_of_the_real_series_reproduces_each_of_its_snapshots(
    shared_data: Path, tmp_path: Path, signing_key
) -> None:
    series = open_series([shared_data / "data" / "stock_20200206_20200223.parquet"])
    shelf = Shelf(tmp_path, signing_key)
    moments: list[Moment] = []
    assert backfill(shelf, series, moments.append).source_times == 150
    rows = duckdb.sql(
        'SELECT sequence, code, product, pieces, epoch_us("at")'
        f" FROM read_parquet('{tmp_path}/history/*/*.parquet', hive_partitioning=true)"
        " ORDER BY sequence"
    ).fetchall()
    stock: dict[str, list[int]] = {}
    place = dict(zip(PRODUCTS, (0, 1), strict=True))
    rest = iter(rows)
    row = next(rest, None)
    for sequence, moment in enumerate(moments, start=1):
        while row is not None and row[0] == sequence:
            assert row[4] == moment.source_time.timestamp() * 1e6
            stock.setdefault(row[1], [0, 0])[place[row[2]]] = row[3]
            row = next(rest, None)
        assert moment.counts.keys() <= stock.keys()
        assert {code: tuple(n) for code, n in stock.items()} == {
            code: moment.counts.get(code, (0, 0)) for code in stock
        }, str(moment.source_time)
    assert row is None
    chosen = moments[77]
    noon = Past(tmp_path, signing_key.public_key()).at(chosen.source_time)
    assert {code: tuple(n.values()) for code, n in noon.items() if any(n.values())} == {
        code: count for code, count in chosen.counts.items() if any(count)
    }


def test_a_series_is_back_filled_and_asked(
    run: Run, series: Path, tmp_path: Path, state: Path
) -> None:
    into = ("--folder", tmp_path / "past")
    done = run("backfill", series, "--into", tmp_path / "past", "--json")
    assert json.loads(done.stdout) | {"bytes": 0} == {
        "source_times": 4,
        "days": 2,
        "rows": 9,
        "bytes": 0,
    }
    assert run("at", "2020-02-06T09:29:59", *into).stdout == (
        f"code,adult_mask,child_mask\n{ONE},200,50\n"
    )
    assert run("at", "2020-02-06T09:30:00+08:00", TWO, *into).stdout.endswith(f"{TWO},0,7\n")
    stock = json.loads(run("at", "2020-02-06", "--json", *into).stdout)["outlets"]
    assert stock[ONE] == {"adult_mask": 0, "child_mask": 0}
    assert run("outlet", ONE, "--from", "2020-02-07", *into).stdout == (
        "at,sequence,code,product,pieces,received,sold\n"
        f"2020-02-07T09:00:00+08:00,4,{ONE},adult_mask,400,400,0\n"
    )
    days = run("days", ONE, "--date", "2020-02-06", *into).stdout.splitlines()
    assert days[1] == (f"2020-02-06,{ONE},adult_mask,0,200,200,0,2020-02-06T21:00:00+08:00,12.0")
    weekday = run("days", ONE, "--weekday", *into).stdout.splitlines()
    assert weekday[1:] == [
        f"{ONE},adult_mask,Thursday,1,1,21:00",
        f"{ONE},adult_mask,Friday,1,0,",
        f"{ONE},child_mask,Thursday,1,1,21:00",
    ]
    assert run("verify", tmp_path / "past").exit_code == 0
    key = load_public_key(state / "keys" / "public-key.pem")
    assert [*check_history(tmp_path / "past", key)] == []


def test_what_cannot_be_done_says_what_can(run: Run, series: Path, tmp_path: Path) -> None:
    into = ("--into", tmp_path / "past")
    assert run("backfill", series, *into).exit_code == 0
    again = run("backfill", series, *into)
    assert again.exit_code == 1
    assert "2020-02-06 to 2020-02-07 were back-filled before: say --anew" in again.stderr
    table = pq.read_table(series)
    month_later = pc.add(table["source_ts"], pa.scalar(timedelta(days=30)))
    pq.write_table(table.set_column(0, "source_ts", month_later), tmp_path / "later.parquet")
    another = run("backfill", tmp_path / "later.parquet", *into)
    assert another.exit_code == 1
    assert "they are one series" in another.stderr
    assert run("backfill", series, "--anew", *into).exit_code == 0
    folder = ("--folder", tmp_path / "past")
    later = run("at", "2020-03-01", *folder)
    assert later.exit_code == 1
    assert "it has 2020-02-06 to 2020-02-07 (back-filled)" in later.stderr
    assert "is the code right?" in run("outlet", "0000000000", *folder).stderr
    assert run("at", "yesterday", *folder).exit_code == 2
    assert run("days", "--date", "2020-02-06", "--to", "2020-02-07", *folder).exit_code == 2
    assert run("compact").exit_code == 1
    (tmp_path / "past/daily/2020-02-06.csv").write_bytes(b"")
    broken = run("verify", tmp_path / "past", "--json")
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["faults"][0]["where"] == "daily/2020-02-06.csv"


def test_a_damaged_series_is_refused_whole(run: Run, shared_data: Path, tmp_path: Path) -> None:
    torn = sorted((shared_data / "data" / "raw_torn").glob("*.csv.gz"))
    good = sorted((shared_data / "data" / "raw").glob("20200206_08*.csv.gz"))
    refused = run("backfill", *good, *torn[:1], "--into", tmp_path / "past")
    assert refused.exit_code == 1
    assert "damaged, refused whole" in refused.stderr
    assert not list(tmp_path.rglob("*.parquet"))
