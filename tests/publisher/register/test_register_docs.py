from pathlib import Path

from publisher.register.checking import STOCK
from publisher.register.consensus import CORRECTION
from publisher.register.doubts import CHECKS
from publisher.register.layouts import LAYOUTS
from publisher.register.reading import read_register

PAGE = Path(__file__).resolve().parents[3] / "docs" / "registers.md"


def test_the_page_names_every_check_and_every_heading():
    page = PAGE.read_text("utf-8")
    names = [*CHECKS, STOCK, *(heading for layout in LAYOUTS for heading in layout.fields)]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_correction_file_settles_a_doubt_as_the_page_says(tmp_path):
    path = tmp_path / "correction.csv"
    path.write_text("code,lng,lat\n5901010001,121.557,25.058\n", encoding="utf-8")
    (row,) = read_register(path).rows
    assert [point.source for point in row.points] == [CORRECTION]
