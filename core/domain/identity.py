"""Identity types of the counter (身分別) and the checks on their numbers.

Source: the authority's manual, menu 身分別/證號; checksum of the Ministry of the Interior (ROC
national ID and unified number). A new identity type is one more row in ``IDENTITY_TYPES``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import mul
from types import MappingProxyType

from core.domain.text import Text

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
LETTER_VALUES: Mapping[str, int] = MappingProxyType(
    {letter: value for value, letter in enumerate(_LETTERS, start=10)}
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1, 1)

_NATIONAL = re.compile(r"[A-Z][12][0-9]{8}")
_UNIFIED = re.compile(r"[A-Z][A-D89][0-9]{8}")
_PERMIT = re.compile(r"[A-Z0-9]{8,12}")

_FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_UPPER = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}

Fault = str | None


def normalise_number(text: str) -> str:
    """Trim, narrow full-width characters, and raise ASCII letters; nothing else changes."""
    return text.translate(_FULL_TO_HALF).strip().translate(_UPPER)


def checksum_holds(number: str) -> bool:
    """Tell whether a ten-character national ID or unified number carries its check digit.

    Raises:
        KeyError, ValueError: when the number has not the shape of either.
    """
    tens, units = divmod(LETTER_VALUES[number[0]], 10)
    second = number[1]
    first = int(second) if second.isdigit() else LETTER_VALUES[second] % 10
    digits = (first, *map(int, number[2:10]))
    weighted: int = sum(map(mul, _WEIGHTS, digits))
    return (tens + units * 9 + weighted) % 10 == 0


def _checked(number: str) -> Fault:
    return None if checksum_holds(number) else "ID_CHECKSUM"


def _national_or_unified(number: str) -> Fault:
    if _NATIONAL.fullmatch(number) or _UNIFIED.fullmatch(number):
        return _checked(number)
    return "ID_FORMAT"


def _unified(number: str) -> Fault:
    return _checked(number) if _UNIFIED.fullmatch(number) else "ID_FORMAT"


def _unified_or_permit(number: str) -> Fault:
    if _UNIFIED.fullmatch(number):
        return _checked(number)
    return None if _PERMIT.fullmatch(number) else "ID_FORMAT"


@dataclass(frozen=True)
class IdentityType:
    """One row of the menu 身分別. ``read_from_card`` types need a card in the reader."""

    code: str
    name: Text
    fault: Callable[[str], Fault]
    read_from_card: bool = False

    @property
    def label(self) -> str:
        """The menu line of the official screen, such as ``01-健保卡``."""
        return f"{self.code}-{self.name.zh}"


_ROWS = (
    IdentityType("01", Text("健保卡", "NHI card"), _national_or_unified, read_from_card=True),
    IdentityType(
        "02",
        Text("健保卡(卡片異常請輸入ID)", "NHI card (reading failed: type the number)"),
        _national_or_unified,
    ),
    IdentityType("03", Text("居留證", "Residence permit"), _unified),
    IdentityType("04", Text("入出境許可證", "Entry permit"), _unified_or_permit),
)
IDENTITY_TYPES: Mapping[str, IdentityType] = MappingProxyType({row.code: row for row in _ROWS})


def number_fault(identity_type: str, number: str) -> Fault:
    """Return ``ID_FORMAT``, ``ID_CHECKSUM`` or None for a normalised number of that type."""
    row = IDENTITY_TYPES.get(identity_type)
    return row.fault(number) if row else "ID_FORMAT"


def number_is_verified(number: str) -> bool:
    """Tell whether a checksum vouches for a normalised number (permit numbers have none)."""
    shaped = _NATIONAL.fullmatch(number) or _UNIFIED.fullmatch(number)
    return shaped is not None and checksum_holds(number)


def last_digit(number: str) -> int | None:
    """Return the last digit (證號末一碼), or None when the number ends with a letter."""
    tail = number[-1:]
    return int(tail) if tail.isascii() and tail.isdigit() else None
