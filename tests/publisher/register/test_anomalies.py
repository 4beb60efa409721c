from datetime import UTC, date, datetime

import msgspec
import pandas as pd
import pytest

from core.domain.programme import SupplyOverride
from core.rules import load_programmes
from core.storage.feed import Balance
from publisher.register.anomalies import implausible_stock, levels_of
from publisher.register.building import outlet_of

MASKS = load_programmes(None, None)["masks"]
DAY = date(2020, 2, 7)
CODE, OTHER = "5901010001", "5901010002"


def levels(*rows: tuple[str, date, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["code", "day", "adult_mask", "child_mask"])


def test_the_highest_stock_of_each_outlet_and_day_is_judged():
    table = levels(
        (CODE, DAY, 200, 50), (CODE, DAY, 20_052, 49), (CODE, DAY, 26, 28), (OTHER, DAY, 600, 150)
    )
    (anomaly,) = implausible_stock(table, MASKS, {})
    assert (anomaly.code, anomaly.day) == (CODE, DAY)
    assert "20052 adult_mask" in anomaly.reason


def test_before_the_programme_nothing_is_judged():
    assert implausible_stock(levels((CODE, date(2020, 1, 1), 99_999, 0)), MASKS, {}) == []


def test_an_outlet_that_gets_more_by_the_rules_may_hold_more():
    block = msgspec.structs.replace(
        MASKS.block[0],
        supply_override=(SupplyOverride(daily_supply={"adult_mask": 2000}, outlet=CODE),),
    )
    programme = msgspec.structs.replace(MASKS, block=(block,))
    table = levels((CODE, DAY, 5_000, 50), (OTHER, DAY, 5_000, 50))
    registered = {
        code: outlet_of(code, "健安藥局", "臺北市松山區民生路1號") for code in (CODE, OTHER)
    }
    assert [a.code for a in implausible_stock(table, programme, registered)] == [OTHER]


def test_the_ledgers_stock_is_judged_by_the_day_it_last_changed():
    now = datetime(2020, 2, 7, 16, 30, tzinfo=UTC)
    table = levels_of(
        {(CODE, "adult_mask"): Balance(3000, now), (OTHER, "child_mask"): Balance(5, now)}
    )
    assert set(table["day"]) == {date(2020, 2, 8)}
    assert [anomaly.code for anomaly in implausible_stock(table, MASKS, {})] == [CODE]
    assert implausible_stock(levels_of({}), MASKS, {}) == []


@pytest.fixture(scope="module")
def real_levels(shared_data):
    series = pd.read_parquet(shared_data / "data/stock_20200206_20200223.parquet")
    names = {"adult": "adult_mask", "child": "child_mask"}
    return series.rename(columns=names).assign(day=series["source_ts"].dt.date)


def test_the_four_of_6_and_7_february_2020_are_flagged_and_hardly_any_other(real_levels):
    implausible = {"5937052013", "5940051128", "5907110075", "5940011302"}
    first_days = real_levels[real_levels["day"] <= DAY]
    flagged = {anomaly.code for anomaly in implausible_stock(first_days, MASKS, {})}
    others = first_days["code"].nunique() - len(implausible)
    # The fifth: 550 children's masks at noon, 12 at four o'clock; 500 typed for 50, as it seems.
    print("flagged beyond the four:", sorted(flagged - implausible), "of", others)
    assert implausible <= flagged
    assert flagged - implausible == {"5901162815"}
    assert len(flagged - implausible) / others < 0.005


@pytest.mark.slow
def test_over_all_eighteen_days_fewer_than_half_a_percent_are_flagged(real_levels):
    flagged = {anomaly.code for anomaly in implausible_stock(real_levels, MASKS, {})}
    assert len(flagged) == 25
    assert len(flagged) / real_levels["code"].nunique() < 0.005
