"""`maskmap portal`: the pharmacists' portal as a process."""

from __future__ import annotations

import asyncio

import click
from aiohttp import web

from core.log import get_logger
from core.settings import Settings
from pharmacy_portal.app import make_app

_END_WITHIN_S = 5.0
_log = get_logger(__name__)


def _event_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop this installation has (the extra ``speed``)."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@click.command()
@click.pass_obj
def portal(settings: Settings) -> None:
    """Run the pharmacists' portal until TERM or Ctrl-C."""
    app = make_app(settings)
    address = settings.portal_address
    _log.info("portal_starts", listen=str(address), demo=settings.demo)
    web.run_app(
        app,
        host=address.host,
        port=address.port,
        access_log=None,
        print=lambda *_: None,
        shutdown_timeout=_END_WITHIN_S,
        loop=_event_loop(),
    )
