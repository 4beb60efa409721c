"""The door of the synthetic nation: ``fill`` and ``maskmap demo fill``."""

from __future__ import annotations

import asyncio
import sys

import click
from msgspec.structs import replace
from tqdm import tqdm

from core.settings import Settings
from core.supervisor import DEMO_RULES_OF
from publisher.demo.filling import SEED, Filled, fill

__all__ = ["Filled", "fill", "fill_command"]


@click.command("fill")
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another nation.")
@click.pass_obj
def fill_command(settings: Settings, seed: int) -> None:
    """Fill an empty state with about 6 500 synthetic outlets and a thinned day of sales.

    A state that holds anything else is left alone; a filling that was interrupted is finished.
    The rules are those of 2020-02-06 unless MASKMAP_RULES_OF says otherwise.
    """
    settings = replace(settings, rules_of=settings.rules_of or DEMO_RULES_OF)
    with tqdm(unit="act", disable=not sys.stderr.isatty()) as bar:

        def heard(done: int, planned: int) -> None:
            bar.total = planned
            bar.update(done - bar.n)

        filled = asyncio.run(fill(settings, progress=heard, seed=seed))
    click.echo(filled.reason or f"{filled.acts} acts at the outlets of the demo nation", err=True)
