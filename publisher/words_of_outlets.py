"""What is said of each outlet's sale, kept in memory, and when time alone changes it.

``turned`` is the newest instant that has passed at which a day's word or a pause ended by itself.
It is part of the position of what outlets say: so a release is due when it moves, also after a
restart, and nothing has to be remembered on the disk.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from core.domain.outlet_says import OutletSays, turns
from core.domain.outlets import Outlet
from core.domain.snapshot import OutletRecord
from core.domain.stops import Stop
from publisher.join import record_of, with_words


class WordsOfOutlets:
    """The register, what outlets say, and the stops; made into records at one instant."""

    def __init__(self) -> None:
        self.outlets: dict[str, Outlet] = {}
        self._bare: dict[str, OutletRecord] = {}
        self._says: dict[str, OutletSays] = {}
        self._stops: list[Stop] = []
        self._programme = ""
        self._turns: dict[str, list[datetime]] = {}
        self._all_turns: list[datetime] = []
        self._at: datetime | None = None

    @property
    def turned(self) -> datetime | None:
        """The newest turn that has passed at the instant last moved to."""
        place = bisect_right(self._all_turns, self._at) if self._at else 0
        return self._all_turns[place - 1] if place else None

    def register(self, outlets: Iterable[Outlet]) -> set[str]:
        """Take outlets as the register has them now; return whose record changes."""
        codes = set()
        for outlet in outlets:
            codes.add(outlet.code)
            self.outlets.pop(outlet.code, None)
            self._bare.pop(outlet.code, None)
            if not outlet.test:
                self.outlets[outlet.code] = outlet
                self._bare[outlet.code] = record_of(outlet)
        self._note_turns(codes)
        return codes

    def hear(self, states: Iterable[OutletSays]) -> set[str]:
        """Take what outlets say now; return whose record changes."""
        said = {says.outlet: says for says in states}
        self._says |= said
        self._note_turns(said.keys())
        return set(said)

    def stop(self, stops: Iterable[Stop], programme: str) -> set[str]:
        """Take the stops that stand in a programme now; return whose record changes."""
        before, self._stops, self._programme = self._stops, list(stops), programme
        concerned = [stop for stop in (*before, *self._stops) if stop not in before]
        concerned += [stop for stop in before if stop not in self._stops]
        codes = set(self._concerned(concerned))
        self._note_turns(codes)
        return codes

    def move_to(self, at: datetime) -> set[str]:
        """Go on to an instant; return whose record changes by time alone."""
        last, self._at = self._at, at
        if last is None or last == at:
            return set()
        low, high = sorted((last, at))
        if bisect_right(self._all_turns, low) == bisect_right(self._all_turns, high):
            return set()
        return {
            code for code, own in self._turns.items() if any(low < turn <= high for turn in own)
        }

    def record(self, code: str) -> OutletRecord:
        """Return the record of an outlet at the instant last moved to, without its stock."""
        assert self._at is not None
        outlet, says = self.outlets[code], self._says.get(code)
        stops = self._stops_of(code) if self._stops else ()
        if says is None and not stops and outlet.status == "active":
            return self._bare[code]
        return with_words(self._bare[code], outlet, says, stops, self._at)

    def _stops_of(self, code: str) -> list[Stop]:
        return [stop for stop in self._stops if stop.concerns(code, self._programme)]

    def _concerned(self, stops: Iterable[Stop]) -> Iterator[str]:
        for stop in stops:
            if stop.scope == "outlet":
                yield stop.target
            else:
                yield from self.outlets

    def _note_turns(self, codes: Iterable[str]) -> None:
        """Keep when the records of these outlets change by themselves; most never do."""
        changed = False
        for code in codes:
            outlet = self.outlets.get(code)
            own = turns(outlet, self._says.get(code), self._stops_of(code)) if outlet else []
            changed |= own != self._turns.get(code, [])
            if own:
                self._turns[code] = own
            else:
                self._turns.pop(code, None)
        if changed:
            self._all_turns = sorted({turn for own in self._turns.values() for turn in own})
