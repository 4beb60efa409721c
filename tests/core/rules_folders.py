"""A folder of rules that a test edits, with a programme of a few lines."""

from __future__ import annotations

import os
from datetime import date, datetime
from itertools import count
from pathlib import Path

from core.domain.calendar import TAIPEI

_ticks = count(1)

HEAD = """
id = "masks"
name = { zh = "口罩實名制", en = "Name-based mask rationing" }
levels = { plenty = 100, some = 30, few = 1 }

[[product]]
id = "adult_mask"
name = { zh = "成人口罩", en = "Adult mask" }
unit = { zh = "片", en = "pieces" }

[[product]]
id = "child_mask"
name = { zh = "兒童口罩", en = "Child mask" }
unit = { zh = "片", en = "pieces" }
"""

BLOCK = """
[[block]]
effective = {effective}
source = "公告"
window = {{ kind = "rolling", days = {days}, mode = "once" }}
price_ntd = {{ adult_mask = 5, child_mask = 5 }}
daily_supply = {{ adult_mask = 200, child_mask = 50 }}
[[block.group]]
id = "child"
born_from = 2008-01-01
weekdays = "{weekdays}"
limits = {{ adult_mask = {total}, child_mask = {total} }}
total = {total}
[[block.group]]
id = "adult"
weekdays = "{weekdays}"
limits = {{ adult_mask = {total} }}
total = {total}
"""


def a_block(effective: str, *, days: int = 7, total: int = 2, weekdays: str = "odd_even") -> str:
    """Return one block: quota of everybody, window in days."""
    return BLOCK.format(effective=effective, days=days, total=total, weekdays=weekdays)


# In force through the whole of every test that begins in February 2020.
FIRST = a_block("2020-02-06")


def save(folder: Path, *blocks: str, name: str = "masks.toml") -> Path:
    """Save a programme, as an editor does; no two saves have the same time."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(HEAD + "".join(blocks), encoding="utf-8")
    stamp = 1_600_000_000 + next(_ticks)
    os.utime(path, (stamp, stamp))
    return path


def taipei(day: date | str, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant by Taipei's clock."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=TAIPEI)
