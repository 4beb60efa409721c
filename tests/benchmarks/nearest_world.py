"""A synthetic release of any size in memory: measured alone, or served over HTTP.

nearest_world.py measure NUMBER    one JSON object: build time, memory, time per search
nearest_world.py serve NUMBER PORT the site over it, and `/api/v1/same-size`: an answer as
                                   large, for a place that is read but not searched
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from aiohttp import web  # noqa: E402
from msgspec.structs import replace  # noqa: E402
from uvloop import new_event_loop  # noqa: E402

from core.domain.geography import great_circle_m, load_towns  # noqa: E402
from core.domain.snapshot import Current  # noqa: E402
from core.settings import Address, Settings  # noqa: E402
from public_site import api  # noqa: E402
from public_site.answers import json_answer  # noqa: E402
from public_site.app import make_app  # noqa: E402
from public_site.keys import SNAPSHOTS  # noqa: E402
from public_site.nearby import nearest, nearest_json  # noqa: E402
from public_site.search import Query  # noqa: E402
from public_site.server import serve  # noqa: E402
from public_site.snapshots import Published  # noqa: E402
from public_site.view import OUTLETS_FILE, Release, View, build_view  # noqa: E402
from tests.public_site.releases import NOW, Folder, an_outlet, masks  # noqa: E402

IN_STOCK = Query(in_stock=True)
RADIUS_M = 50_000
QUERIES = 5000
_MARKS = ("9999999999", "88888888", "77777", 111.111111, 22.222222, 666, 555)


def release_of(number: int, changed: int = 0) -> Release:
    """Return a release of so many outlets, spread like the real ones, a third sold out.

    ``changed`` outlets have other numbers than in the release without changes.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Folder(Path(place) / "snapshots", Path(place) / "key.pem")
        code, town, county, lon, lat, adult, child = _MARKS
        marked = an_outlet(code, lon=lon, lat=lat, adult=adult, child=child)
        marked = replace(marked, town_code=town, county_code=county)
        manifest, body, files = folder.prepare([marked], NOW, masks())
    head, line, end = files[OUTLETS_FILE].decode().splitlines()
    lines = _lines(line, number, changed)
    text = head + "\n" + ",\n".join(lines) + "\n" + end + "\n"
    return Release(manifest, body, b"", {OUTLETS_FILE: text.encode()})


def _lines(line: str, number: int, changed: int) -> Iterator[str]:
    template = line.replace("{", "{{").replace("}", "}}")
    for place, mark in enumerate(_MARKS):
        template = template.replace(str(mark), f"{{{place}}}")
    rng, towns = random.Random(5), load_towns()
    weights = [town.outlets for town in towns]
    # A world of a million outlets has more in each town, not wider towns.
    for place, town in enumerate(rng.choices(towns, weights, k=number)):
        lon, lat = town.lon + rng.gauss(0, 0.02), town.lat + rng.gauss(0, 0.02)
        adult, child = rng.choice([0, 0, 1, 30, 100, 200]), rng.choice([0, 0, 1, 30, 50])
        if changed and place % (number // changed) == 0:
            adult += 1
        codes = f"59{place:08d}", town.town_code, town.county_code
        yield template.format(*codes, f"{lon:.6f}", f"{lat:.6f}", adult, child)


def places_near(view: View, number: int, seed: int) -> list[tuple[float, float]]:
    """Return places within about a kilometre of outlets: where people are."""
    rng, points = random.Random(seed), view.columns.points
    chosen = (rng.choice(points) for _ in range(number))
    return [
        (round(lat + rng.uniform(-0.009, 0.009), 6), round(lon + rng.uniform(-0.01, 0.01), 6))
        for lat, lon in chosen
    ]


def wrong_among(view: View, places: list[tuple[float, float]]) -> int:
    """Count the searches that differ from comparing all outlets in stock."""
    left = view.columns.stocked()
    points = [(place, point) for place, point in enumerate(view.columns.points) if left[place]]
    wrong = 0
    for lat, lon in places:
        near = (
            (great_circle_m(lat, lon, *point), place)
            for place, point in points
            if abs(point[0] - lat) < 0.5
        )
        exact = sorted(pair for pair in near if pair[0] <= RADIUS_M)[:20]
        found = nearest(view, IN_STOCK, (lat, lon), limit=20, radius_m=RADIUS_M)
        wrong += [place for _, place in found] != [place for _, place in exact]
    return wrong


def measure(number: int) -> dict[str, float]:
    """Measure building, rebuilding with a tenth changed, memory, searches never asked before."""
    release = release_of(number)
    before, started = _resident_mb(), time.process_time()
    view = build_view(release)
    built_s, used_mb = time.process_time() - started, _resident_mb() - before
    later = release_of(number, changed=max(1, number // 11))
    started = time.process_time()
    view = build_view(later, view)
    rebuilt_s = time.process_time() - started
    found = nearest(view, IN_STOCK, (25.0478, 121.517), limit=20, radius_m=RADIUS_M)
    return {
        "outlets": number,
        "file_mb": len(release.files[OUTLETS_FILE]) / 1e6,
        "build_s": built_s,
        "rebuild_s": rebuilt_s,
        "view_mb": used_mb,
        "bytes_an_outlet": used_mb * 1e6 / number,
        "search_us": min(
            _each_us(
                places_near(view, QUERIES, seed),
                lambda place: nearest(view, IN_STOCK, place, limit=20, radius_m=RADIUS_M),
            )
            for seed in range(3)
        ),
        "answer_us": min(
            _each_us(
                places_near(view, QUERIES, seed), lambda place: nearest_json(view, place, found)
            )
            for seed in range(3)
        ),
        "wrong": wrong_among(view, places_near(view, 200 if number < 100_000 else 10, 99)),
    }


def _each_us(places: list[tuple[float, float]], act: Callable[..., object]) -> float:
    started = time.process_time()
    for place in places:
        act(place)
    return (time.process_time() - started) / len(places) * 1e6


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def application(number: int, state: Path) -> web.Application:
    """Return the site over a synthetic release, and the answer without search beside it."""
    app = make_app(Settings(state=state), lambda: NOW + timedelta(seconds=1))
    view = build_view(release_of(number))
    current = Current(
        sequence=1, manifest="0000000001/manifest.json", sha256="", checked_at="", ttl_s=30
    )
    app[SNAPSHOTS].published = Published(view, current, b"", b"", b"", NOW)
    with Path(state, "places.txt").open("w") as file:
        file.writelines(f"{lat} {lon}\n" for lat, lon in places_near(view, 50_000, seed=7))
    middle = (25.0478, 121.517)
    found = nearest(view, IN_STOCK, middle, limit=20, radius_m=RADIUS_M)
    fixed = nearest_json(view, middle, found)

    async def same_size(request: web.Request) -> web.StreamResponse:
        look = request.app[SNAPSHOTS].look()
        asked = api.read_near(request, look)
        return json_answer(request, look, fixed, asked)

    app.router.add_get("/api/v1/same-size", same_size)
    return app


def main(what: str, number: str, *rest: str) -> None:
    """Do what the first word says."""
    if what == "measure":
        print(json.dumps(measure(int(number))))
        return
    port, state = rest
    app = application(int(number), Path(state))
    listening = serve(
        app,
        Address("127.0.0.1", int(port)),
        reuse_port=False,
        listening=partial(print, flush=True),
    )
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(listening)


if __name__ == "__main__":
    main(*sys.argv[1:])
