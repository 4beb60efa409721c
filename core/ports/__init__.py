"""What the actions need from outside, and nothing more: one protocol for each area."""

from core.ports.accounts import Accounts, Grant, Session, User
from core.ports.agents import Agents
from core.ports.days import Days
from core.ports.ledger import (
    AuditRow,
    Daily,
    Decision,
    Facts,
    Idempotency,
    Ledger,
    Order,
    PersonLink,
    RecentSale,
    RegisterChange,
    RegisterChanges,
    Reply,
    Sale,
)
from core.ports.outlet_states import OutletStates
from core.ports.passkeys import Passkeys
from core.ports.people import (
    AuditEvent,
    CertificateFacts,
    Change,
    Changed,
    DecideCard,
    DecideRoster,
    Leavers,
    People,
    Revoked,
    StaffChanges,
)
from core.ports.stewardship import Stewardship

__all__ = [
    "Accounts",
    "Agents",
    "AuditEvent",
    "AuditRow",
    "CertificateFacts",
    "Change",
    "Changed",
    "Daily",
    "Days",
    "DecideCard",
    "DecideRoster",
    "Decision",
    "Facts",
    "Grant",
    "Idempotency",
    "Leavers",
    "Ledger",
    "Order",
    "OutletStates",
    "Passkeys",
    "People",
    "PersonLink",
    "RecentSale",
    "RegisterChange",
    "RegisterChanges",
    "Reply",
    "Revoked",
    "Sale",
    "Session",
    "StaffChanges",
    "Stewardship",
    "User",
]
