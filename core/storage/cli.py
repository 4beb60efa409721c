"""``maskmap ledger check`` and ``maskmap db migrate``."""

from __future__ import annotations

import json
import sys

import click

from core.settings import Settings
from core.storage import prepare
from core.storage.feed import LedgerFeed
from core.storage.migrate import migrate


@click.group()
def ledger() -> None:
    """Check the ledger (帳冊)."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Recompute every balance from the entries; exit 1 and the rows that differ."""
    feed = LedgerFeed(prepare(settings))
    with feed.instant():
        position = feed.position()
        truth = feed.recompute(position)
        kept = {key: balance.pieces for key, balance in feed.balances().items()}
    feed.close()
    differing = differences(truth, kept)
    if as_json:
        click.echo(json.dumps({"position": position, "balances": len(kept), "differ": differing}))
    for row in [] if as_json else differing:
        click.echo("{outlet} {product}: entries {entries}, balance {balance}".format(**row))
    summary = f"position {position}: {len(kept)} balances, {len(differing)} differ"
    click.echo(summary, err=True)
    sys.exit(1 if differing else 0)


def differences(
    truth: dict[tuple[str, str], int], kept: dict[tuple[str, str], int]
) -> list[dict[str, object]]:
    """Return the rows where the sum of entries and the running balance differ, or are negative."""
    return [
        {
            "outlet": key[0],
            "product": key[1],
            "entries": truth.get(key, 0),
            "balance": kept.get(key, 0),
        }
        for key in sorted(truth.keys() | kept.keys())
        if truth.get(key, 0) != kept.get(key, 0) or truth.get(key, 0) < 0
    ]


@click.group()
def db() -> None:
    """Care for the database."""


@db.command(name="migrate")
@click.pass_obj
def migrate_command(settings: Settings) -> None:
    """Bring the database to this program's schema, creating it where missing."""
    before, after = migrate(settings.database_path)
    done = "already at" if before == after else f"brought from {before or 'nothing'} to"
    click.echo(f"{settings.database_path}: {done} revision {after}", err=True)
