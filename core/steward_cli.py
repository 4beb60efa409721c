"""``maskmap people steward …``: the authority's first people, and whom nobody else can help.

Whoever may start these commands can write the database anyway: no further right is given away.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import click

from core.actions import appointments, users
from core.clock import system_clock
from core.domain.access import ROLE_NAMES
from core.domain.calendar import rfc3339
from core.domain.people import AUTHORITY, Access
from core.settings import Settings
from core.storage import open_state

OPERATOR = "operator"
_INSTITUTION = click.argument("institution", default=AUTHORITY, metavar="[INSTITUTION]")


@click.command()
@click.option("--name", required=True, help="For whom the code is.")
@click.pass_obj
def steward(settings: Settings, name: str) -> None:
    """Print a one-time code that makes its holder a steward (the authority, 主管機關).

    It is redeemed within seven days at the portal's login, with the invited one's own medical
    personnel card or citizen certificate.
    """
    click.echo(asyncio.run(_invite(settings, name)))


async def _invite(settings: Settings, name: str) -> str:
    async with open_state(settings) as state:
        invited = await appointments.appoint(
            state,
            by=OPERATOR,
            institution=AUTHORITY,
            name=name,
            now=system_clock(),
            role="steward",
            authority=True,
        )
        return invited.code


@click.command()
@_INSTITUTION
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def holders(settings: Settings, institution: str, as_json: bool) -> None:
    """List who has access at an institution, and when it was last used; else the stewards."""
    found = asyncio.run(_holders(settings, institution))
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        used = one.last_used_at
        words = (one.user, one.role, ROLE_NAMES[one.role].zh, one.name)
        click.echo("  ".join((*words, f"last used {_time(used)}" if used else "never used")))


async def _holders(settings: Settings, institution: str) -> list[Access]:
    async with open_state(settings) as state:
        return list((await state.people.roster(institution, system_clock())).access)


def _row(access: Access) -> dict[str, object]:
    return {
        "user": access.user,
        "role": access.role,
        "name": access.name,
        "granted_by": access.granted_by,
        "last_used_at": _time(access.last_used_at) if access.last_used_at else None,
    }


def _time(instant: datetime) -> str:
    return rfc3339(instant)


@click.command()
@click.argument("user")
@_INSTITUTION
@click.option(
    "--role",
    type=click.Choice(["steward", "representative", "administrator"]),
    default="steward",
    show_default=True,
    help="What the user is no longer.",
)
@click.pass_obj
def dismiss(settings: Settings, user: str, institution: str, role: str) -> None:
    """Dismiss a steward at once (or a representative, an administrator of an institution).

    USER is the id that `maskmap people holders` lists. Live sessions end within seconds.
    """
    asyncio.run(_dismiss(settings, user, institution, role))


async def _dismiss(settings: Settings, user: str, institution: str, role: str) -> None:
    async with open_state(settings) as state:
        await appointments.dismiss(
            state,
            by=OPERATOR,
            institution=institution,
            user=user,
            now=system_clock(),
            role=role,
            leaving_none=True,
            authority=True,
        )


@click.command()
@click.argument("user")
@_INSTITUTION
@click.pass_obj
def renew(settings: Settings, user: str, institution: str) -> None:
    """Print a code with which a user's renewed card takes the place of one that is lost.

    For stewards, representatives and the only administrator: others ask their administrator. Only
    a card of the same subject serial redeems it.
    """
    click.echo(asyncio.run(_renew(settings, user, institution)))


async def _renew(settings: Settings, user: str, institution: str) -> str:
    async with open_state(settings) as state:
        invited = await users.invite_renewal(
            state,
            by=OPERATOR,
            institution=institution,
            user=user,
            now=system_clock(),
            authority=True,
        )
        return invited.code
