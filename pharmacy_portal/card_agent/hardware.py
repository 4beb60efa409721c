"""The readers of this computer, as the agent needs them; tests may put others in their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pharmacy_portal.card_agent.pcsc import NhiReading, read_nhi
from pharmacy_portal.card_agent.readers import Roles
from pharmacy_portal.card_agent.watcher import CardState, Event, Watcher


class Hardware(Protocol):
    """Readers and cards."""

    def start(self, emit: Callable[[Event], None], roles: Callable[[], Roles]) -> None:
        """Begin to watch; ``emit`` may be called in any thread."""

    def stop(self) -> None:
        """End watching."""

    def state(self) -> CardState:
        """Return what is there now."""

    def read_nhi(self, reader: str | None, roles: Roles) -> NhiReading:
        """Read a buyer's card; blocks, in the card thread."""


class PcscHardware:
    """The PC/SC service of this computer."""

    def __init__(self) -> None:
        self._watcher: Watcher | None = None

    def start(self, emit: Callable[[Event], None], roles: Callable[[], Roles]) -> None:
        """Begin to watch in a thread; it gets by without service, reader or card."""
        self._watcher = Watcher(emit, roles)
        self._watcher.start()

    def stop(self) -> None:
        """End the thread."""
        if self._watcher is not None:
            self._watcher.stop()

    def state(self) -> CardState:
        """Return what the watcher knows."""
        return self._watcher.state() if self._watcher is not None else CardState(False, ())

    def read_nhi(self, reader: str | None, roles: Roles) -> NhiReading:
        """Read a buyer's card."""
        return read_nhi(reader, roles)
