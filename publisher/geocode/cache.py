"""What services have answered, in one file that survives whatever ends a run.

A line is added and synced for each answer (``STATE/register/geocode-cache.ndjson``); of two lines
with one key the later counts. That a service knows nothing is kept as well, for a shorter time.
Faults are never kept. It holds addresses of outlets and nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from geopy.location import Location

from core.clock import Clock
from publisher import durable

FOUND_DAYS, UNKNOWN_DAYS = 365, 30


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer. ``service`` names the service, its address and what it was asked for.

    Without coordinates: the service knew nothing of this address.
    """

    address: str
    service: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    found: str = ""
    raw: dict[str, Any] = {}

    @property
    def location(self) -> Location | None:
        """Return the answer as the geocoder gave it."""
        if self.lon is None or self.lat is None:
            return None
        return Location(self.found, (self.lat, self.lon), self.raw)

    def ends(self) -> datetime:
        """Return when it is to be asked again."""
        days = UNKNOWN_DAYS if self.lon is None else FOUND_DAYS
        return self.at + timedelta(days=days)


class Cache:
    """The answers of earlier runs and of this one."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._kept = {(kept.address, kept.service): kept for kept in _read(path)}

    def get(self, address: str, service: str) -> Kept | None:
        """Return an answer that still counts."""
        kept = self._kept.get((address, service))
        return kept if kept is not None and kept.ends() > self._clock() else None

    def keep(self, address: str, service: str, location: Location | None) -> Kept:
        """Keep an answer, on the disk before this returns."""
        kept = Kept(address, service, self._clock())
        if location is not None:
            kept = msgspec.structs.replace(
                kept,
                lon=location.longitude,
                lat=location.latitude,
                found=location.address,
                raw=location.raw,
            )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        durable.append(self._path, msgspec.json.encode(kept) + b"\n")
        self._kept[address, service] = kept
        return kept

    def tidy(self) -> None:
        """Write the file anew without what has ended or was told again, if there is any."""
        counting = [kept for kept in self._kept.values() if kept.ends() > self._clock()]
        if len(counting) == sum(1 for _ in _lines(self._path)):
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(
            self._path, b"".join(msgspec.json.encode(kept) + b"\n" for kept in counting)
        )
        durable.sync_folder(self._path.parent)


def cache_path(state: Path) -> Path:
    """Return where the answers lie in a state folder."""
    return state / "register" / "geocode-cache.ndjson"


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _read(path: Path) -> list[Kept]:
    """Read whole lines; one that a crash cut short is asked again."""
    found = []
    for line in _lines(path):
        try:
            found.append(msgspec.json.decode(line, type=Kept))
        except msgspec.DecodeError:
            continue
    return found
