"""``maskmap publish``."""

from __future__ import annotations

import click
from msgspec.structs import replace

from core.clock import system_clock
from core.rules_watch import RulesInUse
from core.settings import Settings
from publisher.health import serving
from publisher.publishing import open_publisher
from publisher.runner import Runner


@click.command()
@click.option("--once", is_flag=True, help="Make one release if anything changed, and end.")
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    metavar="SECONDS",
    help="Seconds between two looks at the ledger.  [MASKMAP_PUBLISH_EVERY; default: 30]",
)
@click.option("--align", is_flag=True, help="Look at whole multiples of the interval by the clock.")
@click.pass_obj
def publish(settings: Settings, once: bool, every: float | None, align: bool) -> None:
    """Publish snapshots from the ledger, until TERM or Ctrl-C.

    A release is made when anything changed, and every ten minutes at least; otherwise only the
    time of the last look is renewed. With --once, exit 1 when nothing could be published.
    """
    settings = replace(settings, publish_every=every or settings.publish_every)
    rules = RulesInUse(settings, system_clock)
    with open_publisher(settings) as publisher:
        rules.keep()
        runner = Runner(publisher, rules, settings.publish_every, align)
        if once:
            manifest = runner.report(publisher.tick)
            click.echo(f"released {manifest.sequence}" if manifest else "nothing changed", err=True)
            return
        runner.stop_on_signals()
        runner.metrics.watch_rules(rules)
        with serving(settings.publisher_listen, runner.metrics):
            runner.run()
