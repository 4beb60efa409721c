"""The authority's list of practising staff: read whole, taken up, and let go of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from core.actions import users
from core.actions.people import recognise
from core.actions.staff_list import read_staff_list, take_up_staff
from core.errors import Conflict, Invalid, NotPermitted, Refused
from core.ports import Session, StaffChanges
from core.storage import State
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY
from tests.core.actions.staff import (
    CENTRE,
    ISSUER,
    OPERATOR,
    a_card,
    a_representative,
    access_at,
    an_administrator,
    opened,
    renewed,
    served,
)

HEADING = "醫事機構代碼,職類,姓名,憑證簽發者,憑證主體序號,狀態,離職日期"
TODAY = date(2020, 2, 9)


@pytest.fixture
async def state(state: Path) -> AsyncIterator[State]:
    async with opened(state) as found:
        await served(found)
        yield found


def a_line(who: str, institution: str = PHARMACY, profession: str = "藥師", **cells: str) -> str:
    issuer, status = cells.get("issuer", ISSUER), cells.get("status", "在職")
    left_on = cells.get("left_on", "")
    return f"{institution},{profession},{who},{issuer},serial-{who},{status},{left_on}"


def a_list(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([HEADING, *lines, ""]).encode(encoding)


async def take_up(state: State, *lines: str, leavers_ok: bool = False) -> StaffChanges:
    return await take_up_staff(
        state, a_list(*lines), by=OPERATOR, now=SUNDAY, leavers_ok=leavers_ok
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_the_list_is_read_in_every_encoding_it_comes_in(encoding: str) -> None:
    line = a_line("1").replace(",1,", ",王小明,")
    found = read_staff_list(a_list(line, encoding=encoding), TODAY)
    assert [(one.name, one.role) for one in found.members] == [("王小明", "pharmacist")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("12345,藥師,王,,s1,在職,", "institution code"),
        (f"{PHARMACY},醫檢師,王,,s1,在職,", "profession"),
        (f"{PHARMACY},藥師,,,s1,在職,", "name"),
        (f"{PHARMACY},藥師,王,,,在職,", "serial"),
        (f"{PHARMACY},藥師,王,GCA,s1,在職,", "issuer"),
        (f"{PHARMACY},藥師,王,,s1,休假,", "status"),
        (f"{PHARMACY},藥師,王,,s1,在職,昨天", "no date"),
        (f"{PHARMACY},藥師,王,,s1,在職", "cells"),
        (f"{PHARMACY},藥師,王,,serial-good,在職,\n{PHARMACY},藥師,王,,serial-good,在職,", "twice"),
    ],
)
async def test_a_damaged_list_is_refused_whole_with_line_and_reason(
    state: State, line: str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        await take_up(state, a_line("good"), line)
    assert "line" in str(refusal.value)
    assert (await state.people.roster(PHARMACY, SUNDAY)).staff == []


@pytest.mark.parametrize("body", [b"", b"\0\1", b"\xff\xfe\xfd", HEADING.encode(), b"a,b\n1,2\n"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_staff_list(body, TODAY)


async def test_listed_staff_come_in_with_their_own_card_and_the_role_of_their_profession(
    state: State,
) -> None:
    await take_up(
        state,
        a_line("pha"),
        a_line("assistant", profession="藥劑生"),
        a_line("doctor", CENTRE, "醫師"),
        a_line("nurse", CENTRE, "護理師"),
    )
    roles = []
    for who in ("pha", "assistant", "doctor", "nurse"):
        user = await recognise(state, a_card(who), SUNDAY)
        assert user is not None
        roles.append(user.grants[0].role)
    assert roles == ["pharmacist", "pharmacy_assistant", "doctor", "nurse"]


async def test_the_list_authorises_only_the_professions_of_the_kind_of_outlet(
    state: State,
) -> None:
    await take_up(state, a_line("nurse", profession="護理師"), a_line("pha", CENTRE))
    assert await recognise(state, a_card("nurse"), SUNDAY) is None
    assert await recognise(state, a_card("pha"), SUNDAY) is None


async def test_a_name_opens_nothing_and_nor_does_anothers_issuer(state: State) -> None:
    await take_up(state, a_line("pha"))
    namesake = a_card("x", name="pha")
    foreign = a_card("pha", issuer_sha256="b" * 64)
    assert await recognise(state, namesake, SUNDAY) is None
    assert await recognise(state, foreign, SUNDAY) is None


async def test_a_line_without_issuer_is_meant_for_personnel_cards_alone(state: State) -> None:
    await take_up(state, a_line("pha", issuer=""))
    assert await recognise(state, a_card("pha", "citizen"), SUNDAY) is None
    assert await recognise(state, a_card("pha"), SUNDAY) is not None


async def test_the_first_login_binds_the_key_and_another_key_is_refused(state: State) -> None:
    await take_up(state, a_line("pha", issuer=""))
    first = await recognise(state, a_card("pha"), SUNDAY)
    assert first is not None
    for card in (renewed(a_card("pha")), a_card("pha", key="z", issuer_sha256="b" * 64)):
        with pytest.raises(NotPermitted) as refusal:
            await recognise(state, card, SUNDAY)
        assert refusal.value.code == "CARD_RENEWED"
    assert await recognise(state, a_card("pha"), SUNDAY) == first


async def test_leavers_lose_their_role_and_their_live_sessions_with_the_next_list(
    state: State,
) -> None:
    await take_up(state, a_line("pha"), a_line("stays"))
    user = await recognise(state, a_card("pha"), SUNDAY)
    assert user is not None
    card = user.certificate
    session = Session("s", user.id, "", PHARMACY, "pharmacist", card, SUNDAY, SUNDAY)
    await state.accounts.open_session(session, {"act": "login", "by": user.id})
    changes = await take_up(state, a_line("stays"))
    assert (changes.left, changes.same, changes.sessions) == (1, 1, ("s",))
    assert await state.accounts.session("s") is None
    assert await recognise(state, a_card("pha"), SUNDAY) is None


@pytest.mark.parametrize("mark", [{"status": "離職"}, {"left_on": "1090209"}])
async def test_whoever_is_marked_as_left_has_left(state: State, mark: dict[str, str]) -> None:
    await take_up(state, a_line("pha"))
    assert await recognise(state, a_card("pha"), SUNDAY) is not None
    assert (await take_up(state, a_line("pha", **mark))).left == 1
    assert await recognise(state, a_card("pha"), SUNDAY) is None


async def test_an_institution_the_list_does_not_name_keeps_its_staff(state: State) -> None:
    await take_up(state, a_line("pha"), a_line("other", OTHER_PHARMACY))
    changes = await take_up(state, a_line("pha"))
    assert (changes.left, changes.same) == (0, 1)
    assert await recognise(state, a_card("other"), SUNDAY) is not None


async def test_what_others_granted_a_leaver_stays_theirs_to_take_away(state: State) -> None:
    representative = await a_representative(state)
    administrator = await an_administrator(state, representative, PHARMACY, "pha")
    await take_up(state, a_line("pha"), a_line("stays"))
    await recognise(state, a_card("pha"), SUNDAY)
    assert {(administrator.id, "pharmacist"), (administrator.id, "administrator")} <= (
        await access_at(state)
    )
    await take_up(state, a_line("stays"))
    assert (administrator.id, "administrator") in await access_at(state)
    assert (administrator.id, "pharmacist") not in await access_at(state)


async def test_a_list_cut_off_in_the_middle_is_asked_about(state: State) -> None:
    lines = [a_line(f"p{n}") for n in range(30)]
    await take_up(state, *lines)
    with pytest.raises(Conflict) as refusal:
        await take_up(state, *lines[:10])
    assert refusal.value.code == "MANY_LEAVERS"
    assert (await take_up(state, *lines[:10], leavers_ok=True)).left == 20


async def test_whom_the_administrator_shut_out_the_list_does_not_let_in_again(
    state: State,
) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    await take_up(state, a_line("pha"))
    user = await recognise(state, a_card("pha"), SUNDAY)
    assert user is not None
    values = {"by": administrator.id, "institution": PHARMACY, "now": SUNDAY}
    await users.remove_user(state, user=user.id, **values)
    await take_up(state, a_line("pha"))
    assert await recognise(state, a_card("pha"), SUNDAY) is None
    (member,) = (await state.people.roster(PHARMACY, SUNDAY)).staff
    await users.shut_out(state, member=member.id, blocked=False, **values)
    assert await recognise(state, a_card("pha"), SUNDAY) is not None


async def test_an_administrator_on_the_list_does_not_let_himself_in_again(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state), PHARMACY, "pha")
    await take_up(state, a_line("pha"))
    await recognise(state, a_card("pha"), SUNDAY)
    (member,) = (await state.people.roster(PHARMACY, SUNDAY)).staff
    values = {"by": administrator.id, "institution": PHARMACY, "member": member.id, "now": SUNDAY}
    await users.shut_out(state, blocked=True, **values)
    with pytest.raises(Refused, match="GRANT_TO_SELF"):
        await users.shut_out(state, blocked=False, **values)
