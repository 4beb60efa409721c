"""The background task of a portal: fresh lists, then the sessions that must end by them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from core.clock import Clock
from core.log import get_logger
from core.settings import Settings
from core.storage import State
from pharmacy_portal.login.check import CertificateCheck
from pharmacy_portal.login.refresh import ListRefresh
from pharmacy_portal.login.sweep import RevocationSweep
from pharmacy_portal.sessions import Sessions

# Twice within the minute that a revocation may take: fetching itself takes up to 20 s.
EVERY_S = 30.0
_log = get_logger(__name__)


@asynccontextmanager
async def kept_fresh(
    settings: Settings,
    state: State,
    sessions: Sessions,
    certificates: CertificateCheck,
    clock: Clock,
) -> AsyncIterator[None]:
    """Run the task until the block ends."""
    refresh = ListRefresh(certificates, settings.revocation_folder)
    sweep = RevocationSweep(state, sessions, certificates)
    async with certificates.fetcher:
        task = asyncio.create_task(_for_ever(refresh, sweep, clock))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _for_ever(refresh: ListRefresh, sweep: RevocationSweep, clock: Clock) -> None:
    while True:
        try:
            await refresh.run_once(clock())
            await sweep.run_once(clock())
        except Exception as fault:  # noqa: BLE001  # outermost: a fault must not end the watch
            _log.error("alarm_revocation_upkeep_failed", fault=type(fault).__name__)
        await asyncio.sleep(EVERY_S)
