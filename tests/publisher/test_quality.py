"""Each rule of the gate, alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.domain.snapshot import Manifest, OutletRecord, RulesInForce
from publisher.collect import Positions
from publisher.quality import Candidate, Withheld, pass_gate
from tests.publisher.builders import NINE, a_record

HERE = Positions(ledger=10, register=1, audit=10)
LAST = Manifest(
    sequence=1,
    as_of="2020-02-06T09:00:03+08:00",
    published_at="2020-02-06T09:00:03+08:00",
    ttl_s=30,
    ledger_position="10",
    state_position="1",
    previous="",
    audit_head="",
    audit_position="10",
    rules=RulesInForce(programme="masks", block="", pinned=False, hash="", words={}, document={}),
    counts={"outlets": 10},
    files=[],
)


def _outlets(count: int) -> list[OutletRecord]:
    return [a_record(f"590101{number:04d}") for number in range(count)]


def _faults(**changes: object) -> tuple[str, ...]:
    values: dict[str, object] = {
        "as_of": NINE,
        "positions": HERE,
        "records": _outlets(10),
        "last": LAST,
    }
    try:
        values |= changes
        pass_gate(Candidate(fresh=values["records"], **values))  # type: ignore[arg-type]
    except Withheld as withheld:
        return withheld.faults
    return ()


def test_a_sound_release_passes_and_so_does_the_first() -> None:
    assert _faults() == ()
    assert _faults(last=None) == ()


def test_a_fifth_of_the_outlets_may_leave_at_once_but_not_more() -> None:
    assert _faults(records=_outlets(8)) == ()
    assert _faults(records=_outlets(7)) == ("only 7 of 10 outlets are left",)


def test_outlets_are_counted_as_registered_whatever_their_stock_or_status() -> None:
    none = {"adult_mask": 0, "child_mask": 0}
    assert (
        _faults(records=[replace(r, counts=none, availability="closed") for r in _outlets(10)])
        == ()
    )


def test_source_times_do_not_go_back() -> None:
    assert _faults(as_of=NINE - timedelta(microseconds=1))[0].startswith(
        "the source time goes back"
    )
    assert _faults(as_of=NINE + timedelta(microseconds=5)) == ()


def test_a_ledger_or_audit_trail_that_lost_its_tail_is_not_published() -> None:
    assert _faults(positions=HERE._replace(ledger=9)) == (
        "the ledger ends at 9, but 10 was published",
    )
    assert _faults(positions=HERE._replace(audit=9)) == (
        "the audit trail ends at 9, but 10 was published",
    )


@pytest.mark.parametrize("code", ["123", "59010100585", "590101005A", "５９０１０１００５８", ""])
def test_a_malformed_code_is_not_published(code: str) -> None:
    assert _faults(last=None, records=[a_record(code)]) == (f"{code!r} is not an institution code",)


def test_a_duplicate_code_is_not_published() -> None:
    assert _faults(last=None, records=[a_record(), a_record()]) == (
        "code 5901010058 is there 2 times",
    )


@pytest.mark.parametrize("pieces", [-1, 1_000_001])
def test_negative_or_impossible_stock_is_not_published(pieces: int) -> None:
    record = a_record(counts={"adult_mask": pieces, "child_mask": 0})
    assert _faults(last=None, records=[record]) == (f"5901010058 has {pieces} of adult_mask",)


@pytest.mark.parametrize(("lon", "lat"), [(25.0, 121.5), (0.0, 0.0), (139.7, 35.7)])
def test_a_point_outside_taiwan_is_not_published(lon: float, lat: float) -> None:
    (fault,) = _faults(last=None, records=[a_record(lon=lon, lat=lat)])
    assert fault.endswith("not in Taiwan")


def test_all_faults_are_named_at_once() -> None:
    records = [a_record("1", lon=0.0), a_record("2", counts={"adult_mask": -1})]
    assert len(_faults(records=records, as_of=NINE - timedelta(days=1))) == 6
