"""`maskmap site`: one process of the public site."""

from __future__ import annotations

import asyncio

import click

from core.settings import Settings
from public_site.app import make_app
from public_site.server import serve

try:
    from uvloop import new_event_loop
except ImportError:  # the extra `speed` is not installed: the standard loop does
    from asyncio import new_event_loop


@click.command()
@click.option(
    "--reuse-port",
    is_flag=True,
    help="Share the port with other processes of the site: start one for each core.",
)
@click.pass_obj
def site(settings: Settings, reuse_port: bool) -> None:
    """Serve the public site from the published snapshots; TERM ends it.

    It listens where MASKMAP_SITE_LISTEN says: this computer only, unless told otherwise.
    """
    listening = serve(
        make_app(settings),
        settings.site_address,
        reuse_port=reuse_port,
        listening=lambda url: click.echo(f"site: {url}", err=True),
    )
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(listening)
