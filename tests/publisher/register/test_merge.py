import csv
import gzip
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.domain.geography import great_circle_m, towns_by_code
from core.domain.outlets import Outlet
from publisher.register import building
from publisher.register.boundaries import town_boundaries
from publisher.register.building import outlet_of
from publisher.register.consensus import no_evidence
from publisher.register.doubts import find_doubts
from publisher.register.merge import Merge, merge_registers
from publisher.register.reading import read_register
from publisher.register.records import Point, RegisterFile, RegisterRow

pytestmark = pytest.mark.slow
needs_boundaries = pytest.mark.skipif(
    town_boundaries() is None, reason="no town boundaries: scripts/make-assets fetches them by npm"
)

CODE = "5901010001"


def a_row(code: str = CODE, **texts: object) -> RegisterRow:
    return RegisterRow(line=2, code=code, **texts)


def a_list(layout: str, *rows: RegisterRow, name: str = "") -> RegisterFile:
    return RegisterFile(path=Path(name or f"{layout}.csv"), layout=layout, rows=rows)


def merged(*files: RegisterFile, known: dict[str, Outlet] | None = None) -> Merge:
    return merge_registers(files, known or {}, no_evidence())


def only(merge: Merge) -> Outlet:
    (outlet,) = merge.outlets
    return outlet


def test_a_new_outlet_gets_kind_town_and_the_towns_centre():
    outlet = only(merged(a_list("mask", a_row(name="健安藥局", address="台北市松山區民生路１號"))))
    assert (outlet.kind, outlet.county, outlet.town) == ("pharmacy", "臺北市", "松山區")
    assert (outlet.county_code, outlet.town_code) == ("63000", "63000010")
    assert (outlet.coordinate_source, outlet.coordinate_precision) == ("town_centre", "town")
    assert outlet.address == "台北市松山區民生路１號"
    assert outlet == outlet_of(CODE, "健安藥局", "台北市松山區民生路１號")


def test_the_base_lists_town_outranks_the_address_and_the_code_comes_last():
    named = a_list("base", a_row(name="健安藥局", county="臺北市", town="大安區", address="民生路"))
    assert only(merged(named)).town == "大安區"
    coded = a_list("mask", a_row(name="健安藥局", address="臺北市民生路１號"))
    assert only(merged(coded)).town == "松山區"


def test_official_lists_name_an_outlet_and_community_lists_place_it():
    community = a_list(
        "coordinates",
        a_row(
            name="健安",
            address="臺北市松山區民生路1號",
            note="九點開賣",
            service_periods="N" * 21,
            points=(Point("kai", 121.55, 25.05),),
        ),
    )
    official = a_list("mask", a_row(name="健安藥局", phone="(02)25550001"))
    outlet = only(merged(community, official))
    assert (outlet.name, outlet.phone, outlet.note) == ("健安藥局", "(02)25550001", "九點開賣")
    assert (outlet.lon, outlet.lat, outlet.coordinate_source) == (121.55, 25.05, "kai")
    assert (outlet.coordinate_precision, outlet.service_periods) == ("rooftop", "N" * 21)


def test_what_the_register_knows_stays_where_a_list_is_silent():
    known = replace(
        outlet_of(CODE, "健安藥局", "臺北市松山區民生路1號"),
        note="老闆休假",
        status="paused",
        test=True,
        lon=121.55,
        lat=25.05,
        coordinate_source="kai",
        coordinate_precision="rooftop",
    )
    lists = (
        a_list("mask", a_row(name="健安大藥局")),
        a_list("coordinates", a_row(name="x", note="收集者的話", phone="02")),
    )
    outlet = only(merged(*lists, known={CODE: known}))
    assert outlet == replace(known, name="健安大藥局", phone="02")


def test_an_import_told_twice_changes_nothing():
    lists = (
        a_list("mask", a_row(name="健安藥局", address="臺北市松山區民生路1號")),
        a_list("coordinates", a_row(name="健安", points=(Point("kai", 121.55, 25.05),))),
    )
    first = merged(*lists)
    again = merge_registers(lists, {CODE: only(first)}, first.evidence)
    assert again.outlets == first.outlets


def test_a_second_collector_in_a_later_import_contests_the_first():
    first = merged(
        a_list("coordinates", a_row(name="健安藥局", points=(Point("kai", 121.55, 25.05),)))
    )
    later = a_list("coordinates", a_row(points=(Point("exk", 121.56, 25.05),)))
    outlet = only(merge_registers([later], {CODE: only(first)}, first.evidence))
    assert (outlet.coordinate_source, outlet.coordinate_precision) == ("kai", "road")


