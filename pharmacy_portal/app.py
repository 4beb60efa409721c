"""The portal as an aiohttp application: ``make_app(settings)``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from aiohttp import web

from core.actions.announcements import tell_data_users
from core.actions.desk import Desk
from core.clock import Clock, system_clock
from core.rules_watch import RulesInUse
from core.settings import Settings
from core.storage import State, open_state
from pharmacy_portal.api.bodies import BODY_LIMIT_BYTES
from pharmacy_portal.budgets import Budgets
from pharmacy_portal.demo.enrolment import ensure_demo_cards, refuse_beside_real_trust
from pharmacy_portal.demo.tray import Tray
from pharmacy_portal.demo.tray_agent import load_tray_agent
from pharmacy_portal.login.challenges import VALID_FOR as CHALLENGE_VALID_FOR
from pharmacy_portal.login.challenges import Challenges
from pharmacy_portal.login.check import make_check
from pharmacy_portal.login.upkeep import kept_fresh
from pharmacy_portal.metrics import Metrics
from pharmacy_portal.middleware import answer, guard
from pharmacy_portal.nonces import SessionNonces
from pharmacy_portal.pages.shell import make_templates
from pharmacy_portal.practice import Practice
from pharmacy_portal.readings import Readings
from pharmacy_portal.route_table import DEMO, ROUTES
from pharmacy_portal.routes import add_routes
from pharmacy_portal.sessions import Sessions, limits_of
from pharmacy_portal.static_files import load_static_files
from pharmacy_portal.trusted_agents import TrustedAgents
from pharmacy_portal.wiring import PORTAL, Portal


def make_app(settings: Settings, *, clock: Clock = system_clock) -> web.Application:
    """Make the portal; its state is opened when it starts and closed when it ends.

    Raises:
        Invalid: the rules are faulty, or demo is asked for beside a real trust folder.
    """
    rules = RulesInUse(settings, clock)
    if settings.demo:
        refuse_beside_real_trust(settings)
    app = web.Application(middlewares=(answer, guard), client_max_size=BODY_LIMIT_BYTES)
    add_routes(app, ROUTES + (DEMO if settings.demo else ()))

    async def wire(app: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if settings.demo:
                await ensure_demo_cards(settings)
            state = await stack.enter_async_context(open_state(settings))
            portal = app[PORTAL] = wire_portal(settings, state, rules, clock)
            rules.keep()
            await stack.enter_async_context(
                kept_fresh(settings, state, portal.sessions, portal.certificates, clock)
            )
            await tell_data_users(state.stewardship, settings.announced_file)
            yield

    app.cleanup_ctx.append(wire)
    return app


def wire_portal(settings: Settings, state: State, rules: RulesInUse, clock: Clock) -> Portal:
    """Put one process together."""
    folder = settings.cards_folder if settings.demo else settings.trust_folder
    desk = Desk(state.ledger, clock, rules, state.keys)
    sessions = Sessions(state.accounts, clock, limits_of(settings))
    metrics = Metrics()
    metrics.watch_rules(lambda: rules.damaged, lambda: rules.pending is not None)
    trusted_agents = TrustedAgents(state.agents, clock)
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
        trusted_agents=trusted_agents,
        readings=Readings(trusted_agents, state.keys, clock),
        agent_challenges=SessionNonces(clock, CHALLENGE_VALID_FOR),
        static=load_static_files(),
        tray=Tray(settings.cards_folder, load_tray_agent(settings)) if settings.demo else None,
    )
