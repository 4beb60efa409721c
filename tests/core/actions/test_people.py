"""機構代表 → 機構管理者 → 機構使用者: who may let whom in, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.actions import appointments, own_access, service_applications, users
from core.actions.invitations import Wish
from core.actions.people import recognise, redeem
from core.errors import Conflict, Invalid, MaskmapError, NotFound, NotPermitted, Refused
from core.ports import Session
from core.storage import State
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY
from tests.core.actions.staff import (
    OPERATOR,
    a_card,
    a_representative,
    a_user,
    access_at,
    an_administrator,
    let_in,
    opened,
    renewed,
    served,
)


@pytest.fixture
async def state(state: Path) -> AsyncIterator[State]:
    async with opened(state) as found:
        yield found


async def a_session(state: State, user: str, role: str, institution: str = PHARMACY) -> str:
    cards = [one for one in await state.people.cards_of(user) if one.retired_at is None]
    grant = await own_access.grant_for(state, user=user, institution=institution, role=role)
    narrowed = {} if grant.services is None else {"services": " ".join(grant.services) or "none"}
    identity, key = f"s-{user}-{role}-{institution}", cards[0].key
    session = Session(identity, user, "", institution, role, key, SUNDAY, SUNDAY, narrowed)
    await state.accounts.open_session(session, {"act": "login", "by": user, "outlet": institution})
    return session.id


async def test_a_stranger_with_a_good_card_is_nobody(state: State) -> None:
    assert await recognise(state, a_card("stranger"), SUNDAY) is None


async def test_an_invited_card_is_bound_and_known_from_then_on(state: State) -> None:
    representative = await a_representative(state)
    again = await recognise(state, a_card(f"rep-{PHARMACY}", "institution"), SUNDAY)
    assert again == representative
    assert [(grant.institution, grant.role) for grant in again.grants] == [
        (PHARMACY, "representative")
    ]


async def test_a_code_works_once_however_it_is_typed_and_not_after_seven_days(
    state: State,
) -> None:
    representative = await a_representative(state)

    async def a_code() -> str:
        invited = await appointments.appoint(
            state, by=representative.id, institution=PHARMACY, name="王", now=SUNDAY
        )
        return invited.code

    code = await a_code()
    typed = f" {code[:4].lower()}-{code[4:]} "
    assert (await let_in(state, typed, a_card("one"))).grants[0].role == "administrator"
    with pytest.raises(Refused, match="INVITATION_INVALID"):
        await recognise(state, a_card("two"), SUNDAY, code)
    late = SUNDAY + timedelta(days=7)
    with pytest.raises(Refused, match="INVITATION_INVALID"):
        await recognise(state, a_card("two"), late, await a_code())
    for nonsense in ("x", "00000000", "", "ÄÖÜ"):
        if nonsense:
            with pytest.raises(Refused, match="INVITATION_INVALID"):
                await recognise(state, a_card("two"), SUNDAY, nonsense)
    assert await recognise(state, a_card("two"), SUNDAY) is None


async def test_the_code_itself_is_nowhere_in_the_database(state: State, tmp_path: Path) -> None:
    representative = await a_representative(state)
    invited = await appointments.appoint(
        state, by=representative.id, institution=PHARMACY, name="王", now=SUNDAY
    )
    files = list(tmp_path.rglob("ledger.sqlite*"))
    assert files
    assert all(invited.code.encode() not in file.read_bytes() for file in files)


async def test_whoever_chooses_an_institution_may_send_his_code_again(state: State) -> None:
    representative = await a_representative(state)
    invited = await appointments.appoint(
        state, by=representative.id, institution=PHARMACY, name="王", now=SUNDAY
    )
    first = await let_in(state, invited.code, a_card("one"))
    assert await let_in(state, invited.code, a_card("one")) == first


async def test_an_institutions_card_is_its_representatives_and_nobody_elses(state: State) -> None:
    representative = await a_representative(state)
    invited = await appointments.appoint(
        state, by=representative.id, institution=PHARMACY, name="王", now=SUNDAY
    )
    with pytest.raises(Refused, match="CARD_KIND"):
        await recognise(state, a_card("other", "government"), SUNDAY, invited.code)
    to_represent = await appointments.appoint(
        state,
        by=OPERATOR,
        institution=PHARMACY,
        name="李",
        now=SUNDAY,
        role="representative",
        authority=True,
    )
    with pytest.raises(Refused, match="CARD_KIND"):
        await recognise(state, a_card("person"), SUNDAY, to_represent.code)


async def test_only_the_representative_of_the_same_institution_appoints(state: State) -> None:
    representative = await a_representative(state)
    elsewhere = await a_representative(state, OTHER_PHARMACY)
    administrator = await an_administrator(state, representative)
    for by in (administrator.id, elsewhere.id, "nobody"):
        with pytest.raises(NotPermitted):
            await appointments.appoint(state, by=by, institution=PHARMACY, name="友", now=SUNDAY)
    with pytest.raises(NotPermitted):
        await appointments.appoint(
            state,
            by=administrator.id,
            institution=PHARMACY,
            name="本人",
            now=SUNDAY,
            role="representative",
        )


async def test_an_administrator_invites_users_at_his_own_institution_only(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    await served(state)
    user = await a_user(state, administrator, PHARMACY, "user", "records", "purchase")
    assert user.grants[0].services == ("purchase", "records")
    with pytest.raises(NotPermitted):
        await a_user(state, administrator, OTHER_PHARMACY)
    with pytest.raises(NotPermitted):
        await a_user(state, user, PHARMACY, "friend")


async def test_nobody_redeems_a_code_he_made_himself(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    wish = Wish("user", "self", users.chosen(["purchase"]))
    (invited,) = await users.invite_users(
        state, [wish], by=administrator.id, institution=PHARMACY, now=SUNDAY
    )
    with pytest.raises(Refused, match="GRANT_TO_SELF"):
        await recognise(state, a_card("admin"), SUNDAY, invited.code)
    with pytest.raises(Refused, match="GRANT_TO_SELF"):
        await redeem(state, certificate=a_card("admin").key, code=invited.code, now=SUNDAY)
    assert (administrator.id, "user") not in await access_at(state)


async def test_nobody_widens_what_he_may_do_himself(state: State) -> None:
    representative = await a_representative(state)
    one = await an_administrator(state, representative, PHARMACY, "one")
    two = await an_administrator(state, representative, PHARMACY, "two")
    await served(state)
    wish = Wish("user", "one too", users.chosen(["records"]))
    (invited,) = await users.invite_users(
        state, [wish], by=two.id, institution=PHARMACY, now=SUNDAY
    )
    await redeem(state, certificate=a_card("one").key, code=invited.code, now=SUNDAY)
    values = {"institution": PHARMACY, "role": "user", "services": ["purchase"], "now": SUNDAY}
    with pytest.raises(Refused, match="GRANT_TO_SELF"):
        await users.authorise(state, by=one.id, user=one.id, **values)
    await users.authorise(state, by=two.id, user=one.id, **values)
    roster = await state.people.roster(PHARMACY, SUNDAY)
    assert [a.services for a in roster.of_user(one.id) if a.role == "user"] == [("purchase",)]


async def test_taking_away_ends_the_live_sessions_of_that_role_at_once(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    user = await a_user(state, administrator)
    here = await a_session(state, user.id, "user")
    other = await a_session(state, administrator.id, "administrator")
    changed = await users.remove_user(
        state, by=administrator.id, institution=PHARMACY, user=user.id, now=SUNDAY
    )
    assert changed.sessions == (here,)
    assert await state.accounts.session(here) is None
    assert await state.accounts.session(other) is not None
    assert await recognise(state, a_card("user", "citizen"), SUNDAY) is None


async def test_narrowing_ends_the_sessions_that_were_wider(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    user = await a_user(state, administrator, PHARMACY, "user", "purchase", "intake")
    session = await a_session(state, user.id, "user")
    changed = await users.authorise(
        state,
        by=administrator.id,
        institution=PHARMACY,
        user=user.id,
        role="user",
        services=["intake"],
        now=SUNDAY,
    )
    assert changed.sessions == (session,)


async def test_an_administrator_finds_nobody_of_another_institution(state: State) -> None:
    one = await an_administrator(state, await a_representative(state), PHARMACY, "one")
    representative = await a_representative(state, OTHER_PHARMACY)
    two = await an_administrator(state, representative, OTHER_PHARMACY, "two")
    theirs = await a_user(state, two, OTHER_PHARMACY, "theirs")
    values = {"institution": PHARMACY, "now": SUNDAY}
    with pytest.raises(NotFound):
        await users.remove_user(state, by=one.id, user=theirs.id, **values)
    with pytest.raises(NotFound):
        await users.invite_renewal(state, by=one.id, user=theirs.id, **values)
    with pytest.raises(NotFound):
        await users.authorise(
            state, by=one.id, user=theirs.id, role="user", services=["intake"], **values
        )
    assert (theirs.id, "user") in await access_at(state, OTHER_PHARMACY)


async def test_the_last_administrator_goes_only_with_a_word(state: State) -> None:
    representative = await a_representative(state)
    only = await an_administrator(state, representative)
    with pytest.raises(Refused, match="LAST_ADMINISTRATOR"):
        await appointments.give_up(
            state, by=only.id, institution=PHARMACY, role="administrator", now=SUNDAY
        )
    values = {"by": representative.id, "institution": PHARMACY, "user": only.id, "now": SUNDAY}
    with pytest.raises(Refused, match="LAST_ADMINISTRATOR"):
        await appointments.dismiss(state, **values)
    await appointments.dismiss(state, **values, leaving_none=True)
    roster = await state.people.roster(PHARMACY, SUNDAY)
    assert appointments.warning_of(roster) == "NO_ADMINISTRATOR"


async def test_with_a_successor_the_administrator_may_leave(state: State) -> None:
    representative = await a_representative(state)
    one = await an_administrator(state, representative, PHARMACY, "one")
    await an_administrator(state, representative, PHARMACY, "two")
    await appointments.give_up(
        state, by=one.id, institution=PHARMACY, role="administrator", now=SUNDAY
    )
    assert (one.id, "administrator") not in await access_at(state)


async def test_the_authority_appoints_where_nobody_is_left(state: State) -> None:
    invited = await appointments.appoint(
        state, by="steward-1", institution=PHARMACY, name="王", now=SUNDAY, authority=True
    )
    user = await let_in(state, invited.code, a_card("new"))
    assert user.grants[0].role == "administrator"


async def test_a_code_taken_back_opens_nothing(state: State) -> None:
    representative = await a_representative(state)
    invited = await appointments.appoint(
        state, by=representative.id, institution=PHARMACY, name="王", now=SUNDAY
    )
    values = {"institution": PHARMACY, "invitation": invited.invitation.id, "now": SUNDAY}
    with pytest.raises(NotPermitted):
        await appointments.withdraw(state, by="nobody", appointing=True, **values)
    await appointments.withdraw(state, by=representative.id, appointing=True, **values)
    with pytest.raises(Refused, match="INVITATION_INVALID"):
        await recognise(state, a_card("late"), SUNDAY, invited.code)
    with pytest.raises(NotFound):
        await appointments.withdraw(state, by=representative.id, appointing=True, **values)


async def test_without_a_granted_service_nobody_works_at_the_counter(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    user = await a_user(state, administrator)
    assert user.grants[0].services == ()
    service = await service_applications.apply_for_service(
        state, by=administrator.id, institution=PHARMACY, now=SUNDAY
    )
    assert service.state == "applied"
    with pytest.raises(Conflict):
        await service_applications.apply_for_service(
            state, by=administrator.id, institution=PHARMACY, now=SUNDAY
        )
    decision = {"by": "steward-1", "institution": PHARMACY, "now": SUNDAY}
    await service_applications.decide_service(state, grant=True, reason="", **decision)
    again = await recognise(state, a_card("user", "citizen"), SUNDAY)
    assert again is not None
    assert again.grants[0].services == ("purchase",)
    session = await a_session(state, user.id, "user")
    with pytest.raises(Invalid, match="why"):
        await service_applications.decide_service(state, grant=False, reason=" ", **decision)
    ended = await service_applications.decide_service(state, grant=False, reason="停業", **decision)
    assert ended.sessions == (session,)
    assert (await state.people.services([PHARMACY]))[0].state == "withdrawn"


async def test_institutions_that_had_a_service_before_are_granted_at_once(state: State) -> None:
    assert await service_applications.list_served(state, [PHARMACY], by=OPERATOR, now=SUNDAY) == 1
    assert (await state.people.services([PHARMACY]))[0].state == "granted"
    with pytest.raises(Invalid, match="code"):
        await service_applications.list_served(
            state, [OTHER_PHARMACY, "12"], by=OPERATOR, now=SUNDAY
        )
    assert (await state.people.services([OTHER_PHARMACY]))[0].state == "none"


async def test_a_withdrawn_service_is_not_granted_by_a_list_or_at_once(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    await served(state)
    await service_applications.decide_service(
        state, by="steward-1", institution=PHARMACY, grant=False, reason="違規", now=SUNDAY
    )
    await served(state)
    assert (await state.people.services([PHARMACY]))[0].state == "withdrawn"
    service = await service_applications.apply_for_service(
        state, by=administrator.id, institution=PHARMACY, now=SUNDAY
    )
    assert service.state == "applied"


async def test_a_renewed_card_is_refused_until_an_administrator_says_so(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    await served(state)
    user = await a_user(state, administrator)
    old = a_card("user", "citizen")
    session = await a_session(state, user.id, "user")
    with pytest.raises(NotPermitted) as refusal:
        await recognise(state, renewed(old), SUNDAY)
    assert refusal.value.code == "CARD_RENEWED"
    invited = await users.invite_renewal(
        state, by=administrator.id, institution=PHARMACY, user=user.id, now=SUNDAY
    )
    with pytest.raises(Refused, match="INVITATION_INVALID"):
        await recognise(state, a_card("thief", "citizen"), SUNDAY, invited.code)
    # Another authority's card, of another kind, that happens to bear the same serial.
    namesake = a_card("thief", subject_serial=old.subject_serial, issuer_sha256="b" * 64)
    with pytest.raises(Refused, match="INVITATION_INVALID"):
        await recognise(state, namesake, SUNDAY, invited.code)
    again = await let_in(state, invited.code, renewed(old))
    assert again.id == user.id
    assert again.grants == user.grants
    assert await recognise(state, old, SUNDAY) is None
    assert await state.accounts.session(session) is None


async def test_the_old_card_registers_the_new_one_and_retires(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    user = await a_user(state, administrator)
    old = a_card("user", "citizen")
    new = a_card("user-new-number", "citizen")
    await own_access.bind_new_card(state, new, by=user.id, old=old.key, now=SUNDAY)
    again = await recognise(state, new, SUNDAY)
    assert again is not None
    assert again.id == user.id
    assert await recognise(state, old, SUNDAY) is None
    with pytest.raises(Conflict) as refusal:
        await own_access.bind_new_card(state, a_card("admin"), by=user.id, old=new.key, now=SUNDAY)
    assert refusal.value.code == "CARD_BOUND"


async def test_a_card_of_another_kind_stands_beside_the_first(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    citizen = a_card("admin-private", "citizen")
    await own_access.bind_new_card(
        state, citizen, by=administrator.id, old=a_card("admin").key, now=SUNDAY
    )
    for card in (citizen, a_card("admin")):
        found = await recognise(state, card, SUNDAY)
        assert found is not None
        assert found.id == administrator.id


async def test_every_act_leaves_an_audit_row_and_so_does_a_refusal(state: State) -> None:
    administrator = await an_administrator(state, await a_representative(state))
    user = await a_user(state, administrator)
    with pytest.raises(MaskmapError):
        await users.remove_user(
            state, by=user.id, institution=PHARMACY, user=administrator.id, now=SUNDAY
        )
    acts, further = await state.people.acts(PHARMACY, None, 50)
    assert further is None
    assert [(one.act, one.what.get("refused")) for one in acts] == [
        ("remove_user", "NOT_PERMITTED"),
        ("redeem", None),
        ("invite", None),
        ("redeem", None),
        ("invite", None),
        ("redeem", None),
        ("invite", None),
    ]
    assert await state.people.acts(OTHER_PHARMACY, None, 50) == ([], None)


async def test_an_institutions_acts_are_read_page_by_page(state: State) -> None:
    await a_representative(state)
    first, further = await state.people.acts(PHARMACY, None, 1)
    second, end = await state.people.acts(PHARMACY, further, 1)
    assert [one.number for one in first] > [one.number for one in second]
    assert (await state.people.acts(PHARMACY, end, 5))[0] == []
