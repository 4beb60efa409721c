"""The card agent that the tray plays: a key of its own, enrolled wherever somebody reads a card.

It signs readings as ``maskmap agent`` does. Demo only: no staff card vouches for it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.actions.agents import NewAgent, enrol_agent
from core.clock import Clock
from core.domain.statements import agent_id_of, reading_statement
from core.ports import Agents
from core.settings import Settings
from pharmacy_portal.demo.cards import write_secret

READER = "maskmap demo tray"
_KEY_FILE = "demo-agent.key"
_MACHINE = "示範卡片匣"


@dataclass(frozen=True, slots=True)
class ReadCard:
    """What was read of a card."""

    id_number: str
    birth_date: date
    record_sha256: str


class TrayAgent:
    """Signs the tray's readings."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes_raw()
        self.id = agent_id_of(self._public)

    def reading(self, origin: str, nonce: str, read_at: str, card: ReadCard) -> dict[str, str]:
        """Return the signed reading of a card."""
        text = reading_statement(
            origin,
            nonce,
            self.id,
            READER,
            read_at,
            card.record_sha256,
            card.id_number,
            card.birth_date,
        )
        return {
            "nonce": nonce,
            "reader": READER,
            "read_at": read_at,
            "record_sha256": card.record_sha256,
            "proof": f"{self.id}:{base64.b64encode(self._key.sign(text)).decode()}",
        }

    async def enrol(self, agents: Agents, institution: str, clock: Clock) -> None:
        """Enrol it at an institution where it is not yet known; a revoked one stays revoked."""
        if await agents.agent(self.id, institution) is None:
            new = NewAgent(self._public, _MACHINE, "")
            await enrol_agent(agents, by="demo", institution=institution, new=new, clock=clock)


def load_tray_agent(settings: Settings) -> TrayAgent:
    """Read the tray's key from the state's keys; make it where there is none."""
    path: Path = settings.keys_folder / _KEY_FILE
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        raw = (serialization.Encoding.Raw, serialization.PrivateFormat.Raw)
        write_secret(path, made.private_bytes(*raw, serialization.NoEncryption()))
    return TrayAgent(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))
