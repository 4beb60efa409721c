"""What can come of a call to the card agent: one closed set of codes, one table of HTTP statuses.

PC/SC speaks in numbers ("hresult") that depend on the platform, the driver and the moment: a card
pulled out shows as four different ones. Here each number becomes one code that a page has words
for. Nothing of a card's contents ever stands in a fault.

Source: pcsc-lite and Windows ``winscard.h``; measured with two drivers, see the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """Every code that the agent answers instead of a result."""

    # Of the card and its reader.
    NO_SERVICE = "no_service"
    NO_READER = "no_reader"
    READER_GONE = "reader_gone"
    NO_CARD = "no_card"
    CARD_REMOVED = "card_removed"
    CARD_MUTE = "card_mute"
    CARD_BUSY = "card_busy"
    CARD_FAULT = "card_fault"
    NOT_NHI_CARD = "not_nhi_card"
    BAD_DATA = "bad_data"
    AMBIGUOUS = "ambiguous"
    TIMEOUT = "timeout"
    # Of the key in a personnel card.
    NO_MODULE = "no_module"
    NO_TOKEN = "no_token"  # noqa: S105
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    PIN_FINAL_TRY = "pin_final_try"
    PIN_CANCELLED = "pin_cancelled"
    TOKEN_REMOVED = "token_removed"  # noqa: S105
    TOKEN_FAULT = "token_fault"  # noqa: S105
    NO_CERTIFICATE = "no_certificate"
    # Of the agent's own door.
    HOST = "host"
    ORIGIN = "origin"
    NOT_PAIRED = "not_paired"
    CODE = "code"
    NO_PAIRING_OPEN = "no_pairing_open"
    CONTENT_TYPE = "content_type"
    BODY = "body"
    TOO_LARGE = "too_large"
    METHOD = "method"
    NOT_FOUND = "not_found"
    AGENT_NOT_ENROLLED = "agent_not_enrolled"


HTTP_STATUS: Mapping[Outcome, int] = MappingProxyType(
    {
        Outcome.NO_SERVICE: 503,
        Outcome.NO_READER: 503,
        Outcome.READER_GONE: 503,
        Outcome.NO_CARD: 409,
        Outcome.CARD_REMOVED: 409,
        Outcome.CARD_MUTE: 422,
        Outcome.CARD_BUSY: 423,
        Outcome.CARD_FAULT: 422,
        Outcome.NOT_NHI_CARD: 422,
        Outcome.BAD_DATA: 422,
        Outcome.AMBIGUOUS: 409,
        Outcome.TIMEOUT: 504,
        Outcome.NO_MODULE: 503,
        Outcome.NO_TOKEN: 409,
        Outcome.PIN_WRONG: 403,
        Outcome.PIN_LOCKED: 403,
        Outcome.PIN_FINAL_TRY: 403,
        Outcome.PIN_CANCELLED: 409,
        Outcome.TOKEN_REMOVED: 409,
        Outcome.TOKEN_FAULT: 422,
        Outcome.NO_CERTIFICATE: 422,
        Outcome.HOST: 421,
        Outcome.ORIGIN: 403,
        Outcome.NOT_PAIRED: 401,
        Outcome.CODE: 403,
        Outcome.NO_PAIRING_OPEN: 409,
        Outcome.CONTENT_TYPE: 415,
        Outcome.BODY: 400,
        Outcome.TOO_LARGE: 413,
        Outcome.METHOD: 405,
        Outcome.NOT_FOUND: 404,
        Outcome.AGENT_NOT_ENROLLED: 409,
    }
)

# Numbers that code elsewhere asks about by name.
NO_SERVICE = 0x8010001D
TIMED_OUT = 0x8010000A
UNKNOWN_READER = 0x80100009
UNPOWERED_CARD = 0x80100067
RESET_CARD = 0x80100068
NO_READERS_AVAILABLE = 0x8010002E

_BY_HRESULT: Mapping[int, Outcome] = MappingProxyType(
    {
        NO_SERVICE: Outcome.NO_SERVICE,
        0x80100013: Outcome.NO_SERVICE,  # COMM_ERROR: the service died during the call
        0x8010006A: Outcome.NO_SERVICE,  # SECURITY_VIOLATION: this user may not speak to it
        0x80100003: Outcome.NO_SERVICE,  # INVALID_HANDLE: it died and came back
        0x8010001E: Outcome.NO_READER,  # SERVICE_STOPPED: Windows does so with the last reader
        NO_READERS_AVAILABLE: Outcome.NO_READER,
        UNKNOWN_READER: Outcome.READER_GONE,
        0x80100017: Outcome.READER_GONE,  # READER_UNAVAILABLE
        0x8010000C: Outcome.NO_CARD,  # NO_SMARTCARD
        0x80100069: Outcome.CARD_REMOVED,  # REMOVED_CARD
        0x80100065: Outcome.CARD_MUTE,  # UNSUPPORTED_CARD
        0x80100066: Outcome.CARD_MUTE,  # UNRESPONSIVE_CARD
        UNPOWERED_CARD: Outcome.CARD_MUTE,
        0x8010000F: Outcome.CARD_MUTE,  # PROTO_MISMATCH: the first answer is rubbish
        0x8010000B: Outcome.CARD_BUSY,  # SHARING_VIOLATION
        RESET_CARD: Outcome.CARD_BUSY,  # again and again: another program will not leave it alone
        0x80100016: Outcome.CARD_FAULT,  # NOT_TRANSACTED
        0x8010002F: Outcome.CARD_FAULT,  # COMM_DATA_LOST
        TIMED_OUT: Outcome.TIMEOUT,
    }
)
# Windows stops its service when the last reader is unplugged: no reader is what one can see.
_ON_WINDOWS: Mapping[int, Outcome] = MappingProxyType({NO_SERVICE: Outcome.NO_READER})


class CardFault(Exception):
    """A call that came to nothing. ``detail`` names numbers or readers, never a card's contents.

    ``hresult`` is PC/SC's number where there is one; 0 means that the service saw no fault.
    """

    def __init__(self, outcome: Outcome, *, hresult: int | None = None, detail: str = "") -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.hresult = hresult
        self.detail = detail or (f"0x{hresult:08x}" if hresult else "")

    @property
    def http_status(self) -> int:
        """Return the status of the answer."""
        return HTTP_STATUS[self.outcome]

    def as_json(self) -> dict[str, str]:
        """Return the body of the answer."""
        detail = {"detail": self.detail} if self.detail else {}
        return {"error": self.outcome.value} | detail


def outcome_of(hresult: int, platform: str = sys.platform) -> Outcome:
    """Return the code of a PC/SC number; one never seen is a fault of the card."""
    number = hresult & 0xFFFFFFFF
    special = _ON_WINDOWS if platform == "win32" else {}
    return special.get(number) or _BY_HRESULT.get(number, Outcome.CARD_FAULT)


def fault_of(hresult: int) -> CardFault:
    """Return the fault that a PC/SC number stands for; the number may be negative, as pyscard's."""
    return CardFault(outcome_of(hresult), hresult=hresult & 0xFFFFFFFF)
