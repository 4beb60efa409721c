"""What one portal process is made of, wired once, and the typed keys under which it is found."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from jinja2 import Environment

from core.actions.desk import Desk
from core.clock import Clock
from core.domain.programme import Programme
from core.ports import Accounts, Ledger, Session
from core.settings import Settings
from core.storage import State
from pharmacy_portal.budgets import Budgets
from pharmacy_portal.demo.tray import Tray
from pharmacy_portal.login.challenges import Challenges
from pharmacy_portal.login.check import CertificateCheck
from pharmacy_portal.metrics import Metrics
from pharmacy_portal.nonces import SessionNonces
from pharmacy_portal.practice import Practice
from pharmacy_portal.readings import Readings
from pharmacy_portal.sessions import Sessions
from pharmacy_portal.static_files import StaticFile
from pharmacy_portal.trusted_agents import TrustedAgents


@dataclass(frozen=True)
class Portal:
    """Everything a handler may need; ``tray`` exists in demo only."""

    settings: Settings
    clock: Clock
    state: State
    desk: Desk
    sessions: Sessions
    challenges: Challenges
    certificates: CertificateCheck
    budgets: Budgets
    metrics: Metrics
    practice: Practice
    templates: Environment
    trusted_agents: TrustedAgents
    readings: Readings
    agent_challenges: SessionNonces
    static: dict[str, StaticFile] = field(default_factory=dict)
    tray: Tray | None = None

    @property
    def ledger(self) -> Ledger:
        """The ledger, and the register with it."""
        return self.state.ledger

    @property
    def accounts(self) -> Accounts:
        """Who may log in."""
        return self.state.accounts

    @property
    def programme(self) -> Programme:
        """The rationing programme this counter sells under."""
        return self.desk.programme


PORTAL = web.AppKey("portal", Portal)
SESSION = web.RequestKey("session", Session)
ORIGIN = web.RequestKey("origin", str)
DESK = web.RequestKey("desk", Desk)
SESSION_COOKIE_SECRET = web.RequestKey("session_secret", str)


def portal_of(request: web.Request) -> Portal:
    """Return the portal a request came to."""
    return request.app[PORTAL]


def session_of(request: web.Request) -> Session:
    """Return the session of a request whose route needs one."""
    return request[SESSION]


def desk_of(request: web.Request) -> Desk:
    """Return the desk of a request's session: the real one, or the one it practises at."""
    return request[DESK]
