"""``maskmap publish``."""

from __future__ import annotations

import math
from contextlib import suppress

import click
from msgspec.structs import replace

from core.clock import system_clock
from core.errors import Invalid
from core.rules_watch import RulesInUse
from core.settings import Settings
from publisher.health import serving
from publisher.metrics import Metrics
from publisher.publishing import open_publisher
from publisher.runner import Runner, stop_on_signals
from publisher.schedule import Aligned, Regular, Schedule
from publisher.standby import NoLongerWaiting, Standby


@click.command()
@click.option("--once", is_flag=True, help="Make one release if anything changed, and end.")
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    metavar="SECONDS",
    help="Seconds between two looks at the ledger.  [MASKMAP_PUBLISH_EVERY; default: 30]",
)
@click.option(
    "--align/--no-align",
    default=None,
    help="Look at whole intervals of the Taipei clock.  [MASKMAP_PUBLISH_ALIGN; default: no]",
)
@click.option(
    "--accept-outlets",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --once: publish although more than a fifth of the outlets left, if N still stay.",
)
@click.pass_obj
def publish(
    settings: Settings,
    once: bool,
    every: float | None,
    align: bool | None,
    accept_outlets: int | None,
) -> None:
    """Publish snapshots from the ledger, until TERM or Ctrl-C.

    A release is made when anything changed, and every ten minutes at least; otherwise only the
    time of the last look is renewed. While another publisher of the state is at work, this one
    stands by, and takes over when that one ends. With --once there is no waiting: exit 1 when
    another is at work or nothing could be published.
    """
    settings = replace(settings, publish_every=every or settings.publish_every)
    schedule = _schedule(settings.publish_every, settings.publish_align if align is None else align)
    if once:
        _publish_once(settings, accept_outlets)
    elif accept_outlets is not None:
        raise click.UsageError("--accept-outlets goes with --once: it is said for one release")
    else:
        _publish_on(settings, schedule)


def _schedule(every_s: float, align: bool) -> Schedule:
    if math.isnan(every_s):
        raise click.UsageError("--every is a number of seconds, such as 30")
    try:
        return Aligned(every_s) if align else Regular(every_s)
    except Invalid as error:
        raise click.UsageError(str(error)) from None


def _publish_once(settings: Settings, accept_outlets: int | None) -> None:
    rules, metrics = RulesInUse(settings, system_clock), Metrics(settings.publish_every)
    with open_publisher(settings, accept_outlets=accept_outlets) as publisher:
        rules.keep()
        schedule = Regular(settings.publish_every)
        manifest = Runner(publisher, rules, schedule, metrics).report(publisher.tick)
    click.echo(f"released {manifest.sequence}" if manifest else "nothing changed", err=True)


def _publish_on(settings: Settings, schedule: Schedule) -> None:
    """Publish until stopped; stand by first where another one leads."""
    rules, metrics = RulesInUse(settings, system_clock), Metrics(settings.publish_every)
    metrics.watch_rules(rules)
    stopping = stop_on_signals()
    standby = Standby(settings, metrics, stopping)
    with (
        serving(settings.publisher_listen, metrics),
        suppress(NoLongerWaiting),
        open_publisher(settings, wait=standby.wait) as publisher,
    ):
        standby.lead()
        metrics.watch_mirror(publisher.followers)
        rules.keep()
        Runner(publisher, rules, schedule, metrics, stopping).run()
