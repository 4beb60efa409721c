"""The tables, once for every database: importing this package fills ``metadata``."""

from core.storage.tables import agents as _agents
from core.storage.tables import days as _days
from core.storage.tables import outlet_states as _outlet_states
from core.storage.tables import passkeys as _passkeys
from core.storage.tables import people as _people
from core.storage.tables import stewardship as _stewardship
from core.storage.tables.accounts import grants, sessions, users
from core.storage.tables.base import metadata
from core.storage.tables.ledger import (
    audit,
    balances,
    daily_intakes,
    entries,
    person_links,
    replies,
)
from core.storage.tables.people import certificates
from core.storage.tables.register import outlets

LATER = (_agents, _days, _outlet_states, _passkeys, _people, _stewardship)

__all__ = [
    "audit",
    "balances",
    "certificates",
    "daily_intakes",
    "entries",
    "grants",
    "metadata",
    "outlets",
    "person_links",
    "replies",
    "sessions",
    "users",
]