def test_a_name_without_lost_characters_is_preferred():
    damaged = a_list("base", a_row(name="全家藥\uf848藥局", address="\uf848林路1號"))
    clean = a_list("coordinates", a_row(name="全家藥粧藥局"))
    outlet = only(merged(damaged, clean))
    assert (outlet.name, outlet.address) == ("全家藥粧藥局", "\uf848林路1號")


def test_an_outlet_that_no_list_names_is_refused_and_the_others_are_not():
    points = (Point("kai", 121.55, 25.05),)
    merge = merged(
        a_list("coordinates", a_row(points=points), a_row("5901010002", name="福民藥局"))
    )
    assert list(merge.refused) == [CODE]
    assert only(merge).code == "5901010002"


def test_an_outlet_whose_only_name_has_lost_characters_is_refused_and_no_other():
    lists = a_list("mask", a_row(name="健\ufffd藥局"), a_row("5901010002", name="福民藥局"))
    merge = merged(lists)
    assert merge.refused == {CODE: "its name has lost characters (U+FFFD): fetch the list again"}
    assert only(merge).code == "5901010002"
    assert not merged(lists, a_list("base", a_row(name="健安藥局"))).refused


def test_a_place_outside_taiwan_is_told_and_not_taken():
    texts = {"name": "健安藥局", "address": "臺北市松山區民生路1號"}
    merge = merged(a_list("coordinates", a_row(**texts, points=(Point("kai", 0.0, 0.0),))))
    assert only(merge) == outlet_of(CODE, *texts.values())
    (told,) = merge.conflicts
    assert (told.kind, told.detail) == (
        "coordinates",
        "kai has 0.0, 0.0, outside Taiwan; not taken",
    )


def test_conflicts_of_name_address_place_and_presence_are_reported():
    left = a_list(
        "base",
        a_row(name="健安藥局", address="台北市松山區民生路１號"),
        a_row("5901010002", name="福民藥局", address="台北市松山區民生路２號"),
        a_row("5901010003", name="大德藥局"),
    )
    right = a_list(
        "coordinates",
        a_row(
            name="健安大藥局",
            address="臺北市松山區民生路1號",
            points=(Point("a", 121.55, 25.05), Point("b", 121.56, 25.05)),
        ),
        a_row("5901010002", name="福民藥局", address="臺北市松山區中正路2號"),
        a_row("2301010004", name="松山衛生所"),
    )
    told = {(conflict.code, conflict.kind) for conflict in merged(left, right).conflicts}
    assert told == {
        (CODE, "name"),
        (CODE, "coordinates"),
        ("5901010002", "address"),
        ("5901010003", "only_in"),
    }


def test_absence_from_a_mask_csv_says_nothing():
    lists = (
        a_list("base", a_row(name="健安藥局")),
        a_list("mask", a_row("5901010002", name="福民藥局")),
    )
    told = {(conflict.code, conflict.kind) for conflict in merged(*lists).conflicts}
    assert told == {("5901010002", "only_in")}


@needs_boundaries
def test_an_outlet_whose_address_names_no_town_gets_that_of_its_point():
    def placed(address: str) -> str:
        points = (Point("kai", 121.5170, 25.0080),)
        row = a_row(name="健安藥局", address=address, points=points)
        return only(merged(a_list("coordinates", row))).town

    assert placed("新北市中正路1號") == "永和區"
    assert placed("中正路1號") == "永和區"
    assert placed("新北市中和區中正路1號") == "中和區"
    # Outside the county of the address the point proves nothing; the code says 松山區.
    assert placed("臺北市中正路1號") == "松山區"


def test_without_boundaries_the_code_gives_the_town(monkeypatch):
    monkeypatch.setattr(building, "town_boundaries", lambda: None)
    row = a_row(name="健安藥局", points=(Point("kai", 121.5170, 25.0080),))
    assert only(merged(a_list("coordinates", row))).town == "松山區"


def test_an_address_written_in_another_way_is_no_conflict():
    left = a_list("base", a_row(name="健安藥局", address="台北市松山區中正里民生路１段２之１號"))
    right = a_list("coordinates", a_row(address="臺北市松山區民生路一段2號之1（1樓）"))
    assert merged(left, right).conflicts == ()


