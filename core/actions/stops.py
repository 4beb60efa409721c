"""Emergency stops (緊急停售): the authority stops an outlet or a programme, and lets it go on."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.actions.published_words import in_both
from core.clock import Clock
from core.domain.calendar import rfc3339
from core.domain.programme import Programme
from core.domain.stops import Scope, Stop
from core.errors import Invalid, NotFound, Refused
from core.ports.ledger import AuditRow, Ledger
from core.ports.stewardship import Stewardship, StopRecord

LONGEST_REASON = 200


async def declare_stop(
    stewardship: Stewardship,
    ledger: Ledger,
    programme: Programme,
    clock: Clock,
    *,
    by: str,
    scope: Scope,
    target: str,
    zh: str,
    en: str,
    until: datetime | None,
    confirmation: str,
) -> Stop:
    """Stop every further sale of an outlet, or of the whole programme.

    ``confirmation`` is the outlet's code, or the programme's name, typed by hand.

    Raises:
        Refused: ``CONFIRMATION_NEEDED``, or ``ALREADY_DONE`` where such a stop holds.
        NotFound: no such outlet or programme.
        Invalid: no reason in both languages, or an end that is past.
    """
    now = clock()
    words = in_both(zh, en, LONGEST_REASON)
    if until is not None and until <= now:
        raise Invalid("the end of a stop must lie ahead")
    if confirmation.strip() not in await _names(ledger, programme, scope, target):
        raise Refused(("CONFIRMATION_NEEDED",))
    if any(_same(record.stop, scope, target, now) for record in await standing(stewardship, now)):
        raise Refused(("ALREADY_DONE",))
    stop = Stop(secrets.token_hex(6), scope, target, words, until, now)
    await stewardship.declare_stop(stop, by, _row("stop", by, stop), now)
    return stop


async def lift_stop(stewardship: Stewardship, clock: Clock, *, by: str, identity: str) -> None:
    """Let sale go on.

    Raises:
        NotFound, Conflict: there is no such stop, or it was lifted before.
    """
    row: AuditRow = {"act": "lift_stop", "by": by, "stop": identity}
    await stewardship.lift_stop(identity, by, row, clock())


async def standing(stewardship: Stewardship, now: datetime) -> list[StopRecord]:
    """Return the stops that hold now, the newest first."""
    found = await stewardship.stops()
    return [one for one in found if one.lifted_at is None and one.stop.holds(now)]


async def _names(
    ledger: Ledger, programme: Programme, scope: Scope, target: str
) -> tuple[str, ...]:
    """Return what may be typed to confirm."""
    if scope == "programme":
        if target != programme.id:
            raise NotFound(f"there is no programme {target}")
        return (programme.id, programme.name.zh, programme.name.en)
    if await ledger.outlet(target) is None:
        raise NotFound(f"outlet {target} is not in the register")
    return (target,)


def _same(stop: Stop, scope: Scope, target: str, now: datetime) -> bool:
    return stop.scope == scope and stop.target == target and stop.holds(now)


def _row(act: str, by: str, stop: Stop) -> AuditRow:
    return {
        "act": act,
        "by": by,
        "stop": stop.id,
        "scope": stop.scope,
        "target": stop.target,
        "reason": {"zh": stop.reason.zh, "en": stop.reason.en},
        "until": rfc3339(stop.until) if stop.until else "",
    }
