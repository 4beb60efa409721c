"""Eight weeks of days beside the releases: one outlet decoded a page, the rest stays bytes.

The publisher writes ``courses/long.json`` once a day, when a day is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.releases import COURSES, Untrusted, read_signed

PATH = Path(COURSES) / "long.json"
MOST_DAYS = 56
# A nation of 6 500 outlets needs about 20 MB; what is far larger is not read at all.
MOST_BYTES = 256 * 2**20

# Day by its number, opening, received, sold, closing, minute of the last fall to nothing on a day
# that ended so (else -1), minutes in stock.
_Row = tuple[int, int, int, int, int, int, int]


class _File(msgspec.Struct, frozen=True):
    as_of: str
    days: list[date]
    products: tuple[str, ...]
    outlets: dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Day:
    """One product's day at one outlet, in pieces; ``sold_out`` is the minute, if it was so."""

    day: date
    opening: int
    received: int
    sold: int
    closing: int
    sold_out: int | None
    minutes_in_stock: int

    @property
    def had_stock(self) -> bool:
        """Tell whether there was anything to sell."""
        return self.minutes_in_stock > 0


@dataclass(frozen=True)
class LongDays:
    """The last weeks, verified."""

    days: Sequence[date]
    products: Sequence[str]
    outlets: Mapping[str, msgspec.Raw]

    def of(self, code: str) -> Mapping[str, Sequence[Day]]:
        """Return an outlet's days by product, ascending; none where they make no sense."""
        raw = self.outlets.get(code)
        if raw is None:
            return {}
        try:
            rows = msgspec.json.decode(raw, type=dict[str, list[_Row]])
            return {product: [self._day(row) for row in rows[product]] for product in rows}
        except (msgspec.DecodeError, ValueError):
            return {}

    def _day(self, row: _Row) -> Day:
        index, opening, received, sold, closing, sold_out, minutes = row
        if not 0 <= index < len(self.days):
            raise ValueError(f"there is no day {index}")
        minute = sold_out if sold_out >= 0 else None
        return Day(self.days[index], opening, received, sold, closing, minute, minutes)


def load_long_days(folder: Path, public_key: Ed25519PublicKey) -> LongDays:
    """Read and verify the last weeks.

    Raises:
        NotFound, OSError: they cannot be read. Untrusted: they are not what was signed.
    """
    path = folder / PATH
    if path.stat().st_size > MOST_BYTES:
        raise Untrusted(f"{path} has more than {MOST_BYTES} bytes")
    body, _ = read_signed(path, public_key)
    try:
        file = msgspec.json.decode(body, type=_File)
    except msgspec.DecodeError as error:
        raise Untrusted(f"{path}: {error}") from None
    if len(file.days) > MOST_DAYS or file.days != sorted(set(file.days)):
        raise Untrusted(f"{path}: its days do not ascend, or are too many")
    return LongDays(file.days, file.products, file.outlets)
