"""What the authority has corrected stands: no list overrides it, however official or new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace as with_changes

from msgspec.structs import replace

from core.domain.geography import towns_by_code
from core.domain.outlets import Outlet
from core.domain.proposals import Proposal
from publisher.register.building import in_town
from publisher.register.conflicts import Conflict
from publisher.register.consensus import CORRECTION
from publisher.register.merge import Merge

_PLACE = ("lon", "lat", "coordinate_source", "coordinate_precision")
_TOWN = ("county_code", "county", "town_code", "town")


def keep_corrections(
    merge: Merge, known: Mapping[str, Outlet], accepted: Iterable[Proposal]
) -> Merge:
    """Put corrected fields back as the register has them, and tell where a list says otherwise.

    Another correction ends one; a list that agrees with it is silent.
    """
    fields: dict[str, set[str]] = {}
    for proposal in accepted:
        fields.setdefault(proposal.outlet, set()).update(proposal.value)
    kept = {
        outlet.code: _kept(outlet, known[outlet.code], fields.get(outlet.code, set()))
        for outlet in merge.outlets
        if outlet.code in known
    }
    told = (
        Conflict(outlet.code, "corrected", detail)
        for outlet in merge.outlets
        if outlet.code in kept
        for detail in _told(outlet, kept[outlet.code], fields.get(outlet.code, set()))
    )
    outlets = tuple(kept.get(outlet.code, outlet) for outlet in merge.outlets)
    return with_changes(merge, outlets=outlets, conflicts=(*merge.conflicts, *told))


def _kept(merged: Outlet, known: Outlet, fields: set[str]) -> Outlet:
    texts = [name for name in sorted(fields) if name not in ("lon", "lat")]
    outlet = replace(merged, **{name: getattr(known, name) for name in texts})
    if "address" in fields:
        outlet = replace(outlet, **{name: getattr(known, name) for name in _TOWN})
        outlet = in_town(outlet, towns_by_code().get(known.town_code))
    if known.coordinate_source == CORRECTION and outlet.coordinate_source != CORRECTION:
        outlet = replace(outlet, **{name: getattr(known, name) for name in _PLACE})
    return outlet


def _told(merged: Outlet, kept: Outlet, fields: set[str]) -> Iterator[str]:
    for name in sorted(fields - {"lon", "lat"}):
        said, stands = getattr(merged, name), getattr(kept, name)
        if said != stands:
            yield f"{name}: a list says {said!r}; the correction {stands!r} stands"
