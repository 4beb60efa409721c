"""`maskmap site`: one process of the public site."""

from __future__ import annotations

import asyncio

import click
from aiohttp import web

from core.settings import Settings
from public_site.app import LONGEST_HEADER, LONGEST_LINE, make_app

try:
    from uvloop import new_event_loop
except ImportError:  # the extra `speed` is not installed: the standard loop does
    from asyncio import new_event_loop

END_WITHIN_S = 5.0
KEEP_ALIVE_S = 30.0


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
    address = settings.site_address
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    web.run_app(
        make_app(settings),
        host=address.host,
        port=address.port,
        loop=loop,
        reuse_port=reuse_port or None,
        access_log=None,
        print=lambda *_: click.echo(f"site: {address.url}", err=True),
        shutdown_timeout=END_WITHIN_S,
        keepalive_timeout=KEEP_ALIVE_S,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_HEADER,
    )
