import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main

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
