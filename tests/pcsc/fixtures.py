"""Fixtures for tests with real card readers; import them in a conftest::

    from tests.pcsc.fixtures import own_readers, pcsc_bench

All tests of a process share ONE bench: libpcsclite remembers the service's socket for ever. A
test that starts an agent in a process of its own needs nothing more: the path is inherited.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

try:
    from tests.pcsc.bench import Driver, PcscBench, what_is_missing
except (
    ModuleNotFoundError
) as missing:  # The extra `card` is compiled; without a compiler it is left out.
    if missing.name != "smartcard":
        raise
    PcscBench = None  # type: ignore[assignment,misc]

NO_PYSCARD = "pyscard is not installed: the extra `card` needs gcc and libpcsclite-dev"


@cache
def _missing(driver: Driver) -> str:
    return what_is_missing(driver) if PcscBench else NO_PYSCARD


@cache
def _the_bench() -> PcscBench:
    return PcscBench()


def need(driver: Driver) -> None:
    """Skip the test, with the reason, when this driver cannot run here."""
    if reason := _missing(driver):
        pytest.skip(reason)


@pytest.fixture(scope="session")
def pcsc_bench() -> Iterator[PcscBench]:
    """Return the process's bench, without readers yet: call ``offer`` for them.

    It is the same bench in every conftest that imports this fixture. ``offer("Reader A", …)``
    starts the service, or empties the readers when it runs with these already (milliseconds);
    ``insert`` and ``remove`` move cards and wait until the service has seen it; ``kill`` and
    ``start`` are the service's death and return; ``slot(name).seen`` holds the commands sent.
    """
    if PcscBench is None:
        pytest.skip(NO_PYSCARD)
    bench = _the_bench()
    yield bench
    bench.take_away()


@pytest.fixture
def own_readers(pcsc_bench: PcscBench) -> PcscBench:
    """Return the bench with two empty readers of our own driver: Reader A and Reader B."""
    need("own")
    pcsc_bench.offer("Reader A", "Reader B")
    return pcsc_bench


@pytest.fixture
def packaged_readers(pcsc_bench: PcscBench) -> PcscBench:
    """Return the bench with two empty readers of the packaged driver: Reader A and Reader B."""
    need("packaged")
    pcsc_bench.offer("Reader A", "Reader B", driver="packaged")
    return pcsc_bench


@pytest.fixture(params=["own", "packaged"], scope="module")
def both_drivers(request: pytest.FixtureRequest) -> Driver:
    """Run the module's tests with our own driver, then with the packaged one."""
    need(request.param)
    return request.param


@pytest.fixture
def readers(pcsc_bench: PcscBench, both_drivers: Driver) -> PcscBench:
    """Return the bench with two empty readers, Reader A and Reader B, of each driver in turn."""
    pcsc_bench.offer("Reader A", "Reader B", driver=both_drivers)
    return pcsc_bench
