"""One command to a card, with the two follow-ups that the T=0 protocol leaves to the caller.

``61xx``: the card holds xx more bytes, fetch them; ``6Cxx``: ask again with the length xx.

Source: ISO/IEC 7816-4, status bytes; pyscard follows neither up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

# Sends the bytes of one command and returns the bytes of the answer, status word last.
Transmit = Callable[[bytes], bytes]

OK = 0x9000
_STATUS_BYTES = 2
_HEADER_BYTES = 4
_LONGEST_CHAIN = 8


@dataclass(frozen=True, repr=False)
class Reply:
    """A card's answer: its data and its status word."""

    data: bytes
    status_word: int


def exchange(transmit: Transmit, command: bytes) -> Reply:
    """Send one command and return the whole answer.

    Raises:
        CardFault: ``card_fault`` when the card answers no status word, or never comes to an end.
    """
    reply = _once(transmit, command)
    if reply.status_word >> 8 == 0x6C:
        reply = _once(transmit, _with_length(command, reply.status_word & 0xFF))
    data = reply.data
    for _ in range(_LONGEST_CHAIN):
        if reply.status_word >> 8 != 0x61:
            return Reply(data, reply.status_word)
        reply = _once(transmit, bytes([0, 0xC0, 0, 0, reply.status_word & 0xFF]))
        data += reply.data
    raise CardFault(Outcome.CARD_FAULT)


def _once(transmit: Transmit, command: bytes) -> Reply:
    answer = transmit(command)
    if len(answer) < _STATUS_BYTES:
        # Both drivers report success with such an answer; hresult 0 marks it.
        raise CardFault(Outcome.CARD_FAULT, hresult=0)
    return Reply(answer[:-_STATUS_BYTES], int.from_bytes(answer[-_STATUS_BYTES:], "big"))


def _with_length(command: bytes, expected: int) -> bytes:
    """Return the command with Le (the length expected) set, whether or not it had one."""
    if len(command) <= _HEADER_BYTES + 1:
        return command[:_HEADER_BYTES] + bytes([expected])
    body_end = _HEADER_BYTES + 1 + command[_HEADER_BYTES]
    return command[:body_end] + bytes([expected])
