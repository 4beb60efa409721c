"""The PC/SC service, one thin layer over pyscard's own functions.

pyscard's classes above them raise exceptions of three unrelated trees, unpower a card that others
use, and lose their threads when the service restarts; its functions return one number each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from smartcard import scard

from pharmacy_portal.card_agent.outcomes import (
    NO_READERS_AVAILABLE,
    NO_SERVICE,
    CardFault,
    fault_of,
)

_EVENT_COUNT_SHIFT = 16
_GONE = scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE


@dataclass(frozen=True)
class ReaderState:
    """What the service said last of one reader; ``raw`` is handed back to ask for changes."""

    raw: int = scard.SCARD_STATE_UNAWARE

    @property
    def plugged_in(self) -> bool:
        """Tell whether the device itself is there."""
        return not self.raw & _GONE

    @property
    def present(self) -> bool:
        """Tell whether a card is in."""
        return self.plugged_in and bool(self.raw & scard.SCARD_STATE_PRESENT)

    @property
    def mute(self) -> bool:
        """Tell whether the card in it does not answer."""
        return self.present and bool(self.raw & scard.SCARD_STATE_MUTE)

    @property
    def moves(self) -> int:
        """Return how often cards went in or out: the only sign of a quick swap."""
        return self.raw >> _EVENT_COUNT_SHIFT


@contextmanager
def service() -> Iterator[int]:
    """Open a conversation with the PC/SC service.

    Raises:
        CardFault: ``no_service``.
    """
    (context,) = _ask(scard.SCardEstablishContext, scard.SCARD_SCOPE_USER)
    try:
        yield context
    finally:
        _end(scard.SCardReleaseContext, context)


def list_readers(context: int) -> list[str]:
    """Return the readers' names in the service's order, which means nothing.

    Raises:
        CardFault: ``no_service``.
    """
    try:
        (names,) = _ask(scard.SCardListReaders, context, [])
    except CardFault as fault:
        if fault.hresult == NO_READERS_AVAILABLE:
            return []
        raise
    return list(names)


def wait_for_change(
    context: int, known: Mapping[str, ReaderState], timeout_ms: int
) -> dict[str, ReaderState]:
    """Wait until a reader's state differs from the one known, and return all states.

    Raises:
        CardFault: ``timeout``, ``reader_gone``, ``no_service``.
    """
    asked = [(name, state.raw) for name, state in known.items()]
    (found,) = _ask(scard.SCardGetStatusChange, context, timeout_ms, asked)
    return {name: ReaderState(raw & ~scard.SCARD_STATE_CHANGED) for name, raw, _ in found}


def states_now(context: int, names: Sequence[str]) -> dict[str, ReaderState]:
    """Return the readers' present states.

    Raises:
        CardFault: ``reader_gone``, ``no_service``.
    """
    return wait_for_change(context, dict.fromkeys(names, ReaderState()), 0) if names else {}


@contextmanager
def card_connection(context: int, reader: str) -> Iterator[Connection]:
    """Hold the card in a reader for one transaction; leave it as it is for other programs.

    Another program's transaction is waited for; one that holds the card exclusively is not.

    Raises:
        CardFault: whatever the service says of the card.
    """
    card, protocol = _ask(
        scard.SCardConnect,
        context,
        reader,
        scard.SCARD_SHARE_SHARED,
        scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
    )
    try:
        _ask(scard.SCardBeginTransaction, card)
        try:
            yield Connection(card, protocol)
        finally:
            _end(scard.SCardEndTransaction, card, scard.SCARD_LEAVE_CARD)
    finally:
        _end(scard.SCardDisconnect, card, scard.SCARD_LEAVE_CARD)


@dataclass(frozen=True)
class Connection:
    """A card that is held for a transaction."""

    card: int
    protocol: int

    def transmit(self, command: bytes) -> bytes:
        """Send the bytes of one command and return the bytes of the answer.

        Raises:
            CardFault: whatever the service says of the card.
        """
        header = (
            scard.SCARD_PCI_T0 if self.protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        )
        (answer,) = _ask(scard.SCardTransmit, self.card, header, list(command))
        return bytes(value & 0xFF for value in answer)


def _ask(function: Callable[..., Any], *arguments: object) -> list[Any]:
    """Call one of pyscard's functions; return what it answers beside the number."""
    try:
        result = function(*arguments)
    except SystemError:
        # So pyscard fails when it cannot even give memory back: the service has just died.
        raise fault_of(NO_SERVICE) from None
    hresult, *answer = result if isinstance(result, list | tuple) else (result,)
    if hresult:
        raise fault_of(hresult)
    return answer


def _end(function: Callable[..., Any], *arguments: object) -> None:
    """Call one of the functions that end something; whether it was still there does not matter."""
    with suppress(SystemError):
        function(*arguments)
