"""Synthetic buyers: each buys once, so each is eligible whatever the window.

Numbers have the shape and check digit of national IDs. A serial is never used twice, since it is
the ledger position of the sale.
"""

from __future__ import annotations

from datetime import date

from core.domain.eligibility import Claim
from core.domain.identity import LETTER_VALUES

_GROWN_UP = date(1980, 1, 1)
_CHILD = date(2012, 1, 1)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)
_BODIES = 10**6
_LETTERS = "".join(LETTER_VALUES)
MOST_BUYERS = _BODIES * len(_LETTERS) * 2


def a_buyer(serial: int, day: date, *, child: bool) -> Claim:
    """Return the buyer of a serial, whose last digit may buy on that day.

    Monday, Wednesday and Friday want an odd last digit, the other days an even one (on Sunday
    everybody may buy).
    """
    turn, body = divmod(serial % MOST_BUYERS, _BODIES)
    letter, sex = _LETTERS[turn % len(_LETTERS)], 1 + turn // len(_LETTERS)
    odd = day.weekday() in (0, 2, 4)
    number = _number(letter, sex, body, odd)
    return Claim("01", number, _CHILD if child else _GROWN_UP)


def _number(letter: str, sex: int, body: int, odd: bool) -> str:
    """Choose the seventh digit of the body so that the check digit is odd or even as wanted."""
    tens, units = divmod(LETTER_VALUES[letter], 10)
    digits = f"{sex}{body:06d}0"
    total = tens + units * 9 + sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True))
    seventh = 0 if (total % 2 == 1) == odd else 1
    check = -(total + seventh) % 10
    return f"{letter}{digits[:7]}{seventh}{check}"
