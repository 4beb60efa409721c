"""The register of outlets (販售點): who may sell, and where."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from core.clock import Clock
from core.domain.outlets import Outlet, Status, valid_code
from core.errors import Invalid, NotFound
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


async def mark_outlet(
    ledger: Ledger,
    code: str,
    *,
    by: str,
    clock: Clock,
    test: bool | None = None,
    status: Status | None = None,
    reason: str = "",
) -> Outlet:
    """Set by hand what no list may set: the test flag, and the status with its reason.

    Returns:
        The outlet as it stands now.

    Raises:
        NotFound: the outlet is not in the register.
    """
    known = await ledger.outlet(code)
    if known is None:
        raise NotFound(f"outlet {code} is not in the register")
    marked = known if test is None else replace(known, test=test)
    if status is not None:
        marked = replace(marked, status=status, status_reason=reason, status_until=None)
    row: dict[str, object] = {"act": "mark", "by": by, "outlet": code}
    row |= {"test": marked.test, "status": marked.status}
    await ledger.save_outlets([marked], row, clock())
    return marked
