"""``maskmap replay``: turn real published series into a ledger."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

import click
from tqdm import tqdm

from core.errors import Invalid
from core.rules import MASKS, load_programmes
from core.settings import Settings
from publisher.replay.runner import Progress, open_replay, paced
from publisher.replay.series import open_series, parse_until


class Speed(click.ParamType):
    """``max``, or how many times as fast as life."""

    name = "N|max"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """Return None for ``max``."""
        if value in ("max", None):
            return None
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        return speed if speed > 0 else self.fail("give a number above 0, or max", param, ctx)


class Until(click.ParamType):
    """An ISO date or time; a wrong one is a fault of usage, told before anything is read."""

    name = "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the last instant that is meant."""
        try:
            return value if isinstance(value, datetime) else parse_until(str(value))
        except Invalid as fault:
            self.fail(str(fault), param, ctx)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--outlets-prefix", default="", help="Only outlets whose code starts with this.")
@click.option(
    "--until", type=Until(), help="Last source time, inclusive: an ISO date or time (Taipei)."
)
@click.option("--speed", type=Speed(), default="max", help="Times as fast as life, or max.")
@click.option(
    "--export",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep each official CSV as DIR/YYYYMMDDTHHMMSS.csv.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def replay(
    settings: Settings,
    files: tuple[Path, ...],
    outlets_prefix: str,
    until: datetime | None,
    speed: float | None,
    export: Path | None,
    as_json: bool,
) -> None:
    """Turn a series of real published mask CSVs, or the Parquet series, into the ledger.

    A rise becomes an intake, a fall becomes sales to synthetic eligible persons; each source
    time is released with the rules of its day. Run it again to go on after an interruption.
    """
    if export is not None:
        export.mkdir(parents=True, exist_ok=True)
    progress = asyncio.run(_replay(settings, files, outlets_prefix, until, speed, export))
    done = vars(progress)
    if as_json:
        click.echo(json.dumps(done))
    click.echo(
        "{moments} source times ({skipped} were done before): {acts} acts,"
        " {releases} releases".format(**done),
        err=True,
    )


async def _replay(
    settings: Settings,
    files: tuple[Path, ...],
    prefix: str,
    until: datetime | None,
    speed: float | None,
    export: Path | None,
) -> Progress:
    series = open_series(files, prefix)
    programme = load_programmes(settings.rules_folder, settings.rules_of)[MASKS]
    progress = Progress()
    async with open_replay(settings, programme, export) as replaying:
        with tqdm(total=len(series), unit="time", disable=not sys.stderr.isatty()) as bar:
            async for moment in paced(series, until, speed):
                bar.set_description(f"{moment.source_time:%Y-%m-%d %H:%M:%S}")
                await replaying.moment(
                    moment, progress, lambda: bar.set_postfix(acts=progress.acts)
                )
                bar.update()
    return progress
