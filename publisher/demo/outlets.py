"""About 6 500 synthetic outlets, spread over the towns as the real ones of 2020 were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, radians
from random import Random

from msgspec.structs import replace

from core.domain.geography import Town, towns_by_code
from core.domain.outlets import Outlet, Status
from publisher.demo import texts

# Latitude and longitude, degrees.
Point = tuple[float, float]

# The real nation had 6,699 outlets; every town keeps at least one.
SHARE = 0.97
# Near Taipei main station some outlets stand for sure, for demonstrations.
STATION: Point = (25.0478, 121.5170)
NEAR_STATION = 12
_ZHONGZHENG = "63000050"
_TEST_CODE = "5901189999"
SOURCE = "demo"

_KM_PER_DEGREE = 111.2
_SCATTER_KM = 0.8
_NEAR_KM = 0.35
_SERIALS = (501, 1000)
_SHARE_OF_LETTERS = 0.02
_PAUSED, _WITHDRAWN = 12, 8
_PAUSED_BECAUSE = ("藥師休假，暫停販售口罩", "盤點中，下午恢復販售", "停電，暫停販售口罩")
_WITHDRAWN_BECAUSE = "已歇業"


def make_outlets(random: Random, towns: Sequence[Town]) -> list[Outlet]:
    """Make the outlets of these towns; the same random source makes the same outlets.

    The first ``NEAR_STATION`` of them stand near Taipei main station; the last one is a test.
    """
    taken: set[str] = {_TEST_CODE}
    around_station = towns_by_code()[_ZHONGZHENG]
    outlets = [_outlet(random, around_station, taken, near=True) for _ in range(NEAR_STATION)]
    for town in towns:
        outlets += _of_town(random, town, taken)
    _close_some(random, outlets)
    outlets.append(_test_outlet(outlets[0]))
    return outlets


def _of_town(random: Random, town: Town, taken: set[str]) -> Iterator[Outlet]:
    """Yield a town's outlets: its health centre first, then pharmacies."""
    if not town.outlets:
        return
    wanted = max(1, round(town.outlets * SHARE))
    if town.town_code == _ZHONGZHENG:
        wanted -= NEAR_STATION
    yield _outlet(random, town, taken, kind="health_centre")
    for _ in range(wanted - 1):
        yield _outlet(random, town, taken)


def _outlet(
    random: Random, town: Town, taken: set[str], *, kind: str = "pharmacy", near: bool = False
) -> Outlet:
    centre = STATION if near else (town.lat, town.lon)
    lat, lon = _somewhere(random, centre, _NEAR_KM if near else _spread_km(town))
    pharmacy = kind == "pharmacy"
    note = texts.note(random)
    code = _code(random, "59" if pharmacy else "23", town, taken)
    return Outlet(
        code=code,
        name=texts.pharmacy_name(random) if pharmacy else texts.health_centre_name(town),
        kind=kind,
        address=texts.address(random, town),
        phone=texts.phone(random, town),
        county_code=town.county_code,
        county=town.county_zh,
        town_code=town.town_code,
        town=town.town_zh,
        lon=lon,
        lat=lat,
        coordinate_source=SOURCE,
        coordinate_precision="rooftop",
        service_periods=texts.service_periods(random, kind, note),
        note=note,
        website=texts.website(code),
    )


def _spread_km(town: Town) -> float:
    """Return how far outlets stand from where a town's people live."""
    return min(_SCATTER_KM, town.radius_km / 4)


def _somewhere(
    random: Random, centre: tuple[float, float], spread_km: float
) -> tuple[float, float]:
    """Return a latitude and longitude around a centre, at most twice the spread away each way."""
    north, east = (
        max(-2.0, min(2.0, random.gauss(0.0, 1.0))) * spread_km / _KM_PER_DEGREE for _ in "ne"
    )
    lat, lon = centre
    return round(lat + north, 6), round(lon + east / cos(radians(lat)), 6)


def _code(random: Random, kind: str, town: Town, taken: set[str]) -> str:
    """Give out an institution code of the town that nobody has yet."""
    while True:
        middle = str(random.randrange(*_SERIALS))
        if random.random() < _SHARE_OF_LETTERS:
            middle = random.choice("AB") + middle[1:]
        code = f"{kind}{random.choice(town.nhi_prefixes)}{middle}{random.randrange(10)}"
        if code not in taken:
            taken.add(code)
            return code


def _close_some(random: Random, outlets: list[Outlet]) -> None:
    """Pause a few outlets, and let a few be gone; none of those near the station."""
    places = random.sample(range(NEAR_STATION, len(outlets)), _PAUSED + _WITHDRAWN)
    for count, place in enumerate(places):
        paused = count < _PAUSED
        status: Status = "paused" if paused else "withdrawn"
        reason = _PAUSED_BECAUSE[count % len(_PAUSED_BECAUSE)] if paused else _WITHDRAWN_BECAUSE
        outlets[place] = replace(outlets[place], status=status, status_reason=reason)


def _test_outlet(neighbour: Outlet) -> Outlet:
    """Make the one outlet that is flagged ``test``: it sells, and is never published."""
    return replace(neighbour, code=_TEST_CODE, name="示範測試藥局", note="", test=True)
