"""What every test may use: the real data, an empty state folder, a seeded random source."""

from __future__ import annotations

import logging
import os
import random
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from tests.object_store import Cable, Store, running_store

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"

# A failing example is printed with the line that repeats it; the two cores here are shared, so no
# example is judged by its time.
hypothesis.settings.register_profile("maskmap", deadline=None, print_blob=True)
hypothesis.settings.load_profile("maskmap")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    """In CI a skipped test is a failed one: nothing is left out silently."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """In CI a skipped module is a failed one."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"with CI=true nothing may be skipped: {reason}"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("MASKMAP_")]:
        if name != "MASKMAP_TEST_SEED":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Undo what a command under test did to this process's logging."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data and reference texts that lies beside the checkout."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the folder `shared` with the real data is not beside the checkout")
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return an empty state folder."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def seed() -> int:
    """Return this run's seed and print it; MASKMAP_TEST_SEED repeats a run."""
    number = int(os.environ.get("MASKMAP_TEST_SEED") or secrets.randbelow(2**32))
    print(f"seed: MASKMAP_TEST_SEED={number}")
    return number


@pytest.fixture
def rng(seed: int) -> random.Random:
    """Return a random source with the printed seed."""
    return random.Random(seed)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the system's Chromium, for the tests in a real browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this computer: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a real object store, with a publisher that may write and a site that may read."""
    with running_store(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture
def cable(store: Store) -> Iterator[Cable]:
    """Return a line to the store that the test may cut."""
    line = Cable(store.endpoint)
    yield line
    line.cut()
