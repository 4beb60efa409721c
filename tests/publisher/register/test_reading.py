import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest

from core.domain.calendar import TAIPEI
from core.errors import Invalid
from publisher.register.reading import read_mask_file, read_register
from publisher.register.records import MaskRow, Point

pytestmark = pytest.mark.slow

HEADING = (
    "醫事機構代碼,醫事機構名稱,醫事機構地址,醫事機構電話,成人口罩剩餘數,兒童口罩剩餘數,來源資料時間"
)
FIRST = "5901010001,健安藥局,台北市松山區民生路１號,(02)25550001,128,43,2020/02/06 12:50:04"
SECOND = "593106A002,福民藥局,新北市新莊區中正路２號,(02)25550002,0,50,2020/02/06 12:50:04"
BASE_HEADING = "縣市別,鄉鎮別,醫事機構代碼,醫事機構名稱,機構地址,電話區域號碼,電話號碼"


@pytest.fixture
def a_file(tmp_path: Path):
    def write(content: str | bytes, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def a_mask_csv(*rows: str, heading: str = HEADING, end: str = "\n", bom: str = "\ufeff") -> str:
    return bom + "".join(row + end for row in (heading, *(rows or (FIRST, SECOND))))


def refusal(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        read_register(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


# What is read


def test_every_real_file_is_read(shared_data):
    paths = sorted((shared_data / "data/raw").glob("*.csv.gz"))
    assert len(paths) == 13
    for path in paths:
        register = read_register(path)
        assert register.layout == "mask"
        lines = gzip.decompress(path.read_bytes()).rstrip().count(b"\n")
        assert len(register.rows) == len(read_mask_file(path).rows) == lines


def test_a_real_file_comes_out_byte_for_byte(shared_data):
    for path in sorted((shared_data / "data/raw").glob("*.csv.gz")):
        data = gzip.decompress(path.read_bytes()).decode("utf-8")
        mask = read_mask_file(path)
        seconds = "" if path.name.startswith("20200205") else ":%S"
        time = mask.source_time.strftime(f"%Y/%m/%d %H:%M{seconds}")
        written = [
            f"{row.code},{row.name},{row.address},{row.phone},{row.adult},{row.child},{time}"
            for row in mask.rows
        ]
        assert written == data.replace("\r\n", "\n").rstrip("\n").split("\n")[1:], path.name


def test_the_base_list_and_the_coordinate_files_are_read(shared_data):
    base = read_register(shared_data / "data/nhi_pharmacies_1090205.csv.gz")
    assert (base.layout, len(base.rows)) == ("base", 6252)
    assert base.rows[0].phone == "(02)25774551"
    outlets = read_register(shared_data / "data/outlets_20200306.csv.gz")
    assert (outlets.layout, len(outlets.rows)) == ("coordinates", 6620)
    assert outlets.rows[0].service_periods == "NNNNNNYNNNNNNYNNNNNNY"
    assert [point.source for point in outlets.rows[0].points] == ["outlets_20200306"]
    three = read_register(shared_data / "data/outlet_coords_three_sources.csv.gz")
    assert (three.layout, len(three.rows)) == ("coordinates", 6698)
    assert {point.source for row in three.rows for point in row.points} == {"hank", "kai", "exk"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("20200213_132732_f40806c6.csv.gz", ["line 569:", "130,374 NUL", "65534", "line 1135:"]),
        (
            "20200303_165913_78109d5f.csv.gz",
            ["line 5709:", "649323", "2020/03/03 16:58:39", "2020/03/03 16:59:10"],
        ),
    ],
)
def test_each_torn_file_is_refused_whole_with_line_and_reason(shared_data, name, words):
    message = refusal(shared_data / "data/raw_torn" / name)
    assert all(word in message for word in words), message


@pytest.mark.parametrize("bom", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("tail", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("adult", ["成人口罩剩餘數", "成人口罩總剩餘數"])
def test_marks_line_ends_blank_tails_and_both_adult_headings_are_fine(
    a_file, bom, end, tail, adult
):
    heading = HEADING.replace("成人口罩剩餘數", adult)
    mask = read_mask_file(a_file(a_mask_csv(heading=heading, end=end, bom=bom) + tail))
    assert mask.source_time == datetime(2020, 2, 6, 12, 50, 4, tzinfo=TAIPEI)
    assert mask.rows[0] == MaskRow(
        "5901010001", "健安藥局", "台北市松山區民生路１號", "(02)25550001", 128, 43
    )


def test_gzip_is_told_by_content_not_by_name(a_file):
    assert len(read_mask_file(a_file(gzip.compress(a_mask_csv().encode()), "list.csv")).rows) == 2
    assert len(read_mask_file(a_file(a_mask_csv(), "list.csv.gz")).rows) == 2


def test_columns_are_read_by_name_in_any_order_and_some_may_be_missing(a_file):
    text = "成人口罩剩餘數,兒童口罩剩餘數,醫事機構名稱,醫事機構代碼\n1,2,健安藥局,5901010001\n"
    row = read_register(a_file(text)).rows[0]
    assert (row.code, row.name, row.address, row.phone) == ("5901010001", "健安藥局", "", "")
    with pytest.raises(Invalid, match="來源資料時間"):
        read_mask_file(a_file(text))


def test_a_source_time_without_seconds_is_read(a_file):
    mask = read_mask_file(a_file(a_mask_csv(FIRST[:-3])))
    assert mask.source_time == datetime(2020, 2, 6, 12, 50, tzinfo=TAIPEI)


def test_texts_are_never_altered(a_file):
    row = '5901010001,"福,民 藥局 ","巿中山路　２８、３０號 ",(06-)2307757,1,2,2020/02/06 12:50:04'
    read = read_mask_file(a_file(a_mask_csv(row))).rows[0]
    assert read[1:4] == ("福,民 藥局 ", "巿中山路　２８、３０號 ", "(06-)2307757")


def test_the_base_list_gives_town_and_a_phone_spelt_as_the_mask_csv_spells_it(a_file):
    row = read_register(
        a_file(f"{BASE_HEADING}\n臺北市,松山區,5901010001,健安藥局,台北市…１號,02,25550001\n")
    ).rows[0]
    assert (row.county, row.town, row.phone) == ("臺北市", "松山區", "(02)25550001")


def test_points_json_is_read(a_file):
    row = read_register(a_file(json.dumps(a_collection(a_feature())), "points.json")).rows[0]
    assert row.points == (Point("points", 121.5, 25.0),)
    assert (row.code, row.service_periods, row.note) == ("5901010001", "N" * 20 + "Y", "九點開賣")


def an_own_feature(precision: str) -> dict[str, object]:
    own = {"id": None, "code": "5901010001", "adult_mask": 3, "coordinate_precision": precision}
    return a_feature(**own) | {"id": "5901010001"}


@pytest.mark.parametrize(
    ("precision", "points"), [("rooftop", (Point("outlets", 121.5, 25.0),)), ("town", ())]
)
def test_our_own_geojson_is_read_and_a_town_centre_is_no_witness(a_file, precision, points):
    text = json.dumps(a_collection(an_own_feature(precision)))
    row = read_register(a_file(text, "outlets.geojson")).rows[0]
    assert (row.code, row.points) == ("5901010001", points)


@pytest.mark.parametrize(
    ("precision", "points"), [("rooftop", (Point("all", 121.5, 25.0),)), ("town", ())]
)
def test_our_own_full_csv_is_read_and_a_town_centre_is_no_witness(a_file, precision, points):
    heading = "code,name,lon,lat,coordinate_precision"
    text = f"{heading}\n5901010001,健安藥局,121.5,25.0,{precision}\n"
    row = read_register(a_file(text, "all.csv")).rows[0]
    assert (row.code, row.points) == ("5901010001", points)


def a_collection(*features: object) -> object:
    return {"type": "FeatureCollection", "features": list(features)}


def a_feature(**changed: object) -> dict[str, object]:
    properties = {
        "id": "5901010001",
        "name": "健安藥局",
        "phone": "02-25550001",
        "address": "臺北市松山區民生路1號",
        "mask_adult": 3,
        "mask_child": 0,
        "note": "九點開賣",
        "service_periods": "N" * 20 + "Y",
    }
    geometry = {"type": "Point", "coordinates": [121.5, 25.0]}
    return {"type": "Feature", "properties": properties | changed, "geometry": geometry}


# What is refused


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (FIRST.replace("5901010001", "145080011"), "9 digits: it lost its zeros"),
        (FIRST.replace("5901010001", "1.45E+08"), "became a number"),
        (FIRST.replace("5901010001", "145080011.0"), "became a number"),
        (FIRST.replace("5901010001", "5901010001.0"), "became a number"),
        (FIRST.replace("5901010001", "59010100012"), "not ten characters"),
        (FIRST.replace("5901010001", "590101a001"), "not ten characters"),
        (FIRST.replace("5901010001", "５９０１０１０００１"), "not ten characters"),
        (FIRST.replace("5901010001", ""), "the code is empty"),
        (FIRST.replace("健安藥局", " "), "the name is empty"),
        (FIRST.replace("健安藥局", "健\x1b[31m安"), "the control character '\\x1b'"),
        (FIRST.replace("128", "9" * 5000), "the adult count has 5000 digits"),
        (FIRST.replace("128", "-1"), "the adult count -1 is negative"),
        (FIRST.replace("128", "128.0"), "'128.0' is not a whole number"),
        (FIRST.replace("128", "１２８"), "not a whole number"),
        (FIRST.replace("128", "1e2"), "not a whole number"),
        (FIRST.replace(",43,", ",,"), "the child count is empty"),
        (FIRST.replace("2020/02/06", "2020/02/30"), "not in the calendar"),
        (FIRST.replace("2020/02/06", "2020-02-06"), "not of the form"),
        (FIRST.rpartition(",")[0], "cut short: 6 of 7 fields"),
        (FIRST + ",1", "too many fields: 8 instead of 7"),
        (FIRST.replace("50:04", "50:05"), "two source times"),
        (SECOND, "stands on line 2 already"),
        ("", "an empty line between rows"),
    ],
)
def test_one_bad_row_refuses_the_file_and_is_named(a_file, row, reason):
    last = SECOND.replace("A002", "A003")
    message = refusal(a_file(a_mask_csv(SECOND, row, last)))
    assert "line 3:" in message or "line 4:" in message
    assert reason in message


@pytest.mark.parametrize("end", range(len(a_mask_csv(bom="")) - len(SECOND), len(a_mask_csv()) - 4))
def test_a_file_that_ends_in_the_middle_of_a_row_is_refused(a_file, end):
    refusal(a_file(a_mask_csv(FIRST, SECOND, bom="")[:end]))


def test_a_broken_character_is_named_by_byte_and_line(a_file):
    data = bytearray(a_mask_csv().encode())
    at = data.index("福".encode()) + 2
    del data[at]
    message = refusal(a_file(bytes(data)))
    assert "line 3: broken UTF-8 at byte" in message
    assert f"byte {at - 2} " in message


def test_nul_characters_are_refused(a_file):
    message = refusal(a_file(a_mask_csv().replace("福民", "福\x00\x00")))
    assert "line 3: 2 NUL characters" in message


def test_another_encoding_is_refused_and_utf_8_advised(a_file):
    assert "CSV UTF-8" in refusal(a_file(a_mask_csv(bom="").encode("big5")))
    assert "CSV UTF-8" in refusal(a_file(a_mask_csv(bom="").encode("utf-16")))


def test_ten_faults_are_named_and_the_others_counted(a_file):
    rows = [FIRST.replace("0001", f"{n:04}").replace("128", "-1") for n in range(25)]
    message = refusal(a_file(a_mask_csv(*rows)))
    assert message.count("is negative") == 10
    assert "15 more faults" in message


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n"])
def test_an_empty_file_is_refused(a_file, content):
    assert "empty" in refusal(a_file(content))


def test_a_heading_without_rows_is_refused(a_file):
    assert "no row" in refusal(a_file(HEADING + "\n"))


def test_a_missing_file_is_refused(tmp_path):
    assert "cannot be read" in refusal(tmp_path / "nowhere.csv")


def test_a_gzip_file_that_ends_early_is_refused(a_file):
    assert "ends early" in refusal(a_file(gzip.compress(a_mask_csv().encode())[:-20]))


def test_unknown_headings_are_refused_and_the_missing_one_is_named(a_file):
    assert "unknown headings 'a,b'" in refusal(a_file("a,b\n1,2\n"))
    renamed = a_mask_csv(heading=HEADING.replace("成人口罩剩餘數", "成人口罩"))
    message = refusal(a_file(renamed))
    assert "line 1:" in message
    assert "成人口罩剩餘數" in message


def test_two_columns_of_one_meaning_are_refused(a_file):
    heading = HEADING.replace("醫事機構電話", "成人口罩總剩餘數")
    assert "mean the same" in refusal(a_file(a_mask_csv(heading=heading)))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("25.0,121.5,,", "exchanged"),
        ("121.5,,,", "not two numbers"),
        ("121.5,north,,", "not two numbers"),
        ("nan,25.0,,", "not on the earth"),
        ("121.5,25.0,OOX,", "3 characters instead of 21"),
        ("121.5,25.0,NNN,", "letters other than O and X"),
    ],
)
def test_bad_coordinates_and_opening_hours_are_refused(a_file, cells, reason):
    text = f"lng,lat,business_week,memo,id\n121.5,25.0,,,5901010002\n{cells},5901010001\n"
    message = refusal(a_file(text))
    assert "line 3:" in message
    assert reason in message


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (a_feature(id=5901010001), "not text in quotes"),
        (a_feature(id="145080011"), "lost its zeros"),
        (a_feature(mask_adult=-3), "negative"),
        (a_feature(mask_adult=3.5), "not a whole number"),
        (a_feature() | {"geometry": {"type": "Point", "coordinates": ["1", "2"]}}, "no point"),
        (a_feature() | {"geometry": {"coordinates": [True, False]}}, "no point"),
        (a_feature() | {"geometry": {"coordinates": [10**400, 25]}}, "no point"),
        (a_feature(name="健\ud800安"), "the control character '\\ud800'"),
        (a_feature(address="\x00"), "the control character '\\x00'"),
        ({"type": "Feature"}, "has no properties"),
        (a_feature(id="5901010009"), "feature 1 already"),
    ],
)
def test_a_bad_feature_refuses_the_geojson(a_file, feature, reason):
    text = json.dumps(a_collection(a_feature(id="5901010009"), feature))
    message = refusal(a_file(text))
    assert "feature 2:" in message
    assert reason in message


@pytest.mark.parametrize(
    "text", ['{"features": [', "[" * 100_000, "[]", '{"features": []}', '{"a": 1}']
)
def test_json_that_is_torn_or_no_collection_is_refused(a_file, text):
    refusal(a_file(text))


def test_a_mask_file_is_asked_for_and_another_list_is_refused(a_file):
    path = a_file(f"{BASE_HEADING}\n臺北市,松山區,5901010001,健安藥局,台北市,02,25550001\n")
    with pytest.raises(Invalid, match="the NHI base list, not the official mask CSV"):
        read_mask_file(path)
