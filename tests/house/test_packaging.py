"""Each host installs what its program needs, from locks that name no place."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
DATA_LIBRARIES = {"pandas", "numpy", "pyarrow", "geopy"}
DATABASE_LIBRARIES = {"sqlalchemy", "alembic"}


def closure(
    distribution: str, extra: str = "", seen: set[tuple[str, str]] | None = None
) -> set[str]:
    """Walk the metadata of what is installed: everything that a distribution brings along."""
    seen = set() if seen is None else seen
    if (distribution, extra) in seen:
        return set()
    seen.add((distribution, extra))
    found = {distribution}
    for line in requires(distribution) or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for inner in {"", *requirement.extras}:
            found |= closure(name, inner, seen)
    return found


def locked(path: Path) -> dict[str, set[str]]:
    """Read a lock: name → versions (several where they depend on Python's)."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", path.read_text(), re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.parametrize(
    ("extra", "absent"),
    [
        ("portal", DATA_LIBRARIES | {"pyscard", "uvloop"}),
        ("site", DATA_LIBRARIES | DATABASE_LIBRARIES | {"pyscard", "limits", "uvloop"}),
        ("publisher", {"pyscard", "limits"}),
        ("card", DATA_LIBRARIES | DATABASE_LIBRARIES | {"limits"}),
    ],
)
def test_a_host_installs_only_what_its_program_needs(extra, absent):
    needed = closure("maskmap", extra)
    assert {"aiohttp", "click", "msgspec"} <= needed
    assert needed.isdisjoint(absent)
    assert locked(REPOSITORY / "requirements" / f"{extra}.txt").keys().isdisjoint(absent)


def test_the_publisher_does_install_its_libraries():
    assert closure("maskmap", "publisher") >= {"pandas", "pyarrow", "geopy", "sqlalchemy"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_a_hash_for_everything_and_names_no_place(path):
    text = path.read_text()
    assert locked(path)
    for block in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in block, block
    assert "://" not in text
    assert "--find-links" not in text and "--index-url" not in text
    assert not re.search(r"(?<!\w)/\w+/", text)


def test_all_locks_agree_on_every_version():
    everything = locked(REPOSITORY / "requirements" / "dev.txt")
    for path in LOCKS:
        for name, versions in locked(path).items():
            assert everything.get(name, versions) >= versions, (path.name, name)


def test_the_locks_contain_every_dependency_of_the_project():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    lines = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    names = {canonicalize_name(Requirement(line).name) for line in lines} - {"maskmap"}
    every = {name for path in LOCKS for name in locked(path)}
    assert names <= every


def test_every_dependency_says_what_it_is_for():
    text = (REPOSITORY / "pyproject.toml").read_text()
    rows = re.findall(r'^    "([a-z][^"]*[>=][^"]*)",(.*)$', text, re.MULTILINE)
    assert rows
    for requirement, comment in rows:
        assert "#" in comment, requirement
