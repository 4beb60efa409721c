"""What the synthetic nation's outlets say of themselves: windows, tickets, pauses, notes.

Written once beside the register, under a name of its own, so that the acts of the day are counted
as before. The same seed and the same instant make the same words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from msgspec.structs import replace

from core.domain.calendar import TAIPEI
from core.domain.outlet_says import OWN_WORDS, PAUSE_REASONS, OutletSays, Tickets
from core.domain.outlets import Outlet
from core.ports import AuditRow, OutletStates
from core.ports.outlet_states import Change

WHO = "demo-outlets"
_SHARE_THAT_SPEAKS = 0.18
_WINDOWS = (
    "一至五 09:00-11:00 50片",
    "一至六 09:00-10:00 100片; 一至六 15:00-16:00 100片",
    "每日 10:00-12:00",
    "一、三、五 14:00-16:00 120片; 二、四、六 09:00-11:00 120片",
    "一至五 08:30-12:00 100片; 一至五 14:00-17:30 100片; 六 09:00-12:00 50片",
    "每日 08:00-22:00",
)
_TICKETS = (("08:30", 100), ("08:00", 50), ("09:00", 125), ("13:30", 60), ("10:00", None))
_NOTES = (
    "請自備零錢，一人一號。",
    "號碼牌當日有效，請勿提早排隊。",
    "兒童口罩另行排隊。",
    "由側門進入，請戴口罩。",
    "下午到貨後才開始販售。",
)
_OWN_REASONS = (("店內裝修", "Renovation"), ("家中有事，暫停一日", "Closed for a family matter"))


async def say_all(
    states: OutletStates, outlets: Sequence[Outlet], seed: int, now: datetime, spare: int
) -> None:
    """Let some outlets say something, all at once; the first ``spare`` say nothing in the way."""
    random = Random(seed)  # noqa: S311 - a nation to look at, no secret
    said = [
        words_of(random, outlet, now, free=index < spare)
        for index, outlet in enumerate(outlets)
        if (random.random() < _SHARE_THAT_SPEAKS or index < spare)
        and outlet.status == "active"
        and not outlet.test
    ]
    row: AuditRow = {"act": "outlet_says", "by": WHO}

    def saying(says: OutletSays) -> Change:
        return lambda before: (says, row | {"outlet": says.outlet})

    await asyncio.gather(
        *(states.change_outlet_says(says.outlet, saying(says), now) for says in said)
    )


def words_of(random: Random, outlet: Outlet, now: datetime, *, free: bool) -> OutletSays:
    """Make up what one outlet says; a ``free`` one says nothing that stands in the way."""
    says = OutletSays(outlet=outlet.code, changed_at=now)
    if random.random() < 0.6:
        says = replace(says, sale_windows=random.choice(_WINDOWS))
    if random.random() < 0.5:
        at, count = random.choice(_TICKETS)
        says = replace(says, tickets=Tickets(time=at, count=count))
    if random.random() < 0.4:
        says = replace(says, note=random.choice(_NOTES))
    says = replace(says, phone_hidden=random.random() < 0.15)
    return says if free else _in_the_way(random, says, now)


def _in_the_way(random: Random, says: OutletSays, now: datetime) -> OutletSays:
    """Let about a third be sold out, without tickets, or paused; all of it began today."""
    midnight = datetime.combine(now.astimezone(TAIPEI).date(), time(), TAIPEI)
    began = max(midnight, now - timedelta(minutes=random.randrange(5, 240)))
    drawn = random.random()
    if drawn < 0.14:
        return replace(says, tickets=replace(says.tickets, gone_at=began))
    if drawn < 0.26:
        return replace(says, sold_out_at=began)
    if drawn < 0.34:
        return _paused(random, says, began, now)
    return says


def _paused(random: Random, says: OutletSays, began: datetime, now: datetime) -> OutletSays:
    code = random.choice(sorted(PAUSE_REASONS))
    zh, en = random.choice(_OWN_REASONS) if code == OWN_WORDS else ("", "")
    hours = random.choice([None, 2, 6, 24])
    until = None if hours is None else now.replace(minute=0, second=0, microsecond=0)
    return replace(
        says,
        paused_at=began,
        pause_reason=code,
        pause_zh=zh,
        pause_en=en,
        pause_until=until and until + timedelta(hours=hours or 0),
    )
