"""Practice mode (練習模式): a ledger in memory for each session that practises.

The guard hands every request its desk, so a session that practises has no way to the real ledger:
its desk stands on a ``MemoryLedger`` with a key of its own. The guard also refuses it every act of
an address that is not made for practice.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import replace

from core.actions.desk import Desk
from core.domain.buyers import PersonKeys
from core.ports import Session
from core.storage.memory import MemoryLedger
from pharmacy_portal.sessions import Sessions

PRACTICE = "practice"
MOST_AT_ONCE = 500
_KEY_BYTES = 32


class Practice:
    """The practice counters of this process; the one not used for longest gives way."""

    def __init__(self, desk: Desk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions
        self._desks: OrderedDict[str, Desk] = OrderedDict()

    def practises(self, session: Session) -> bool:
        """Tell whether a session practises."""
        return bool(session.data.get(PRACTICE))

    async def switch(self, session: Session, *, on: bool) -> None:
        """Begin or end; what was practised is forgotten."""
        self._desks.pop(session.id, None)
        await self._sessions.put(session, {PRACTICE: "1" if on else ""})

    async def desk(self, session: Session) -> Desk:
        """Return the session's own counter: its outlet with nothing in stock, as in the morning."""
        found = self._desks.get(session.id) or await self._opened(session)
        self._desks[session.id] = found
        self._desks.move_to_end(session.id)
        if len(self._desks) > MOST_AT_ONCE:
            self._desks.popitem(last=False)
        return found

    async def _opened(self, session: Session) -> Desk:
        ledger = MemoryLedger()
        outlet = await self._desk.ledger.outlet(session.institution)
        if outlet is not None:
            ledger.outlets[outlet.code] = outlet
        keys = PersonKeys({PRACTICE: secrets.token_bytes(_KEY_BYTES)}, PRACTICE)
        return replace(self._desk, ledger=ledger, keys=keys)
