"""Proposals (更正申請): an outlet asks the authority to correct its entry in the register."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from math import isfinite

from msgspec.structs import replace

from core.actions.desk import audit_row, free_text
from core.clock import Clock
from core.domain.geography import inside_taiwan
from core.domain.proposals import KINDS, Kind, Proposal
from core.errors import Conflict, Invalid, NotFound
from core.ports import Ledger, OutletStates

LONGEST_NOTE = 200
LONGEST_NAME, LONGEST_ADDRESS = 60, 120
MOST_WAITING = 10
_PHONE = re.compile(r"[0-9()#\-+、,;/~ 轉分機]{5,40}")
_PERIODS = re.compile(r"[NY]{21}")


async def propose(
    states: OutletStates,
    ledger: Ledger,
    clock: Clock,
    *,
    by: str,
    outlet: str,
    kind: str,
    value: object,
    note: str = "",
) -> Proposal:
    """Ask for a correction; the register stays as it is until the authority accepts it.

    Raises:
        NotFound: this institution is not an outlet of the register.
        Invalid: the kind or the value is none the register could take.
        Conflict: too many wait already.
    """
    if await ledger.outlet(outlet) is None:
        raise NotFound("this institution is not an outlet of the register")
    checked_kind, checked = _value(kind, value)
    waiting = await states.proposals(outlet=outlet, states=("waiting",))
    if len(waiting) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} proposals of this outlet wait already; withdraw one first")
    proposal = Proposal(
        id=f"p{secrets.token_hex(8)}",
        outlet=outlet,
        kind=checked_kind,
        value=checked,
        note=free_text(note, LONGEST_NOTE),
        by=by,
        at=clock(),
    )
    row = audit_row("proposal", by=by, outlet=outlet, proposal=proposal.id, fields=sorted(checked))
    await states.save_proposal(proposal, row)
    return proposal


async def withdraw(
    states: OutletStates, clock: Clock, *, by: str, outlet: str, proposal_id: str
) -> Proposal:
    """Take a waiting proposal back.

    Raises:
        NotFound: it is not this outlet's.
        Conflict: it was decided already.
    """
    known = await states.proposal(proposal_id)
    if known is None or known.outlet != outlet:
        raise NotFound("there is no such proposal at this outlet")
    withdrawn = replace(known, state="withdrawn", decided_by=by, decided_at=clock())
    row = audit_row("proposal_withdrawn", by=by, outlet=outlet, proposal=known.id)
    await states.save_proposal(withdrawn, row)
    return withdrawn


def _value(kind: str, value: object) -> tuple[Kind, dict[str, str]]:
    """Check a value, and name the fields of the register that it would set."""
    if kind == "position":
        return "position", _position(value)
    if not isinstance(value, str):
        raise Invalid("value: a text, or {lat, lon} for a position")
    if kind == "address":
        return "address", {"address": _text(value, LONGEST_ADDRESS)}
    if kind == "name":
        return "name", {"name": _text(value, LONGEST_NAME)}
    if kind == "phone":
        if not _PHONE.fullmatch(value.strip()):
            raise Invalid("value: a telephone number, such as (02)23456789")
        return "phone", {"phone": value.strip()}
    if kind == "service_periods":
        if not _PERIODS.fullmatch(value):
            raise Invalid("value: 21 characters N or Y: seven mornings, afternoons, evenings")
        return "service_periods", {"service_periods": value}
    raise Invalid(f"kind: one of {', '.join(KINDS)}")


def _text(value: str, longest: int) -> str:
    text = free_text(value, longest)
    if not text:
        raise Invalid("value: it is empty")
    return text


def _position(value: object) -> dict[str, str]:
    """Check a point; numbers and texts of numbers both do."""
    if not isinstance(value, Mapping) or value.keys() != {"lat", "lon"}:
        raise Invalid("value: a position is {lat, lon}, degrees")
    try:
        lat, lon = (float(value[name]) for name in ("lat", "lon"))
    except (OverflowError, TypeError, ValueError):
        raise Invalid("value: lat and lon are numbers, degrees") from None
    if not (isfinite(lat) and isfinite(lon) and inside_taiwan(lon, lat)):
        raise Invalid("value: this point does not lie in Taiwan; lat is about 25, lon about 121")
    return {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"}
