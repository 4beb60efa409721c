"""The roll-up of a day is what a model that looks at every minute would write."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import TAIPEI
from publisher.history.daily import HEADING, NOTHING_BEFORE, csv_bytes, read_daily, roll_up
from publisher.history.rows import Row, day_bytes, part_bytes, read_rows, table_of

DAY = date(2020, 2, 6)
MIDNIGHT = datetime(2020, 2, 6, tzinfo=TAIPEI)
CODES, PRODUCTS = ("0145080011", "590101A011"), ("adult_mask", "child_mask")
Minute = st.integers(0, 1439)
Act = st.tuples(
    Minute,
    st.sampled_from(CODES),
    st.sampled_from(PRODUCTS),
    st.integers(0, 4),
    st.integers(-1, 4),
    st.booleans(),
)


def rows_of(acts, stock) -> list[Row]:
    """Turn acts into rows as they could have been published, one release a minute."""
    rows, seen = [], set()
    for minute, code, product, received, sold, leaves in sorted(acts):
        key, at = (code, product), MIDNIGHT + timedelta(minutes=minute)
        if (minute, key) in seen:
            continue
        seen.add((minute, key))
        there = stock.get(key)
        if leaves and there is not None:
            rows.append(Row(at, minute, *key, None, -there, 0))
            del stock[key]
            continue
        pieces = (there or 0) + received - sold
        if pieces >= 0 and (received or sold or there is None):
            rows.append(Row(at, minute, *key, pieces, received, sold))
            stock[key] = pieces
    return rows


def minute_by_minute(rows, opening, key) -> str | None:
    """Tell the line of one outlet and product by looking at each minute."""
    here = {row.sequence: row for row in rows if (row.code, row.product) == key}
    now, sold_out, in_stock = opening.get(key), "", 0
    for minute in range(1440):
        row = here.get(minute)
        if row is not None:
            if row.pieces == 0 and ((now or 0) > 0 or row.sold > 0):
                sold_out = (MIDNIGHT + timedelta(minutes=minute)).isoformat(timespec="seconds")
            now = row.pieces
        in_stock += (now or 0) > 0
    if now is None:
        return None
    received, sold = (sum(getattr(row, of) for row in here.values()) for of in ("received", "sold"))
    begin = opening.get(key, 0)
    assert begin + received - sold == now
    numbers = f"{begin},{received},{sold},{now},{sold_out if now == 0 else ''}"
    return f"{DAY},{key[0]},{key[1]},{numbers},{in_stock / 60:.2f}"


@settings(max_examples=60)
@given(st.lists(Act, max_size=12), st.lists(Act, max_size=25))
def test_a_roll_up_equals_a_look_at_every_minute(yesterday, acts) -> None:
    stock: dict[tuple[str, str], int] = {}
    before = roll_up(DAY, NOTHING_BEFORE, table_of(rows_of(yesterday, stock)))
    opening = dict(stock)
    rows = rows_of(acts, stock)
    rolled = roll_up(DAY, read_daily(csv_bytes(DAY, before)), table_of(rows))
    keys = sorted({(code, product) for code in CODES for product in PRODUCTS})
    lines = filter(None, (minute_by_minute(rows, opening, key) for key in keys))
    assert csv_bytes(DAY, rolled).decode() == "\n".join([HEADING, *lines, ""])


def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come() -> None:
    rows = rows_of([(n, CODES[n % 2], PRODUCTS[n % 2], 3, 1, False) for n in range(50)], {})
    tables = table_of(rows), table_of(rows[::-1])
    assert day_bytes(tables[0]) == day_bytes(tables[1])
    assert read_rows(part_bytes(tables[0])).equals(read_rows(day_bytes(tables[1])))


def test_a_time_before_the_day_counts_from_its_beginning() -> None:
    row = Row(MIDNIGHT - timedelta(seconds=5), 1, CODES[0], PRODUCTS[0], 4, 4, 0)
    rolled = roll_up(DAY, NOTHING_BEFORE, table_of([row]))
    assert rolled.in_stock_us.tolist() == [24 * 3_600_000_000]
