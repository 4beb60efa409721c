"""However acts follow each other: nobody ends with a role that nobody else gave him."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from core.actions import appointments, own_access, users
from core.actions.invitations import Wish
from core.actions.people import recognise, redeem
from core.errors import MaskmapError
from core.storage import State
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY
from tests.core.actions.staff import (
    OPERATOR,
    a_card,
    a_representative,
    a_user,
    an_administrator,
    opened,
    renewed,
    served,
)

ACTS = 250
PLACES = (PHARMACY, OTHER_PHARMACY)
ROLES = ("representative", "administrator", "user")
PERSONS = ("admin-0", "admin-1", "user-0", "user-1", "stranger")


class World:
    """People who try everything they can, for themselves and for each other."""

    def __init__(self, state: State, rng: random.Random) -> None:
        self.state = state
        self.rng = rng
        self.codes: list[str] = []
        self.users = [OPERATOR, "nobody"]
        self.allowed = 0

    async def meet(self) -> None:
        """Let everybody who is known log in."""
        for who in PERSONS:
            with suppress(MaskmapError):
                found = await recognise(self.state, a_card(who), SUNDAY)
                if found and found.id not in self.users:
                    self.users.append(found.id)

    def somebody(self) -> str:
        return self.rng.choice(self.users)

    async def invite_administrator(self) -> None:
        invited = await appointments.appoint(
            self.state,
            by=self.somebody(),
            institution=self.rng.choice(PLACES),
            name="x",
            now=SUNDAY,
            role=self.rng.choice(ROLES[:2]),
        )
        self.codes.append(invited.code)

    async def invite_user(self) -> None:
        wish = Wish("user", "x", users.chosen([self.rng.choice(users.services_of("user"))]))
        by, place = self.somebody(), self.rng.choice(PLACES)
        invited = await users.invite_users(self.state, [wish], by=by, institution=place, now=SUNDAY)
        self.codes.append(invited[0].code)

    async def redeem_one(self) -> None:
        code, card = self.rng.choice([*self.codes, "ACACACAC"]), a_card(self.rng.choice(PERSONS))
        if self.rng.random() < 0.5:
            await recognise(self.state, self.rng.choice([card, renewed(card)]), SUNDAY, code)
        else:
            await redeem(self.state, certificate=card.key, code=code, now=SUNDAY)

    async def authorise(self) -> None:
        await users.authorise(
            self.state,
            by=self.somebody(),
            institution=self.rng.choice(PLACES),
            user=self.somebody(),
            role=self.rng.choice(ROLES),
            services=["purchase", "intake"],
            now=SUNDAY,
        )

    async def renew(self) -> None:
        invited = await users.invite_renewal(
            self.state,
            by=self.somebody(),
            institution=self.rng.choice(PLACES),
            user=self.somebody(),
            now=SUNDAY,
        )
        self.codes.append(invited.code)

    async def take_another_card(self) -> None:
        await own_access.bind_new_card(
            self.state,
            a_card(self.rng.choice(PERSONS)),
            by=self.somebody(),
            old="none",
            now=SUNDAY,
        )

    async def dismiss(self) -> None:
        await appointments.dismiss(
            self.state,
            by=self.somebody(),
            institution=self.rng.choice(PLACES),
            user=self.somebody(),
            now=SUNDAY,
            leaving_none=True,
        )

    async def remove(self) -> None:
        await users.remove_user(
            self.state,
            by=self.somebody(),
            institution=self.rng.choice(PLACES),
            user=self.somebody(),
            now=SUNDAY,
        )

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        granting = [self.invite_administrator, self.invite_user, self.redeem_one, self.authorise]
        return [*granting, *granting, self.renew, self.take_another_card, self.dismiss, self.remove]


async def test_nobody_ends_with_a_role_that_nobody_else_gave_him(
    state: Path, rng: random.Random
) -> None:
    async with opened(state) as found:
        await served(found)
        for index, place in enumerate(PLACES):
            representative = await a_representative(found, place)
            admin = await an_administrator(found, representative, place, f"admin-{index}")
            await a_user(found, admin, place, f"user-{index}")
        world = World(found, rng)
        for _ in range(ACTS):
            await world.meet()
            with suppress(MaskmapError):
                await rng.choice(world.acts())()
                world.allowed += 1
            for place in PLACES:
                for access in (await found.people.roster(place, SUNDAY)).access:
                    assert access.granted_by != access.user, access
                    if access.role == "representative":
                        assert access.granted_by == OPERATOR
        # The world moved: what was refused did not make it trivially true.
        assert world.allowed
