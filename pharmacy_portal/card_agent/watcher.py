"""Watching readers and cards in a thread of its own, through the death of the PC/SC service too.

Events (nothing personal in any)::

    {"event": "service", "up": bool}
    {"event": "reader", "name": str, "up": bool}
    {"event": "card", "reader": str, "role": "buyer" | "staff" | null, "in": bool, "mute": bool}

pyscard's own monitors end for good when the service restarts; this one asks again each second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from smartcard import scard

from core.log import get_logger
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pcsc_service import (
    ReaderState,
    list_readers,
    service,
    wait_for_change,
)
from pharmacy_portal.card_agent.readers import Roles

log = get_logger(__name__)

Event = dict[str, object]


@dataclass(frozen=True)
class ReaderView:
    """A reader as pages see it; ``card`` is none, present or mute."""

    name: str
    role: str | None
    card: str

    def as_json(self) -> Event:
        """Return the reader as it stands in ``/v1/status``."""
        return {"name": self.name, "role": self.role, "card": self.card}


@dataclass(frozen=True)
class CardState:
    """The service and its readers at one moment."""

    service_up: bool
    readers: tuple[ReaderView, ...]

    def as_json(self) -> Event:
        """Return the members ``service`` and ``readers`` of ``/v1/status``."""
        return {
            "service": "up" if self.service_up else "down",
            "readers": [reader.as_json() for reader in self.readers],
        }


class Watcher(threading.Thread):
    """Calls ``emit`` in its own thread for everything that happens to readers and cards.

    Args:
        emit: takes one event; called in the watcher's thread.
        roles: returns the readers' roles as they stand.
        period_s: how often the list of readers, or a dead service, is looked at again.
    """

    def __init__(
        self, emit: Callable[[Event], None], roles: Callable[[], Roles], *, period_s: float = 1.0
    ) -> None:
        super().__init__(name="card-watcher", daemon=True)
        self._emit = emit
        self._roles = roles
        self._period_s = period_s
        self._ended = threading.Event()
        self._looked = threading.Event()
        self._lock = threading.Lock()
        self._context: int | None = None
        self._service_up: bool | None = None
        self._known: dict[str, ReaderState] = {}

    def state(self) -> CardState:
        """Return what is known now; before the first look the service counts as down."""
        roles = self._roles()
        with self._lock:
            up, known = bool(self._service_up), dict(self._known)
        return CardState(
            up,
            tuple(
                ReaderView(name, roles.get(name), _card(state))
                for name, state in known.items()
                if state.plugged_in
            ),
        )

    def wait_for_first_look(self, timeout_s: float) -> bool:
        """Wait until the watcher has looked once; tell whether it has."""
        return self._looked.wait(timeout_s)

    def stop(self, timeout_s: float = 3.0) -> None:
        """End the thread and wait for it."""
        self._ended.set()
        if (context := self._context) is not None:
            scard.SCardCancel(context)
        if self.is_alive():
            self.join(timeout_s)

    def run(self) -> None:
        """Watch until stopped."""
        while not self._ended.is_set():
            try:
                self._watch_service()
            except CardFault as fault:
                if not self._ended.is_set():
                    self._note_lost(fault)
            except Exception:
                # The outermost loop of the thread: without it the agent would be blind for good.
                log.exception("card_watcher_fault")
            self._looked.set()
            self._ended.wait(self._period_s)

    def _watch_service(self) -> None:
        with service() as context:
            self._context = context
            try:
                self._note_service(True)
                while not self._ended.is_set():
                    self._look(context)
                    self._looked.set()
            finally:
                self._context = None

    def _look(self, context: int) -> None:
        self._note_readers(list_readers(context))
        if not self._known:
            self._ended.wait(self._period_s)
            return
        try:
            found = wait_for_change(context, self._known, round(self._period_s * 1000))
        except CardFault as fault:
            if fault.outcome not in (Outcome.TIMEOUT, Outcome.READER_GONE):
                raise
            return  # Nothing happened, or a reader left between the list and the question.
        for name, state in found.items():
            self._note_card(name, state)

    def _note_lost(self, fault: CardFault) -> None:
        # Windows stops the service with the last reader: for who stands there, a reader is missing.
        if fault.outcome is Outcome.NO_READER:
            self._note_service(True)
            self._note_readers([])
        else:
            self._note_service(False, fault.detail)

    def _note_service(self, up: bool, detail: str = "") -> None:
        if up == self._service_up:
            return
        with self._lock:
            self._service_up = up
            self._known = {}
        log.info("card_service", up=up, detail=detail)
        self._emit({"event": "service", "up": up})

    def _note_readers(self, names: list[str]) -> None:
        left = [name for name in self._known if name not in names]
        come = [name for name in names if name not in self._known]
        with self._lock:
            self._known = {name: self._known.get(name, ReaderState()) for name in names}
        for name in left:
            self._emit({"event": "reader", "name": name, "up": False})
        for name in come:
            self._emit({"event": "reader", "name": name, "up": True})

    def _note_card(self, name: str, state: ReaderState) -> None:
        before = self._known[name]
        with self._lock:
            self._known[name] = state
        if before.plugged_in != state.plugged_in:
            self._emit({"event": "reader", "name": name, "up": state.plugged_in})
        # In, out and in again between two looks leaves only the count behind.
        swapped = before.present and state.present and before.moves != state.moves
        if before.present and (swapped or not state.present):
            self._emit_card(name, ReaderState())
        if state.present and (swapped or not before.present):
            self._emit_card(name, state)

    def _emit_card(self, name: str, state: ReaderState) -> None:
        role = self._roles().get(name)
        self._emit(
            {
                "event": "card",
                "reader": name,
                "role": role.value if role else None,
                "in": state.present,
                "mute": state.mute,
            }
        )


def _card(state: ReaderState) -> str:
    if not state.present:
        return "none"
    return "mute" if state.mute else "present"
