"""The bench itself: what is missing is said by name, not by a failure deep inside."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from tests.pcsc import bench
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import CHEN, NhiCard

NOWHERE = Path("/nowhere/at/all")


@pytest.mark.parametrize(
    ("what", "driver", "package"),
    [
        ("PCSCD", "own", "pcscd"),
        ("PACKAGED_DRIVER", "packaged", "vsmartcard-vpcd"),
        ("HEADERS", "own", "libpcsclite-dev"),
    ],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, what: str, driver: bench.Driver, package: str
) -> None:
    monkeypatch.setattr(bench, what, NOWHERE)
    assert package in bench.what_is_missing(driver)


def test_offering_the_same_readers_again_empties_them_without_a_restart(
    own_readers: PcscBench,
) -> None:
    own_readers.insert("Reader B", NhiCard(CHEN))
    before = own_readers.log()
    own_readers.offer("Reader A", "Reader B")
    assert not bench.card_is_in(own_readers.reader("Reader B"))
    assert own_readers.log().startswith(before)
    assert own_readers.slot("Reader B").seen == []