@pytest.fixture(scope="module")
def real_merge(shared_data):
    names = (
        "nhi_pharmacies_1090205.csv.gz",
        "outlets_20200306.csv.gz",
        "outlet_coords_three_sources.csv.gz",
        "raw/20200220_085911_69c0cfd6.csv.gz",
    )
    return merged(*(read_register(shared_data / "data" / name) for name in names))


def test_the_real_lists_merge_into_a_register_where_every_outlet_has_a_town(real_merge):
    assert len(real_merge.outlets) == 6_727
    assert not real_merge.refused
    assert all(outlet.town_code and outlet.name for outlet in real_merge.outlets)
    assert all(outlet.lon is not None for outlet in real_merge.outlets)
    centred = [o for o in real_merge.outlets if o.coordinate_precision == "town"]
    assert len(centred) == 102
    assert not any("\uf848" in outlet.name for outlet in real_merge.outlets)
    assert sum(c.kind == "coordinates" for c in real_merge.conflicts) == 150


def test_every_published_place_says_where_it_comes_from_and_how_exact_it_is(real_merge):
    for outlet in real_merge.outlets:
        assert outlet.coordinate_source
        assert outlet.coordinate_precision in ("rooftop", "road", "town")
        if outlet.coordinate_precision == "rooftop":
            assert set(outlet.coordinate_source.split("+")) <= {"outlets_20200306", "kai", "exk"}


def test_the_doubtful_list_holds_the_outlets_whose_real_sources_differ(real_merge, shared_data):
    path = shared_data / "data/outlet_coords_three_sources.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        apart = {row["code"] for row in csv.DictReader(file) if _widest_m(row) > 200}
    doubts = find_doubts(real_merge.outlets, real_merge.evidence)
    doubtful = {doubt.code for doubt in doubts if doubt.kind == "sources_differ"}
    assert len(apart) == 150
    assert len(apart & doubtful) / len(apart) >= 0.95
    assert apart == doubtful


def _widest_m(row: dict[str, str]) -> float:
    """Measure the collectors' points ourselves, beside the file's own column."""
    names = [name for name in ("hank", "kai", "exk") if row[f"lng_{name}"]]
    points = [(float(row[f"lat_{name}"]), float(row[f"lng_{name}"])) for name in names]
    metres = max((great_circle_m(*a, *b) for a, b in combinations(points, 2)), default=0.0)
    stated = float(row["max_disagreement_m"] or 0)
    assert metres == pytest.approx(stated, abs=1.0, rel=0.001)
    return max(metres, stated)


@needs_boundaries
def test_county_and_town_are_those_of_the_base_list_without_asking_it(shared_data):
    data = shared_data / "data"
    base = {row.code: row for row in read_register(data / "nhi_pharmacies_1090205.csv.gz").rows}
    lists = ("outlets_20200306.csv.gz", "outlet_coords_three_sources.csv.gz")
    outlets = merged(*(read_register(data / name) for name in lists)).outlets
    both = [outlet for outlet in outlets if outlet.code in base]
    assert len(both) == 6_225
    by_rules = {outlet.code: outlet.town_code for outlet in both}
    lons, lats = [outlet.lon for outlet in both], [outlet.lat for outlet in both]
    by_point = dict(zip(by_rules, town_boundaries().towns_at(lons, lats), strict=True))
    for towns, most in ((by_rules, 0), (by_point, 16)):
        differing = [code for code, town in towns.items() if not _fits(town, base[code])]
        print(f"{len(differing)} of {len(both)} differ:")
        for code in differing:
            print(f"  {code} {towns[code]}, base list {base[code].county}{base[code].town}")
        assert len(differing) / len(both) <= 0.005
        assert len(differing) == most


def _fits(town_code: str, row: RegisterRow) -> bool:
    """Compare names letter by letter; the base list writes 台北市, and 太麻里 without its 鄉."""
    town = towns_by_code().get(town_code)
    return town is not None and (town.county_zh.replace("臺", "台"), town.town_zh.rstrip("鄉")) == (
        row.county.replace("臺", "台"),
        row.town.rstrip("鄉"),
    )


def test_doubts_about_the_real_register_are_few_and_of_every_kind(real_merge):
    doubts = find_doubts(real_merge.outlets, real_merge.evidence)
    counts = Counter(doubt.kind for doubt in doubts)
    if town_boundaries():
        assert counts.pop("outside_town") == 2
        assert counts.pop("town_differs") == 16
    assert counts == {
        "sources_differ": 150,
        "crowded": 11,
        "several_doors": 171,
        "town_centre_only": 102,
    }
