"""``maskmap staff`` and ``maskmap people``: what the authority's operator does."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from core.actions import appointments, service_applications, staff_list
from core.clock import system_clock
from core.domain.people import SERVICE_STATES
from core.errors import Invalid
from core.ports import StaffChanges
from core.settings import Settings
from core.steward_cli import OPERATOR, dismiss, holders, renew, steward
from core.storage import open_state


@click.group()
def staff() -> None:
    """The authority's list of practising staff (職登)."""


@staff.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--leavers-ok", is_flag=True, help="Many leave at once, and the list is whole.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def import_command(settings: Settings, file: Path, leavers_ok: bool, as_json: bool) -> None:
    """Take up a CSV list of staff, whole; a damaged one is refused with line and reason.

    Columns: institution_code, profession (藥師 藥劑生 醫師 護理師), name, card_issuer (may be
    empty), card_serial, status, left_on.
    """
    changes = asyncio.run(_take_up(settings, file.read_bytes(), leavers_ok))
    report = {name: value for name, value in asdict(changes).items() if name != "sessions"}
    report["sessions_ended"] = len(changes.sessions)
    if as_json:
        click.echo(json.dumps(report))
    click.echo(
        "{added} added, {changed} changed, {left} left, {same} as before;"
        " {sessions_ended} sessions ended".format(**report),
        err=True,
    )


async def _take_up(settings: Settings, body: bytes, leavers_ok: bool) -> StaffChanges:
    async with open_state(settings) as state:
        return await staff_list.take_up_staff(
            state, body, by=OPERATOR, now=system_clock(), leavers_ok=leavers_ok
        )


@click.group()
def people() -> None:
    """Institutions and stewards: who comes in first; the service 防疫口罩管控系統."""


for _command in (steward, holders, dismiss, renew):
    people.add_command(_command)


@people.command()
@click.argument("institution")
@click.option(
    "--role",
    type=click.Choice(["representative", "administrator"]),
    default="representative",
    show_default=True,
    help="Whom the code makes its holder.",
)
@click.option("--name", required=True, help="For whom the code is.")
@click.pass_obj
def invite(settings: Settings, institution: str, role: str, name: str) -> None:
    """Print a one-time code, to be redeemed within seven days with the invited one's own card."""
    click.echo(asyncio.run(_invite(settings, institution, role, name)))


async def _invite(settings: Settings, institution: str, role: str, name: str) -> str:
    async with open_state(settings) as state:
        if await state.ledger.outlet(institution) is None:
            raise Invalid(f"{institution} is not in the register: import it first")
        invited = await appointments.appoint(
            state,
            by=OPERATOR,
            institution=institution,
            name=name,
            now=system_clock(),
            role=role,
            authority=True,
        )
        return invited.code


@people.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def served(settings: Settings, file: Path) -> None:
    """Read institution codes, one a line, that had a VPN service before: granted at once."""
    codes = file.read_text("utf-8-sig").split()
    granted = asyncio.run(_served(settings, codes))
    click.echo(f"{len(codes)} institutions listed, {granted} granted by it", err=True)


async def _served(settings: Settings, codes: list[str]) -> int:
    async with open_state(settings) as state:
        return await service_applications.list_served(state, codes, by=OPERATOR, now=system_clock())


@people.command()
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def services(settings: Settings, as_json: bool) -> None:
    """List the institutions that applied for the service, or were listed."""
    found = asyncio.run(_services(settings))
    if as_json:
        click.echo(json.dumps(found))
    for row in [] if as_json else found:
        state = SERVICE_STATES[str(row["state"])]
        click.echo(f"{row['institution']} {state.zh} {state.en} {row['reason']}".rstrip())


async def _services(settings: Settings) -> list[dict[str, object]]:
    async with open_state(settings) as state:
        return [
            {"institution": one.institution, "state": one.state, "reason": one.reason}
            for one in await state.people.services()
        ]


@people.command()
@click.argument("institution")
@click.option("--refuse", is_flag=True, help="Refuse it, or withdraw it, instead.")
@click.option("--reason", default="", help="Why; the institution reads it.")
@click.pass_obj
def service(settings: Settings, institution: str, refuse: bool, reason: str) -> None:
    """Grant an institution the service; with --refuse, refuse or withdraw it."""
    asyncio.run(_decide(settings, institution, not refuse, reason))


async def _decide(settings: Settings, institution: str, grant: bool, reason: str) -> None:
    async with open_state(settings) as state:
        await service_applications.decide_service(
            state,
            by=OPERATOR,
            institution=institution,
            grant=grant,
            reason=reason,
            now=system_clock(),
        )
