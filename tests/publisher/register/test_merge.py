from pathlib import Path

import pytest
from msgspec.structs import replace

from core.domain.outlets import Outlet
from publisher.register.building import outlet_of
from publisher.register.consensus import no_evidence
from publisher.register.merge import Merge, merge_registers
from publisher.register.reading import read_register
from publisher.register.records import Point, RegisterFile, RegisterRow

pytestmark = pytest.mark.slow

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
