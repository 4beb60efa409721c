"""How well the offline geocoders do on the real outlets of 6 March 2020: a tenth is hidden."""

from __future__ import annotations

import csv
import gzip
import random
from pathlib import Path
from statistics import quantiles

import pytest
from msgspec.structs import replace

from core.domain.geography import great_circle_m
from core.domain.outlets import Outlet
from publisher.geocode.asking import asked_of, well_placed
from publisher.geocode.offline import AlongRoads, SameAddress
from publisher.register.building import outlet_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def outlets(shared_data: Path) -> list[Outlet]:
    with gzip.open(
        shared_data / "data/outlets_20200306.csv.gz", "rt", encoding="utf-8-sig"
    ) as file:
        return [
            replace(
                outlet_of(row["id"], row["name"], row["addr"]),
                lon=float(row["lng"]),
                lat=float(row["lat"]),
                coordinate_source="list",
                coordinate_precision="rooftop",
            )
            for row in csv.DictReader(file)
        ]


async def test_hidden_outlets_are_found_near_where_they_are(
    outlets: list[Outlet], rng: random.Random
):
    hidden = {outlet.code for outlet in rng.sample(outlets, len(outlets) // 10)}
    known = list(well_placed(outlet for outlet in outlets if outlet.code not in hidden))
    same, along = SameAddress(known), AlongRoads(known)
    away_m: dict[str, list[float]] = {"rooftop": [], "road": [], "town": []}
    for outlet in (outlet for outlet in outlets if outlet.code in hidden):
        query = asked_of(outlet).query
        found = await same.geocode(query) or await along.geocode(query)
        assert found is not None, outlet.address
        error_m = great_circle_m(outlet.lat, outlet.lon, found.latitude, found.longitude)
        away_m[found.raw["precision"]].append(error_m)
    for precision, errors in away_m.items():
        share = len(errors) / len(hidden)
        tenths = [round(m) for m in quantiles(errors, n=10)] if len(errors) > 1 else errors
        print(f"{precision}: {share:.1%}, tenths of the errors in metres: {tenths}")
    on_road = away_m["rooftop"] + away_m["road"]
    assert len(on_road) / len(hidden) > 0.50
    assert quantiles(on_road, n=10)[4] < 150
    assert quantiles(on_road, n=10)[8] < 500
    # The town's centre is what every such outlet would be shown at otherwise.
    assert quantiles(away_m["town"], n=10)[4] > 3 * quantiles(on_road, n=10)[4]
