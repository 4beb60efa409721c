"""Each rule of the gate, alone."""

from __future__ import annotations

import json
import math
import os
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.domain.calendar import rfc3339
from core.domain.snapshot import Manifest, OutletRecord, RulesInForce
from core.log import configure_logging
from publisher.collect import Positions
from publisher.quality import Candidate, Withheld, must_go_on, pass_gate
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
        "published_at": NINE,
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
    (fault,) = _faults(records=_outlets(7))
    assert fault.startswith("only 7 of 10 outlets are left")
    assert "--accept-outlets 7" in fault


def test_a_loss_that_somebody_says_is_right_goes_out_and_leaves_a_trace(capsys) -> None:
    configure_logging("info", "publish")
    assert _faults(records=_outlets(7), accept_outlets=8) != ()
    assert capsys.readouterr().err == ""
    assert _faults(records=_outlets(7), accept_outlets=7) == ()
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "gate overruled"
    assert line["faults"][0].startswith("only 7 of 10")
    assert line["uid"] == os.getuid()


def test_what_is_accepted_of_the_outlets_is_nothing_else(capsys) -> None:
    configure_logging("info", "publish")
    faults = _faults(records=_outlets(7), accept_outlets=7, positions=HERE._replace(ledger=9))
    assert faults == ("the ledger ends at 9, but 10 was published",)
    assert _faults(accept_outlets=7) == ()
    assert capsys.readouterr().err == ""


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


def test_the_clock_does_not_go_back_behind_the_last_release_or_the_last_look() -> None:
    later = NINE + timedelta(minutes=9)
    for changes in ({"last": replace(LAST, published_at=rfc3339(later))}, {"looked_at": later}):
        assert _faults(published_at=later, **changes) == ()
        assert _faults(published_at=later + timedelta(microseconds=7), **changes) == ()
        (fault,) = _faults(published_at=later - timedelta(seconds=1), **changes)
        assert fault.startswith("the clock goes back from 2020-02-06T09:09:03+08:00")
    assert _faults(looked_at=NINE + timedelta(microseconds=7)) == ()


def test_a_look_that_found_nothing_new_is_not_told_by_a_clock_that_went_back() -> None:
    must_go_on(NINE, LAST, NINE)
    must_go_on(NINE, None, None)
    with pytest.raises(Withheld, match="the clock goes back"):
        must_go_on(NINE - timedelta(seconds=1), LAST, None)


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


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(25.0, 121.5), (0.0, 0.0), (139.7, 35.7), (math.nan, 25.0), (121.5, math.inf)],
)
def test_a_point_outside_taiwan_is_not_published(lon: float, lat: float) -> None:
    (fault,) = _faults(last=None, records=[a_record(lon=lon, lat=lat)])
    assert fault.endswith("not in Taiwan")


@pytest.mark.parametrize(
    ("field", "text", "passes"),
    [
        ("name", "安郁\0藥局", False),
        ("name", "安郁\ufffd局", False),
        ("name", " ", False),
        ("address", "八德路\x0b３段", False),
        ("phone", "\x7f", False),
        ("note", "下午\0發放", False),
        ("website", "https://example.tw/\x1b", False),
        ("note", "\ud842", False),
        ("name", "𠮷野家藥局", True),
        ("note", "下午兩點\n發放 \ufffd 😷", True),
        ("address", "", True),
    ],
)
def test_a_damaged_text_is_not_published(field: str, text: str, passes: bool) -> None:
    faults = _faults(last=None, records=[a_record(**{field: text})])
    assert (faults == ()) is passes


@pytest.mark.parametrize(
    "fields",
    [
        {"availability": "open"},
        {"phone_status": "hidden", "phone": "(02)25774551"},
    ],
)
def test_a_word_that_is_not_documented_or_a_hidden_phone_is_not_published(fields) -> None:
    assert len(_faults(last=None, records=[a_record(**fields)])) == 1


def test_all_faults_are_named_at_once() -> None:
    records = [a_record("1", lon=0.0), a_record("2", counts={"adult_mask": -1})]
    assert len(_faults(records=records, as_of=NINE - timedelta(days=1))) == 6
