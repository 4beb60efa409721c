import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main
from publisher.register import checking

pytestmark = pytest.mark.slow

HEADING = "醫事機構代碼,醫事機構名稱,醫事機構地址,成人口罩剩餘數,兒童口罩剩餘數"
ROW = "5901010001,健安藥局,臺北市松山區民生路1號,3,4"


@pytest.fixture
def maskmap(state: Path):
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["outlets", *map(str, arguments), "--state", str(state)])

    return run


@pytest.fixture
def a_csv(tmp_path: Path):
    def write(name: str, *lines: str) -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def test_an_import_reports_added_then_unchanged_then_changed(maskmap, a_csv):
    first = maskmap("import", "--json", a_csv("a.csv", HEADING, ROW))
    assert first.exit_code == 0
    assert json.loads(first.stdout)["added"] == ["5901010001"]
    assert "added 1, changed 0, unchanged 0, refused 0" in first.stderr
    again = json.loads(maskmap("import", "--json", a_csv("a.csv", HEADING, ROW)).stdout)
    assert (again["added"], again["changed"], again["unchanged"]) == ([], [], 1)
    renamed = a_csv("b.csv", HEADING, ROW.replace("健安", "健安大"))
    assert json.loads(maskmap("import", "--json", renamed).stdout)["changed"] == ["5901010001"]


def test_one_damaged_file_refuses_the_whole_call_and_writes_nothing(maskmap, a_csv, state):
    whole = a_csv("whole.csv", HEADING, ROW)
    torn = a_csv("torn.csv", HEADING, ROW.replace("3,4", "3,-4"))
    result = maskmap("import", whole, torn)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert str(torn) in result.stderr
    assert "line 2: the child count -4 is negative" in result.stderr
    assert "nothing was written" in result.stderr
    assert list(state.iterdir()) == []


def test_an_outlet_that_no_list_names_is_reported_as_refused(maskmap, a_csv):
    path = a_csv("kai.csv", "code,lng,lat", "5901010001,121.55,25.05")
    result = maskmap("import", "--json", path)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["refused"] == {"5901010001": "no list gives it a name"}


def test_check_reports_what_later_imports_contest(maskmap, a_csv):
    maskmap("import", a_csv("a.csv", HEADING, ROW))
    assert "town_centre_only" in maskmap("check").stdout
    maskmap("import", a_csv("kai.csv", "code,lng,lat", "5901010001,121.557,25.058"))
    assert maskmap("check").stdout == ""
    maskmap("import", a_csv("exk.csv", "code,lng,lat", "5901010001,121.567,25.058"))
    result = maskmap("check", "--json")
    assert result.exit_code == 0
    (doubt,) = json.loads(result.stdout)["doubts"]
    assert (doubt["code"], doubt["kind"]) == ("5901010001", "sources_differ")
    maskmap("import", a_csv("correction.csv", "code,lng,lat", "5901010001,121.560,25.058"))
    assert maskmap("check").stdout == ""


def test_a_call_without_files_is_a_usage_error(maskmap):
    assert maskmap("import").exit_code == 2


def test_every_real_list_is_imported_and_every_torn_one_refused(maskmap, shared_data, tmp_path):
    data = shared_data / "data"
    lists = [*sorted((data / "raw").glob("*.gz")), data / "nhi_pharmacies_1090205.csv.gz"]
    report = json.loads(maskmap("import", "--json", *lists).stdout)
    assert len(report["files"]) == 14
    assert len(report["added"]) > 6_600
    for torn in sorted((data / "raw_torn").glob("*.gz")):
        plain = tmp_path / torn.stem
        plain.write_bytes(gzip.decompress(torn.read_bytes()))
        for path in (torn, plain):
            result = maskmap("import", path)
            assert (result.exit_code, result.stdout) == (1, "")
            assert "broken UTF-8 at byte" in result.stderr


def test_doubts_are_grouped_and_counted_and_come_as_json_or_csv(maskmap, a_csv):
    rows = [
        "5901010001,=健安藥局,臺北市松山區民生路1號、3號,3,4",
        "5901010002,福民藥局,臺北市松山區民生路9號,3,4",
    ]
    maskmap("import", a_csv("a.csv", HEADING, *rows))
    text = maskmap("check").stdout.splitlines()
    assert [line.split(":")[0] for line in text if not line.startswith("  ")] == [
        "several_doors (1)",
        "town_centre_only (2)",
    ]
    document = json.loads(maskmap("check", "--json").stdout)
    assert document["counts"] == {"several_doors": 1, "town_centre_only": 2}
    table = maskmap("check", "--csv").stdout
    assert table.startswith("\ufeffcode,name,county,town,address,kind,detail\n")
    first, *_ = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (first["code"], first["name"], first["kind"]) == (
        "5901010001",
        "'=健安藥局",
        "several_doors",
    )
    assert maskmap("check", "--csv", "--json").exit_code == 2


def test_stock_that_cannot_be_true_is_a_doubt_unless_the_outlet_is_for_tests(maskmap, a_csv, state):
    heading = f"{HEADING},來源資料時間"
    row = "5901010001,健安藥局,臺北市松山區民生路1號,{},50,2020/02/06 {}"
    first = a_csv("a.csv", heading, row.format(200, "09:00:00"))
    later = a_csv("b.csv", heading, row.format(20_052, "09:10:00"))
    for path, expected in ((first, []), (later, ["stock_implausible"])):
        replayed = CliRunner().invoke(main, ["replay", str(path), "--state", str(state)])
        assert replayed.exit_code == 0, replayed.output
        counts = json.loads(maskmap("check", "--json").stdout)["counts"]
        assert [kind for kind in counts if kind == "stock_implausible"] == expected
    assert "2020-02-06: 20052 adult_mask; at most 1000 can well be there" in maskmap("check").stdout
    maskmap("mark", "5901010001", "--test")
    assert "stock_implausible" not in maskmap("check").stdout


def test_check_says_by_name_that_the_boundaries_are_missing(maskmap, monkeypatch):
    monkeypatch.setattr(checking, "town_boundaries", lambda: None)
    result = maskmap("check")
    assert result.exit_code == 0
    assert "scripts/make-assets" in result.stderr
    assert "far_from_town instead of outside_town" in result.stderr
