import csv
import gzip

import pytest
from geopy.distance import great_circle

from core.domain.geography import towns_by_code
from publisher.register.consensus import (
    add_evidence,
    choose,
    distance_m,
    no_evidence,
    places,
    without_copies,
)
from publisher.register.evidence import evidence_path, load_evidence, save_evidence
from publisher.register.reading import read_register
from publisher.register.records import Point

HERE = (121.5170, 25.0478)


def a_point(source: str, *, east_m: float = 0, north_m: float = 0) -> Point:
    lon, lat = HERE
    return Point(source, round(lon + east_m / 100_800, 6), round(lat + north_m / 111_195, 6))


def test_one_collector_is_believed_to_the_door():
    place = choose([a_point("kai")])
    assert (place.source, place.precision, place.doubtful) == ("kai", "rooftop", False)


def test_two_that_agree_within_200_metres_outvote_the_third():
    points = [a_point("hank", east_m=900), a_point("kai"), a_point("exk", north_m=150)]
    place = choose(points)
    assert (place.lon, place.lat) == HERE
    assert (place.source, place.precision) == ("kai+exk", "rooftop")
    assert place.doubtful
    assert place.spread_m == pytest.approx(912, abs=15)


def test_the_closest_pair_wins():
    points = [a_point("a"), a_point("b", east_m=190), a_point("c", east_m=200)]
    assert choose(points).lon == points[1].lon


def test_when_no_two_agree_the_place_inside_the_town_is_taken_and_marked_doubtful():
    town = towns_by_code()["63000050"]
    points = [a_point("far", east_m=30_000), a_point("near"), a_point("nearer", east_m=500)]
    place = choose(points, town)
    assert (place.source, place.precision, place.doubtful) == ("near", "road", True)


def test_a_point_outside_taiwan_is_no_witness():
    points = [Point("a", 0.0, 0.0), Point("b", 0.0, 0.0), a_point("c")]
    assert choose(points).source == "c"


def test_a_guess_along_the_road_counts_only_while_nobody_knows_the_door():
    guess = a_point("same_road", east_m=900)._replace(precision="road")
    another = a_point("tgos_road", east_m=910)._replace(precision="road")
    alone = choose([guess])
    assert (alone.source, alone.precision) == ("same_road", "road")
    assert choose([guess, another]).precision == "road"
    known = choose([guess, another, a_point("kai")])
    assert (known.source, known.precision, known.doubtful) == ("kai", "rooftop", False)


def test_a_correction_by_hand_outranks_every_collector():
    points = [a_point("a"), a_point("b"), a_point("correction", east_m=700)]
    assert choose(points).source == "correction"


def test_the_metric_is_geopys_great_circle():
    here, there = a_point("a"), a_point("b", east_m=333, north_m=-77)
    expected_m = great_circle((here.lat, here.lon), (there.lat, there.lon)).m
    assert distance_m(here, there) == expected_m


def test_two_files_of_one_collector_do_not_confirm_each_other():
    codes = [f"59010100{n:02}" for n in range(20)]
    same = [
        (code, a_point(source, east_m=n))
        for source in ("old", "new")
        for n, code in enumerate(codes)
    ]
    only_new = [("5901019999", a_point("new"))]
    other = [(codes[0], a_point("other", east_m=900))]
    evidence = add_evidence(no_evidence(), [*same, *only_new, *other])
    kept = without_copies(evidence)
    assert set(kept["source"]) == {"old", "new", "other"}
    assert len(kept) == 22
    assert places(evidence, {codes[0]: None})[codes[0]].precision == "road"


def test_a_newer_word_of_a_collector_replaces_its_older_one():
    evidence = add_evidence(no_evidence(), [("5901010001", a_point("kai"))])
    evidence = add_evidence(evidence, [("5901010001", a_point("kai", east_m=500))])
    assert len(evidence) == 1
    assert evidence.loc[0, "lon"] == a_point("kai", east_m=500).lon


def test_evidence_survives_the_disk(state):
    assert load_evidence(state).empty
    evidence = add_evidence(
        no_evidence(), [("0145080011", a_point("kai")), ("593106A011", a_point("x,y"))]
    )
    save_evidence(state, evidence)
    assert load_evidence(state).equals(evidence)
    assert [path.name for path in evidence_path(state).parent.iterdir()] == ["coordinates.csv"]


def test_three_real_collectors_differ_by_more_than_200_metres_at_150_outlets(shared_data):
    path = shared_data / "data/outlet_coords_three_sources.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        stated = {
            row["code"]
            for row in csv.DictReader(file)
            if row["max_disagreement_m"] and float(row["max_disagreement_m"]) > 200
        }
    rows = read_register(path).rows
    found = {row.code for row in rows if row.points and choose(row.points).doubtful}
    assert len(found) == 150
    assert found == stated


def test_evidence_of_before_there_was_geocoding_means_the_door(tmp_path):
    path = evidence_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text("code,source,lon,lat\n5901010001,kai,121.5,25.0\n", encoding="utf-8")
    assert load_evidence(tmp_path)["precision"].tolist() == ["rooftop"]
