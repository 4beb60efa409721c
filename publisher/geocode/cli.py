"""``maskmap outlets geocode``."""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import click
import pandas as pd
from tqdm import tqdm

from core.actions.outlets import change_register
from core.clock import system_clock
from core.domain.outlets import Outlet
from core.errors import NotFound
from core.settings import Settings
from core.storage import open_state
from publisher.geocode.asking import SAME_ADDRESS, SAME_ROAD, asked_of, needs_place, well_placed
from publisher.geocode.cache import Cache, cache_path
from publisher.geocode.chain import Found, find
from publisher.geocode.links import Link, OfflineLink, Service
from publisher.geocode.offline import AlongRoads, SameAddress
from publisher.geocode.report import Run, report, summary
from publisher.geocode.services import close, configured
from publisher.geocode.taking import placing, with_findings
from publisher.register.cli import registered
from publisher.register.evidence import load_evidence, save_evidence

BATCH = 200
SERVICE_LEFT = 3


@dataclass(frozen=True)
class _Task:
    """What is to be done: the outlets to place, in turn, and by whom."""

    settings: Settings
    outlets: Sequence[Outlet]
    links: Sequence[Link]
    services: list[Service]
    dry: bool


@click.command()
@click.argument("codes", nargs=-1)
@click.option(
    "--dry-run", is_flag=True, help="Ask no service and write nothing; say what would be."
)
@click.option("--limit", type=click.IntRange(min=1), help="Look at so many outlets at most.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def geocode(
    settings: Settings, codes: tuple[str, ...], dry_run: bool, limit: int | None, as_json: bool
) -> None:
    """Find a place for outlets that have none, of all or of the CODES named.

    First from the register itself, offline; then from the services whose hosts the settings name.
    Exit code 3: a service was left before the end; what was found until then is written.
    """
    logging.getLogger("geopy").setLevel(logging.ERROR)
    # What it warns of (a latitude above 90) comes back as a fault, which is counted and told.
    warnings.filterwarnings("ignore", module=r"geopy\.")
    run = asyncio.run(_run(settings, codes, limit, dry_run))
    if as_json:
        click.echo(json.dumps(report(run), ensure_ascii=False))
    for line in summary(run):
        click.echo(line, err=True)
    if any(service.faults for service in run.left):
        raise SystemExit(SERVICE_LEFT)


async def _run(settings: Settings, codes: Sequence[str], limit: int | None, dry: bool) -> Run:
    register = registered(settings)
    needing = _needing(register, codes)
    cache = Cache(cache_path(settings.state), system_clock)
    services, kept_out = configured(settings, cache)
    for service in services:
        service.offline = dry
    if services and not dry:
        cache.tidy()
    known = list(well_placed(register.values()))
    links: list[Link] = [
        OfflineLink(SAME_ADDRESS, SameAddress(known)),
        OfflineLink(SAME_ROAD, AlongRoads(known)),
        *services,
    ]
    task = _Task(settings, needing[:limit], links, services, dry)
    found, changed = await _work(task)
    return Run(found, services, kept_out, changed, len(needing) - len(found), dry)


def _needing(register: dict[str, Outlet], codes: Sequence[str]) -> list[Outlet]:
    """Return the outlets that need a place, by code.

    Raises:
        NotFound: a code is not in the register.
    """
    unknown = [code for code in codes if code not in register]
    if unknown:
        raise NotFound(f"not in the register: {', '.join(unknown[:5])}; nothing was done")
    named = sorted(codes or register)
    return [register[code] for code in named if needs_place(register[code])]


async def _work(task: _Task) -> tuple[list[Found], list[str]]:
    """Ask outlet after outlet; write the register every now and then, and at the end."""
    found: list[Found] = []
    changed: list[str] = []
    written = 0
    try:
        for outlet in tqdm(
            task.outlets, desc="geocoding", unit="outlet", disable=None, leave=False
        ):
            found.append(await find(task.links, asked_of(outlet)))
            if len(found) - written >= BATCH and not task.dry:
                changed += await _write(task.settings, found[written:])
                written = len(found)
    finally:
        await close(task.services)
        if not task.dry:
            changed += await _write(task.settings, found[written:])
    return found, changed


async def _write(settings: Settings, found: Sequence[Found]) -> list[str]:
    """Write the register, then why; nothing found writes nothing."""
    if not any(one.answer for one in found):
        return []
    before: pd.DataFrame = load_evidence(settings.state)
    evidence = with_findings(before, found)
    async with open_state(settings) as state:
        changes = await change_register(
            state.ledger, placing(evidence, found), by="outlets geocode", clock=system_clock
        )
    save_evidence(settings.state, evidence)
    return [*changes.added, *changes.changed]
