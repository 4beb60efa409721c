"""People who do not exist: names, identity numbers with a good check digit, NHI records."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from core.domain.calendar import ROC_OFFSET_YEARS
from core.domain.identity import checksum_holds
from core.domain.text import Text
from core.resources import data_path

_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZ"
_NAME_BYTES = 20
_ISSUED = date(2019, 12, 1)
# A step without common factor with the table's length walks through all of its entries.
_STRIDE = 7
_NUMBER_STRIDE, _FIRST_NUMBER = 97_003, 1_234_567
CHILD_NOTE = Text("兒童", "child")
ADULT_NOTE = Text("成人", "adult")
RESIDENT_NOTE = Text("外籍", "foreign resident")


@dataclass(frozen=True)
class Buyer:
    """Somebody who stands before the counter with an NHI card."""

    name: str
    number: str
    born: date
    sex: str
    note: Text

    def record(self) -> bytes:
        """Return the 57 bytes that the card's basic record has.

        Source: published descriptions of the record: card number 12, name 20, number 10, birth
        date 7, sex 1, date of issue 7.
        """
        name = self.name.encode("cp950").ljust(_NAME_BYTES, b"\0")
        card_number = f"0000{int(self.number[1:9].translate(_DIGITS)):08d}"
        return (
            card_number.encode()
            + name
            + self.number.encode()
            + _roc_seven(self.born)
            + self.sex.encode()
            + _roc_seven(_ISSUED)
        )


_DIGITS = {ord(letter): ord("0") for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _roc_seven(day: date) -> bytes:
    return f"{day.year - ROC_OFFSET_YEARS:03d}{day.month:02d}{day.day:02d}".encode()


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(data_path("reference/names.toml").read_text("utf-8"))


def person_name(index: int) -> str:
    """Compose the n-th name of the synthetic nation; neighbours have different names."""
    words = _words()
    surnames, first, second = words["surnames"], words["given_first"], words["given_second"]
    return (
        surnames[index * _STRIDE % len(surnames)]
        + first[index * 11 % len(first)]
        + second[(index * 13 + index // len(second)) % len(second)]
    )


def synthetic_number(index: int, second: str, *, odd: bool) -> str:
    """Compose a number with a good check digit that is odd or even.

    ``second`` is the second character: 1 or 2 for nationals, 8 or 9 for residents.
    """
    letter, first = _LETTERS[index % len(_LETTERS)], index * _NUMBER_STRIDE + _FIRST_NUMBER
    middles = (f"{(first + step) % 10_000_000:07d}" for step in range(10))
    checks = "13579" if odd else "02468"
    numbers = (f"{letter}{second}{middle}{check}" for middle in middles for check in checks)
    return next(number for number in numbers if checksum_holds(number))


def buyers() -> Iterator[Buyer]:
    """Yield the buyers of the demo: odd and even, grown-up and not, one foreign resident each."""
    for index in range(16):
        yield _buyer(index, date(1948 + index * 3, 1 + index % 12, 3 + index), ADULT_NOTE)
    for index in range(16, 22):
        yield _buyer(index, date(2009 + index % 6, 1 + index % 12, index), CHILD_NOTE)
    for index in (22, 23):
        yield _buyer(index, date(1963 + index, 5, index), RESIDENT_NOTE)


def _buyer(index: int, born: date, note: Text) -> Buyer:
    female = index % 4 in (1, 2)
    resident = note is RESIDENT_NOTE
    second = ("9" if female else "8") if resident else ("2" if female else "1")
    number = synthetic_number(index, second, odd=index % 2 == 0)
    return Buyer(person_name(index + 100), number, born, "F" if female else "M", note)
