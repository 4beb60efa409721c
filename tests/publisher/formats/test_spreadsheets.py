"""LibreOffice opens both CSV files: nothing runs in ours, numbers are numbers, codes can be kept.

The frozen file of 2020 shows that a formula would be seen here: its names do run.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from core.spreadsheets import guarded
from publisher.formats import full_csv, official_csv
from tests.publisher.builders import a_record, a_release, bodies_of
from tests.publisher.formats.hostile_texts import RARE, WOULD_RUN

pytestmark = pytest.mark.slow

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CODES = ("0145080011", "590101A011", "5901010058")
# What Calc writes otherwise: line breaks, controls, and blanks at either end.
_RESPELT = {"\r", "\0", "\t", "\x01", "\x0b", "\x7f", "\ufffe", "\n"}
TEXTS = {f"59{number:08d}": text for number, text in enumerate((*WOULD_RUN, *RARE))}
# Comma, quote, UTF-8, from line 1; then: the first column is text.
AS_TEXT = "CSV:44,34,76,1,1/2"
# The same, in Taiwan's locale, dates looked for, and formulas worked out.
EAGER = "CSV:44,34,76,1,,1028,false,true,false,true,false,0,true"


class Cell(NamedTuple):
    kind: str
    value: str
    formula: str
    text: str


Opened = Callable[[str], dict[str, list[list[Cell]]]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return what opens both files with an import filter, and tells their rows of cells."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no soffice on this computer: apt-get install libreoffice-calc")
    folder = tmp_path_factory.mktemp("calc")
    records = [a_record(code) for code in CODES]
    records += [a_record(code, name=text, note=text) for code, text in TEXTS.items()]
    release = a_release(*sorted(records, key=lambda record: record.code))
    for form in (full_csv, official_csv):
        for path, body in bodies_of(form, release).items():
            (folder / path).write_bytes(body)

    @cache
    def open_by(how: str) -> dict[str, list[list[Cell]]]:
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [soffice, profile, "--headless", *([f"--infilter={how}"] if how else [])]
        command += ["--convert-to", "fods", "--outdir", str(folder)]
        names = ("maskdata-all", "maskdata")
        files = [str(folder / f"{name}.csv") for name in names]
        subprocess.run([*command, *files], check=True, capture_output=True, timeout=240)
        return {name: list(_rows(folder / f"{name}.fods")) for name in names}

    return open_by


def _rows(path: Path) -> Iterator[list[Cell]]:
    for row in ElementTree.parse(path).iter(f"{_TABLE}table-row"):
        cells = []
        for cell in row:
            text = "\n".join("".join(line.itertext()) for line in cell)
            given = (cell.get(f"{_OFFICE}value-type"), cell.get(f"{_OFFICE}value"))
            one = Cell(given[0] or "", given[1] or "", cell.get(f"{_TABLE}formula") or "", text)
            cells += [one] * int(cell.get(f"{_TABLE}number-columns-repeated") or 1)
        yield cells


@pytest.mark.parametrize("how", ["", AS_TEXT, EAGER], ids=["as it comes", "code as text", "eager"])
def test_nothing_runs_in_the_full_file_and_its_numbers_are_numbers(opened, how: str) -> None:
    files = opened(how)
    heading, *rows = files["maskdata-all"]
    names = [cell.text.lstrip("\ufeff") for cell in heading]
    assert len(rows) == len(TEXTS) + len(CODES)
    assert [cell for row in rows for cell in row if cell.formula] == []
    for column, number in (("adult_mask", 120.0), ("child_mask", 0.0), ("lon", 121.551182)):
        place = names.index(column)
        assert {(row[place].kind, float(row[place].value)) for row in rows} == {("float", number)}
    assert any(cell.formula for row in files["maskdata"] for cell in row), "no formula is seen here"
    numbers = {(row[4].value, row[5].value) for row in files["maskdata"][1:]}
    assert numbers == {("120", "0")}
    assert len(files["maskdata"]) == len(files["maskdata-all"])


def test_codes_and_names_are_kept_where_their_column_is_read_as_text(opened) -> None:
    _, *rows = opened(AS_TEXT)["maskdata-all"]
    assert {row[0].text for row in rows} == {*CODES, *TEXTS}
    for row in rows:
        text = TEXTS.get(row[0].text, "安郁藥局")
        if not {*text} & _RESPELT and text == text.strip():
            assert row[1].text == guarded(text)


def test_left_to_itself_calc_makes_numbers_of_codes(opened) -> None:
    """What docs/app-builder.md warns of."""
    _, *rows = opened("")["maskdata-all"]
    kinds = {row[0].text: row[0].kind for row in rows}
    assert kinds["145080011"] == "float"
    assert kinds["590101A011"] == "string"
