"""A replayed day comes out as the official file, byte for byte after the heading line."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from core.actions.intakes import automatic_intake
from core.cli import main
from core.settings import Settings
from core.storage import open_state
from core.storage.feed import LedgerFeed
from tests.builders import PHARMACY, SUNDAY, a_desk, an_outlet

pytestmark = pytest.mark.slow

HEADING = (
    "醫事機構代碼,醫事機構名稱,醫事機構地址,醫事機構電話,"
    "成人口罩剩餘數,兒童口罩剩餘數,來源資料時間\n"
)
Row = tuple[str, int, int]


def published(folder: Path, time: str, rows: Sequence[Row]) -> Path:
    """Write an official mask CSV of one source time."""
    lines = [
        f"{code},健安藥局,臺北市松山區八德路３段,(02)2577,{a},{c},{time}" for code, a, c in rows
    ]
    path = folder / f"{time.replace('/', '').replace(':', '').replace(' ', '_')}.csv"
    path.write_bytes(("\ufeff" + HEADING + "".join(f"{line}\n" for line in lines)).encode())
    return path


def replay(state: Path, *words: object) -> Result:
    command = ["--state", str(state), "replay", "--json", *map(str, words)]
    return CliRunner().invoke(main, command)


def after_heading(path: Path) -> bytes:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return body.split(b"\n", 1)[1]


def check(state: Path, *words: str) -> int:
    return CliRunner().invoke(main, ["--state", str(state), *words]).exit_code


FIRST = [("5901010058", 200, 50), ("5901010076", 3, 0), ("5901010110", 1600, 7)]
THEN = [("5901010058", 171, 60), ("5901010085", 400, 100), ("5901010110", 500, 7)]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [
        published(tmp_path, "2020/02/06 09:00:03", FIRST),
        published(tmp_path, "2020/02/06 11:30:04", THEN),
    ]


def test_every_source_time_is_published_as_it_was(
    state: Path, files: list[Path], tmp_path: Path
) -> None:
    result = replay(state, *reversed(files), "--export", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    exported = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in exported] == ["20200206T090003.csv", "20200206T113004.csv"]
    assert [*map(after_heading, exported)] == [*map(after_heading, files)]
    assert check(state, "ledger", "check") == 0
    assert check(state, "snapshot", "verify", "--against-ledger") == 0
    assert check(state, "audit", "verify") == 0


def test_rises_are_intakes_falls_are_sales_and_a_large_fall_is_a_correction(
    state: Path, files: list[Path]
) -> None:
    assert replay(state, *files).exit_code == 0
    feed = LedgerFeed(state / "ledger.sqlite")
    lines = feed.entries_after(0)
    feed.close()
    second = [line for line in lines if line.at.hour == 11]
    sold = [line for line in second if line.kind == "sale" and line.outlet == "5901010058"]
    assert [line.pieces for line in sold] == [-2] * 14 + [-1]
    gone = [line for line in second if line.outlet == "5901010076"]
    assert [line.pieces for line in gone] == [-2, -1]
    (corrected,) = [line for line in second if line.outlet == "5901010110"]
    assert (corrected.kind, corrected.pieces, bool(corrected.note)) == ("intake", -1100, True)
    assert {str(line.day) for line in lines} == {"2020-02-06"}


def test_an_interrupted_replay_goes_on_where_it_was(
    state: Path, files: list[Path], tmp_path: Path
) -> None:
    assert replay(state, files[0]).exit_code == 0
    again = replay(state, *files, "--export", tmp_path / "out")
    assert json.loads(again.stdout) | {"acts": 0} == {
        "moments": 2,
        "skipped": 1,
        "acts": 0,
        "releases": 1,
    }
    (exported,) = (tmp_path / "out").iterdir()
    assert after_heading(exported) == after_heading(files[1])


@pytest.mark.parametrize(
    ("until", "moments"),
    [("2020-02-06", 2), ("2020-02-05", 0), ("2020-02-06T09:00:03", 1), ("2020-02-06T01:00:03Z", 1)],
)
def test_until_is_inclusive(state: Path, files: list[Path], until: str, moments: int) -> None:
    assert json.loads(replay(state, *files, "--until", until).stdout)["moments"] == moments


def test_only_outlets_with_the_prefix_are_replayed(
    state: Path, tmp_path: Path, files: list[Path]
) -> None:
    out = tmp_path / "out"
    assert replay(state, files[0], "--outlets-prefix", "59010100", "--export", out).exit_code == 0
    assert after_heading(next(out.iterdir())).count(b"\n") == 2


def test_the_parquet_series_is_replayed_like_the_files(state: Path, tmp_path: Path) -> None:
    moments = [("2020-02-06 09:00:03", FIRST), ("2020-02-07 11:30:04", THEN)]
    rows = [(time, *row) for time, rows in moments for row in rows]
    times, codes, adults, children = (list(column) for column in zip(*rows, strict=True))
    table = pa.table(
        {
            "source_ts": pa.array(times).cast(pa.timestamp("us")),
            "code": pa.array(codes).dictionary_encode(),
            "adult": pa.array(adults, pa.int32()),
            "child": pa.array(children, pa.int32()),
        }
    )
    pq.write_table(table, tmp_path / "series.parquet")
    result = replay(state, tmp_path / "series.parquet", "--export", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    numbers = [
        [tuple(line.split(b",")[i].decode() for i in (0, 4, 5)) for line in lines]
        for lines in (after_heading(p).splitlines() for p in sorted((tmp_path / "out").iterdir()))
    ]
    assert numbers == [[(c, str(a), str(k)) for c, a, k in rows] for _, rows in moments]


def test_before_the_programme_began_a_fall_is_a_correction(state: Path, tmp_path: Path) -> None:
    files = [
        published(tmp_path, "2020/02/04 18:30:00", [("5901010058", 30, 20)]),
        published(tmp_path, "2020/02/05 18:30:00", [("5901010058", 10, 20)]),
    ]
    assert replay(state, *files).exit_code == 0
    assert check(state, "ledger", "check") == 0


@pytest.mark.parametrize("words", [["--until", "soon"], ["--speed", "0"], ["nowhere.csv"]])
def test_bad_words_are_refused_before_anything_is_written(
    state: Path, files: list[Path], words: list[str]
) -> None:
    result = replay(state, files[0], *words)
    assert result.exit_code == 2
    assert not (state / "ledger.sqlite").exists()


def test_a_damaged_file_among_good_ones_stops_everything(
    state: Path, files: list[Path], tmp_path: Path
) -> None:
    torn = tmp_path / "torn.csv"
    torn.write_bytes(files[1].read_bytes()[:-20])
    result = replay(state, files[0], torn)
    assert result.exit_code == 1
    assert "torn.csv" in result.stderr
    assert not (state / "ledger.sqlite").exists()


def test_a_moment_before_the_last_release_is_passed_over(state: Path, files: list[Path]) -> None:
    assert replay(state, files[1]).exit_code == 0
    assert json.loads(replay(state, files[0]).stdout)["skipped"] == 1


async def test_a_state_with_other_entries_is_not_replayed_into(
    state: Path, files: list[Path]
) -> None:
    async with open_state(Settings(state=state)) as opened:
        await opened.ledger.save_outlets([an_outlet()], {"act": "register"}, SUNDAY)
        await automatic_intake(a_desk(opened.ledger), by="u1", outlet=PHARMACY)
    result = await asyncio.to_thread(replay, state, *files)
    assert result.exit_code == 1
    assert "empty --state" in result.stderr


@pytest.mark.slow
def test_some_towns_of_the_real_days_come_out_byte_for_byte(
    state: Path, shared_data: Path, tmp_path: Path
) -> None:
    prefix = "590101"
    files = sorted((shared_data / "data" / "raw").glob("2020020[67]_*.csv.gz"))
    assert len(files) == 9
    result = replay(state, *files, "--outlets-prefix", prefix, "--export", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    exported = sorted((tmp_path / "out").iterdir())
    assert [*map(after_heading, exported)] == [lines_of(path, prefix) for path in files]
    assert check(state, "ledger", "check") == 0
    assert check(state, "snapshot", "verify", "--against-ledger") == 0
    assert check(state, "audit", "verify") == 0


@pytest.mark.soak
def test_the_real_days_come_out_byte_for_byte(
    state: Path, shared_data: Path, tmp_path: Path
) -> None:
    files = sorted((shared_data / "data" / "raw").glob("2020020[67]_*.csv.gz"))
    assert replay(state, *files, "--export", tmp_path / "out").exit_code == 0
    exported = sorted((tmp_path / "out").iterdir())
    assert [*map(after_heading, exported)] == [*map(after_heading, files)]
    assert check(state, "ledger", "check") == 0
    assert check(state, "snapshot", "verify", "--against-ledger") == 0


def lines_of(path: Path, prefix: str) -> bytes:
    lines = after_heading(path).splitlines(keepends=True)
    return b"".join(line for line in lines if line.startswith(prefix.encode()))


def test_a_replayed_day_has_its_course(state: Path, files: list[Path], tmp_path: Path) -> None:
    evening = published(tmp_path, "2020/02/06 18:30:00", THEN)
    assert replay(state, *files, evening).exit_code == 0
    course = json.loads((state / "snapshots" / "courses" / "2020-02-06.json").read_bytes())
    assert course["as_of"] == "2020-02-06T18:29:45+08:00"
    assert course["outlets"]["5901010058"] == [[-1, 0, 0], [54, 200, 50], [69, 171, 60]]
    assert course["outlets"]["5901010076"] == [[-1, 0, 0], [54, 3, 0], [69, 0, 0]]
    assert check(state, "snapshot", "verify", "--against-ledger") == 0
