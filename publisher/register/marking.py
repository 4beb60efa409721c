"""``maskmap outlets mark``: what only a hand may set of an outlet."""

from __future__ import annotations

import asyncio
from typing import get_args

import click

from core.actions.outlets import mark_outlet
from core.clock import system_clock
from core.domain.outlets import Outlet, Status
from core.settings import Settings
from core.storage import open_state


@click.command()
@click.argument("code")
@click.option("--test/--no-test", "test", default=None, help="A test outlet is never published.")
@click.option("--status", type=click.Choice(get_args(Status)), help="Whether it still sells.")
@click.option("--reason", help="Why, in words for the public; goes with --status.")
@click.pass_obj
def mark(
    settings: Settings, code: str, test: bool | None, status: Status | None, reason: str | None
) -> None:
    """Mark one outlet: test or not, active, paused or withdrawn. Its row and its counts stay."""
    if test is None and status is None:
        raise click.UsageError("name what to mark: --test, --no-test or --status")
    if reason is not None and status is None:
        raise click.UsageError("--reason goes with --status")
    marked = asyncio.run(_mark(settings, code, test, status, reason or ""))
    kind = "test outlet" if marked.test else "public outlet"
    click.echo(f"{marked.code} {marked.name}: {kind}, {marked.status}", err=True)


async def _mark(
    settings: Settings, code: str, test: bool | None, status: Status | None, reason: str
) -> Outlet:
    async with open_state(settings) as state:
        return await mark_outlet(
            state.ledger,
            code,
            by="outlets mark",
            clock=system_clock,
            test=test,
            status=status,
            reason=reason,
        )
