"""The portal as an aiohttp application: ``make_app(settings)``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiohttp import web

from core.actions.desk import Desk
from core.clock import Clock, system_clock
from core.domain.programme import Programme
from core.errors import Invalid
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import State, open_state
from pharmacy_portal.api.bodies import BODY_LIMIT_BYTES
from pharmacy_portal.budgets import Budgets
from pharmacy_portal.demo.enrolment import ensure_demo_cards, refuse_beside_real_trust
from pharmacy_portal.demo.tray import Tray
from pharmacy_portal.login.challenges import Challenges
from pharmacy_portal.login.check import make_check
from pharmacy_portal.login.upkeep import kept_fresh
from pharmacy_portal.metrics import Metrics
from pharmacy_portal.middleware import answer, guard
from pharmacy_portal.pages.shell import make_templates
from pharmacy_portal.practice import Practice
from pharmacy_portal.route_table import DEMO, ROUTES
from pharmacy_portal.routes import add_routes
from pharmacy_portal.sessions import Sessions, limits_of
from pharmacy_portal.static_files import load_static_files
from pharmacy_portal.wiring import PORTAL, Portal


def make_app(settings: Settings, *, clock: Clock = system_clock) -> web.Application:
    """Make the portal; its state is opened when it starts and closed when it ends.

    Raises:
        Invalid: the rules are faulty, or demo is asked for beside a real trust folder.
    """
    programmes = load_programmes(settings.rules_folder, settings.rules_of)
    if MASKS not in programmes:
        raise Invalid(f"rules: there is no programme {MASKS!r} in {settings.rules_folder}")
    if settings.demo:
        refuse_beside_real_trust(settings)
    app = web.Application(middlewares=(answer, guard), client_max_size=BODY_LIMIT_BYTES)
    add_routes(app, ROUTES + (DEMO if settings.demo else ()))

    async def wire(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if settings.demo:
                await ensure_demo_cards(settings)
            state = await stack.enter_async_context(open_state(settings))
            portal = app[PORTAL] = wire_portal(settings, state, programmes[MASKS], clock)
            await stack.enter_async_context(
                kept_fresh(settings, state, portal.sessions, portal.certificates, clock)
            )
            yield

    app.cleanup_ctx.append(wire)
    return app


def wire_portal(settings: Settings, state: State, programme: Programme, clock: Clock) -> Portal:
    """Put one process together."""
    folder = settings.cards_folder if settings.demo else settings.trust_folder
    desk = Desk(state.ledger, clock, programme, state.keys)
    sessions = Sessions(state.accounts, clock, limits_of(settings))
    metrics = Metrics()
    return Portal(
        settings=settings,
        clock=clock,
        state=state,
        desk=desk,
        sessions=sessions,
        practice=Practice(desk, sessions),
        challenges=Challenges(clock),
        certificates=make_check(settings, folder, metrics.registry),
        budgets=Budgets(),
        metrics=metrics,
        templates=make_templates(),
        static=load_static_files(),
        tray=Tray(settings.cards_folder) if settings.demo else None,
    )
