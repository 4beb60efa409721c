import csv
import gzip

import numpy as np
import pytest
from geopy.distance import great_circle

from core.domain.geography import towns_by_code
from publisher.register.consensus import (
    CORRECTION,
    add_evidence,
    choose,
    distance_m,
    no_evidence,
    places,
    wide_gaps,
    without_copies,
)
from publisher.register.evidence import evidence_path, load_evidence, save_evidence
from publisher.register.gaps import gaps_within
from publisher.register.reading import read_register
from publisher.register.records import Point

HERE = (121.5170, 25.0478)


def a_point(source: str, *, east_m: float = 0, north_m: float = 0) -> Point:
    lon, lat = HERE
    return Point(source, round(lon + east_m / 100_800, 6), round(lat + north_m / 111_195, 6))


def test_without_evidence_no_place_is_known():
    assert places(no_evidence(), {"5901010001": None}) == {}
    assert wide_gaps(no_evidence()) == {}


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
    told = [(row.code, point) for row in rows for point in row.points]
    chosen = places(add_evidence(no_evidence(), told), dict.fromkeys(row.code for row in rows))
    assert {code for code, place in chosen.items() if place.doubtful} == stated
    assert len(stated) == 150


def test_three_who_agree_outvote_two_who_agree_more_closely():
    pair = [a_point("a", east_m=900), a_point("b", east_m=901)]
    three = [a_point("c"), a_point("d", north_m=100), a_point("e", east_m=-80)]
    for points in ([*pair, *three], [*three, *pair]):
        place = choose(points)
        assert (place.source, place.precision) == ("c+d+e", "rooftop")
        assert place.spread_m == pytest.approx(981, abs=15)


def test_the_middle_of_a_row_of_collectors_is_taken():
    row = [a_point(name, east_m=n * 150) for n, name in enumerate("abcde")]
    place = choose(row)
    assert (place.lon, place.source) == (row[1].lon, "a+b+c")


def test_many_outlets_are_judged_as_each_of_them_alone(rng):
    told = {
        f"59010100{n:02}": [
            a_point(source, east_m=rng.choice([0, 90, 250, 400]), north_m=rng.choice([0, 150, 3e6]))
            for source in rng.sample(["a", "b", "c", "d", "e", CORRECTION], rng.randint(1, 5))
        ]
        for n in range(12)
    }
    rows = [(code, point) for code, points in told.items() for point in points]
    rng.shuffle(rows)
    evidence = add_evidence(no_evidence(), rows)
    together = places(evidence, dict.fromkeys(told))
    assert together == {code: choose([point for of, point in rows if of == code]) for code in told}


def test_distances_of_many_are_geopys_great_circles(rng):
    points = np.array([(rng.uniform(118, 122), rng.uniform(21.8, 26.5)) for _ in range(40)])
    group = np.repeat(np.arange(8), 5)
    gaps = gaps_within(group, points[:, 0], points[:, 1])
    assert len(gaps.metres) == 8 * 10
    for first, second, metres in zip(*gaps, strict=True):
        assert group[first] == group[second]
        expected_m = great_circle(points[first][::-1], points[second][::-1]).m
        assert metres == pytest.approx(expected_m, rel=1e-9)


def test_the_widest_gap_of_each_contested_outlet_is_told():
    contested, agreed, settled = "5901010001", "5901010002", "5901010003"
    rows = [
        (contested, a_point("a")),
        (contested, a_point("b", east_m=150)),
        (contested, a_point("c", east_m=400)),
        (agreed, a_point("a")),
        (agreed, a_point("b", east_m=190)),
        (settled, a_point("a")),
        (settled, a_point(CORRECTION, east_m=900)),
    ]
    told = wide_gaps(add_evidence(no_evidence(), rows))
    assert list(told) == [contested]
    gap_m, one, other = told[contested]
    assert (one, other) == ("a", "c")
    assert gap_m == pytest.approx(400, abs=5)


def test_evidence_of_before_there_was_geocoding_means_the_door(tmp_path):
    path = evidence_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text("code,source,lon,lat\n5901010001,kai,121.5,25.0\n", encoding="utf-8")
    assert load_evidence(tmp_path)["precision"].tolist() == ["rooftop"]
