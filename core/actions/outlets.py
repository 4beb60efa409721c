"""The register of outlets (販售點): who may sell, and where."""

from __future__ import annotations

from collections.abc import Sequence

from core.clock import Clock
from core.domain.outlets import Outlet, valid_code
from core.errors import Invalid
from core.ports import Ledger, RegisterChanges


async def register_outlets(
    ledger: Ledger, outlets: Sequence[Outlet], *, by: str, clock: Clock
) -> RegisterChanges:
    """Add or replace outlets, all or none, with one audit row.

    Raises:
        Invalid: a code is malformed or stands twice; nothing is written.
    """
    codes = [outlet.code for outlet in outlets]
    bad = [code for code in codes if not valid_code(code)]
    if bad:
        raise Invalid(f"not a medical institution code: {', '.join(bad[:5])}")
    if len(set(codes)) != len(codes):
        raise Invalid("an outlet code stands twice in the register to be written")
    row: dict[str, object] = {"act": "register", "by": by}
    return await ledger.save_outlets(outlets, row, clock())
