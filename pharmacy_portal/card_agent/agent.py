"""The agent itself: what a paired page can have it do. HTTP stands around it, in `server`."""

from __future__ import annotations

import asyncio
import base64
import platform
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from core.domain.statements import enrolment_statement, login_statement
from pharmacy_portal.card_agent.hardware import Hardware
from pharmacy_portal.card_agent.holder import holder_of
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pairing import Pairing
from pharmacy_portal.card_agent.pin import PinQuestion, PinSource
from pharmacy_portal.card_agent.proof import Enrolments, Now, local_time, open_key
from pharmacy_portal.card_agent.readers import Role, RoleFile
from pharmacy_portal.card_agent.token import PinRefused, Signature, StaffCard, StaffToken

NAME, VERSION, API = "maskmap-agent", "1.0.0", 1
_ROLES_FILE = "readers.json"
_MOST_ROLES = 16
_LONGEST_READER = 128
# A challenge or nonce is chosen by the portal; no line break, nothing that reads as another line.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{32,128}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,128}")

Result = TypeVar("Result")
Answer = dict[str, object]


class Agent:
    """Cards, keys and pairings of one user of this computer."""

    def __init__(
        self,
        home: Home,
        hardware: Hardware,
        token: StaffToken,
        pin: PinSource,
        now: Now = local_time,
    ) -> None:
        self.pairing = Pairing(home)
        self.hardware = hardware
        self.roles = RoleFile(home.path / _ROLES_FILE)
        self._key = open_key(home)
        self._enrolments = Enrolments(home, self._key)
        self._token = token
        self._pin = pin
        self._now = now
        # One card job at a time; a PIN is waited for elsewhere: buyers are served meanwhile.
        self._card_thread = ThreadPoolExecutor(1, "card")
        self._pin_thread = ThreadPoolExecutor(1, "pin")
        self._signing = asyncio.Lock()

    def close(self) -> None:
        """Let the threads end; what they are doing is not waited for."""
        for pool in (self._card_thread, self._pin_thread):
            pool.shutdown(wait=False, cancel_futures=True)

    def status(self, origin: str, paired: bool) -> Answer:
        """Return what any page of a known portal may know; nothing personal."""
        return {
            "name": NAME,
            "version": VERSION,
            "api": API,
            "paired": paired,
            "agent_id": self._key.agent_id,
            "enrolled": origin in self._enrolments,
            **self.hardware.state().as_json(),
            "clock": self._now().isoformat(timespec="milliseconds"),
        }

    def readers(self) -> Answer:
        """Return every reader that is there or has a role, with its role."""
        there = {reader.name: None for reader in self.hardware.state().readers}
        return {**there, **self.roles.roles}

    def set_roles(self, changes: dict[str, str | None]) -> Answer:
        """Change what readers are for.

        Raises:
            CardFault: ``body``.
        """
        names = {*self.roles.roles, *changes}
        if len(names) > _MOST_ROLES or any(len(name) > _LONGEST_READER for name in names):
            raise CardFault(Outcome.BODY)
        try:
            self.roles.change(changes)
        except ValueError:
            raise CardFault(Outcome.BODY) from None
        return self.readers()

    async def read_nhi(self, origin: str, nonce: str, reader: str | None) -> Answer:
        """Read the buyer's card and sign the reading for this portal's nonce.

        Raises:
            CardFault: ``body``, ``agent_not_enrolled``, or what came of the card.
        """
        _check(_NONCE, nonce)
        if origin not in self._enrolments:
            raise CardFault(Outcome.AGENT_NOT_ENROLLED)
        found = await self._with_card(self.hardware.read_nhi, reader, self.roles.roles)
        record = found.record
        reading = self._key.prove(
            record, origin=origin, nonce=nonce, reader=found.reader, read_at=self._now()
        )
        return {
            "name": record.name,
            "id_number": record.id_number,
            "birth_date": record.born.isoformat(),
            "reader": found.reader,
            "reading": reading,
        }

    async def sign_login(self, origin: str, challenge: str, wanted: Callable[[], bool]) -> Answer:
        """Sign the login statement with the staff's card; the page chooses the challenge only.

        ``wanted`` tells whether the page still waits.

        Raises:
            CardFault: ``body``, or what came of card and PIN.
        """
        _check(_CHALLENGE, challenge)
        card, signature = await self._sign(
            "login",
            origin,
            lambda card: login_statement(origin, challenge, card.certificate_sha256),
            wanted,
        )
        return {**_signed(card, signature), "card": holder_of(card.certificate).kind}

    async def enrol(self, origin: str, challenge: str, wanted: Callable[[], bool]) -> Answer:
        """Have the staff's card vouch for this agent's key.

        Raises:
            CardFault: ``body``, or what came of card and PIN.
        """
        _check(_CHALLENGE, challenge)
        card, signature = await self._sign(
            "enrol",
            origin,
            lambda card: enrolment_statement(
                origin, challenge, card.certificate_sha256, self._key.public_sha256
            ),
            wanted,
        )
        self._enrolments.add(origin)
        return {
            "public_key": base64.b64encode(self._key.public).decode(),
            "machine": platform.node()[:_LONGEST_READER],
            **_signed(card, signature),
        }

    async def _sign(
        self,
        purpose: str,
        origin: str,
        statement: Callable[[StaffCard], bytes],
        wanted: Callable[[], bool],
    ) -> tuple[StaffCard, Signature]:
        if self._signing.locked():
            raise CardFault(Outcome.CARD_BUSY)
        async with self._signing:
            card = await self._with_card(self._token.find, self._staff_reader())
            pin = await self._ask_pin(card, purpose, origin)
            if not wanted():
                raise CardFault(Outcome.TIMEOUT)
            signature = await self._with_card(self._token.sign, card, pin, statement(card))
        return card, signature

    async def _ask_pin(self, card: StaffCard, purpose: str, origin: str) -> str | None:
        """Return the PIN that the person typed; None where the reader has keys of its own."""
        if card.locked:
            raise PinRefused(Outcome.PIN_LOCKED, 0)
        holder = holder_of(card.certificate)
        question = PinQuestion(
            purpose, origin, holder.kind, holder.name, card.few_left, card.final_try
        )
        if card.final_try and not await self._in_pin_thread(self._pin.confirm_final_try, question):
            raise PinRefused(Outcome.PIN_FINAL_TRY, 1)
        if card.has_pinpad:
            return None
        pin = await self._in_pin_thread(self._pin.ask, question)
        if not pin:
            raise CardFault(Outcome.PIN_CANCELLED)
        return pin

    def _staff_reader(self) -> str | None:
        staff = (name for name, role in self.roles.roles.items() if role is Role.STAFF)
        return next(staff, None)

    async def _with_card(self, job: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._card_thread, job, *arguments)

    async def _in_pin_thread(
        self, job: Callable[[PinQuestion], Result], question: PinQuestion
    ) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pin_thread, job, question)


def _check(shape: re.Pattern[str], text: str) -> None:
    if not shape.fullmatch(text):
        raise CardFault(Outcome.BODY)


def _signed(card: StaffCard, signature: Signature) -> Answer:
    return {
        "certificate": _pem(card.certificate),
        "intermediates": [_pem(one) for one in card.intermediates],
        "signature": base64.b64encode(signature.body).decode(),
        "mechanism": signature.mechanism,
    }


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
