"""The register is changed from what it says at the moment of writing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from core.actions.outlets import change_register, corrected, mark_outlet, register_outlets
from core.errors import Conflict, NotFound
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY, an_outlet


def clock():
    return SUNDAY


async def test_a_change_sees_the_register_and_only_what_differs_is_written(ledger):
    seen = []

    def rename(register):
        seen.extend(sorted(register))
        return [replace(register[PHARMACY], name="新名藥局"), register[OTHER_PHARMACY]]

    changes = await change_register(ledger, rename, by="t", clock=clock)
    assert {PHARMACY, OTHER_PHARMACY} <= set(seen)
    assert (changes.added, changes.changed) == ((), (PHARMACY,))
    assert (await ledger.outlet(PHARMACY)).name == "新名藥局"


async def test_a_change_that_refuses_writes_nothing(ledger):
    before = await ledger.outlet(PHARMACY)

    def refuse(_register):
        raise Conflict("no")

    with pytest.raises(Conflict):
        await change_register(ledger, refuse, by="t", clock=clock)
    assert await ledger.outlet(PHARMACY) == before


async def test_lists_never_overwrite_what_was_changed_while_they_were_merged(ledger):
    known = {PHARMACY: await ledger.outlet(PHARMACY)}
    merged = replace(known[PHARMACY], phone="(02)11112222")
    fixed = corrected(known[PHARMACY], {"lon": "121.5", "lat": "25.05"})
    await change_register(ledger, lambda _: [fixed], by="s", clock=clock)
    with pytest.raises(Conflict, match="changed meanwhile; nothing was written"):
        await register_outlets(ledger, [merged], by="import", clock=clock, known=known)
    assert await ledger.outlet(PHARMACY) == fixed
    again = replace(fixed, phone="(02)11112222")
    await register_outlets(ledger, [again], by="i", clock=clock, known={PHARMACY: fixed})
    assert (await ledger.outlet(PHARMACY)).coordinate_source == "correction"


async def test_an_outlet_that_came_meanwhile_is_not_overwritten_either(ledger):
    newcomer = an_outlet("5901199998", name="先到藥局")
    await ledger.save_outlets([newcomer], {"act": "register", "by": "t"}, SUNDAY)
    known = {PHARMACY: await ledger.outlet(PHARMACY)}
    with pytest.raises(Conflict):
        later = replace(newcomer, name="後到藥局")
        await register_outlets(ledger, [later], by="i", clock=clock, known=known)


async def test_what_is_not_in_the_register_cannot_be_marked(ledger):
    with pytest.raises(NotFound):
        await mark_outlet(ledger, "5901199999", by="t", clock=clock, test=True)
