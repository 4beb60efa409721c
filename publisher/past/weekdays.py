"""When an outlet is usually sold out, by weekday; pandas counts."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COLUMNS = ["code", "product", "weekday", "days_with_stock", "days_sold_out", "usual_sold_out_at"]


def by_weekday(days: Iterable[pa.Table]) -> pd.DataFrame:
    """Return a row an outlet, product and weekday on which there was stock.

    ``usual_sold_out_at`` is the median over the days that were sold out (HH:MM, Taipei); it is
    empty where fewer than half of the days with stock were.
    """
    tables = [_of_day(table.to_pandas()) for table in days]
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    all_days = pd.concat(tables, ignore_index=True)
    grouped = all_days.groupby(["code", "product", "weekday"], sort=True)
    usual = grouped["minute"].agg(["size", "count", "median"]).reset_index()
    told = usual["count"] * 2 >= usual["size"]
    usual["median"] = [
        _spelt(minute) if there and count else ""
        for minute, there, count in zip(usual["median"], told, usual["count"], strict=True)
    ]
    usual["weekday"] = [WEEKDAYS[number] for number in usual["weekday"]]
    return usual.set_axis(COLUMNS, axis="columns")


def _of_day(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what had stock, with its weekday and the minute at which it was sold out."""
    there = table[(table["opening"] + table["received"] > 0)]
    hours = pd.to_numeric(there["sold_out_at"].str[11:13], errors="coerce")
    minutes = pd.to_numeric(there["sold_out_at"].str[14:16], errors="coerce")
    return pd.DataFrame(
        {
            "code": there["code"],
            "product": there["product"],
            "weekday": pd.to_datetime(there["date"]).dt.day_of_week,
            "minute": hours * 60 + minutes,
        }
    )


def _spelt(minute: float) -> str:
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"
