"""Reading the NHI card that a buyer has put in: which reader, how often tried, what went wrong.

Everything here blocks and belongs into one thread: the agent's card thread.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pharmacy_portal.card_agent.nhi import NhiRecord, read_record
from pharmacy_portal.card_agent.outcomes import RESET_CARD, UNPOWERED_CARD, CardFault, Outcome
from pharmacy_portal.card_agent.pcsc_service import (
    ReaderState,
    card_connection,
    list_readers,
    service,
    states_now,
    wait_for_change,
)
from pharmacy_portal.card_agent.readers import Roles, tiers_for_buyers

# The service looks into most readers every 0.4 s: only after that does it know of a card.
ONE_POLL_MS = 500
# A busy computer polls late: before a pulled card is called a faulty one, three polls may pass.
LATE_POLL_MS = 3 * ONE_POLL_MS

# Of several readers' faults, the one that says most to who stands at the counter.
_MOST_TELLING = (
    Outcome.NO_SERVICE,
    Outcome.BAD_DATA,
    Outcome.CARD_REMOVED,
    Outcome.CARD_BUSY,
    Outcome.CARD_MUTE,
    Outcome.CARD_FAULT,
    Outcome.NOT_NHI_CARD,
    Outcome.TIMEOUT,
    Outcome.NO_CARD,
    Outcome.READER_GONE,
    Outcome.NO_READER,
)
# What a card that leaves in the middle looks like, besides saying so.
_PERHAPS_REMOVED = {Outcome.CARD_FAULT, Outcome.CARD_MUTE, Outcome.NO_CARD}


@dataclass(frozen=True, repr=False)
class NhiReading:
    """A person read from a card, and in which reader."""

    reader: str
    record: NhiRecord


def read_nhi(reader: str | None, roles: Roles) -> NhiReading:
    """Read the buyer's NHI card: in the reader named, or wherever one is found.

    Without a name the readers for buyers are looked into first, then those without a role, never
    the staff's. A card just going in is waited for, one poll of the service long.

    Raises:
        CardFault: one of the card outcomes; ``ambiguous`` names the readers in its detail.
    """
    with service() as context:
        tiers = _tiers(list_readers(context), reader, roles)
        names = [name for tier in tiers for name in tier]
        before = states_now(context, names)
        try:
            return _read_first(context, tiers)
        except CardFault as fault:
            if not _may_be_going_in(fault, before):
                raise
        _states_after(context, before)
        return _read_first(context, tiers)


def _tiers(names: Sequence[str], reader: str | None, roles: Roles) -> list[list[str]]:
    if not names:
        raise CardFault(Outcome.NO_READER)
    if reader is not None:
        if reader not in names:
            raise CardFault(Outcome.READER_GONE)
        return [[reader]]
    tiers = tiers_for_buyers(names, roles)
    if not tiers:
        raise CardFault(Outcome.NO_READER)
    return tiers


def _read_first(context: int, tiers: Sequence[Sequence[str]]) -> NhiReading:
    """Return the one reading of the first tier that has any."""
    faults: list[CardFault] = []
    for tier in tiers:
        found = _read_all(context, tier, faults)
        if len(found) > 1:
            names = "; ".join(reading.reader for reading in found)
            raise CardFault(Outcome.AMBIGUOUS, detail=names)
        if found:
            return found[0]
    raise min(faults, key=lambda fault: _MOST_TELLING.index(fault.outcome))


def _read_all(context: int, names: Sequence[str], faults: list[CardFault]) -> list[NhiReading]:
    found = []
    for name in names:
        try:
            found.append(NhiReading(name, _read_reader(context, name)))
        except CardFault as fault:
            faults.append(fault)
    return found


def _read_reader(context: int, name: str) -> NhiRecord:
    """Read one reader; once more from the start when another program reset the card."""
    try:
        return _read_once(context, name)
    except CardFault as fault:
        if fault.hresult != RESET_CARD:
            raise
    return _read_once(context, name)


def _read_once(context: int, name: str) -> NhiRecord:
    state = states_now(context, [name])[name]
    touched = False
    try:
        with card_connection(context, name) as connection:
            touched = True
            return read_record(connection.transmit)
    except CardFault as fault:
        perhaps = touched and fault.outcome in _PERHAPS_REMOVED
        if perhaps and _has_left(context, name, state):
            raise CardFault(Outcome.CARD_REMOVED, hresult=fault.hresult) from None
        raise


def _has_left(context: int, name: str, state: ReaderState) -> bool:
    """Tell whether the card left since ``state``; the service notices within a poll or so."""
    after = _states_after(context, {name: state}, LATE_POLL_MS)
    return not after[name].present or after[name].moves != state.moves


def _may_be_going_in(fault: CardFault, before: Mapping[str, ReaderState]) -> bool:
    """Tell whether a card on its way in looks like this: none yet, or not yet powered."""
    if fault.hresult == UNPOWERED_CARD:
        return not any(state.mute for state in before.values())
    return fault.outcome is Outcome.NO_CARD


def _states_after(
    context: int, before: Mapping[str, ReaderState], longest_ms: int = ONE_POLL_MS
) -> dict[str, ReaderState]:
    """Return the states as soon as a card moved, or after ``longest_ms``.

    Other programs' comings and goings change a reader's state too; they are waited out.
    """
    known = dict(before)
    end = time.monotonic() + longest_ms / 1000
    while (left_ms := round((end - time.monotonic()) * 1000)) > 0:
        try:
            known = wait_for_change(context, known, left_ms)
        except CardFault as fault:
            if fault.outcome is Outcome.TIMEOUT:
                break
            raise
        if any(known[name].moves != before[name].moves for name in before):
            break
    return known
