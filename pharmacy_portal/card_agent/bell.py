"""`maskmap agent pair` asks the running agent for a code through files in the user's own folder.

Not through HTTP: whoever can ring must be able to write into the folder, and who reads the answer
must be able to read it, which is the same user and nobody else. Files work on every platform.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from pharmacy_portal.card_agent.home import Home

_REQUEST = "pair.request"
_ANSWER = "pair.code"
_LOOK_EVERY_S = 0.3


class Bell:
    """The agent's side: look for a request, answer it with a fresh code."""

    def __init__(self, home: Home, show_code: Callable[[], str]) -> None:
        self._home = home
        self._show_code = show_code
        self.silence()

    def look(self) -> bool:
        """Answer a request, if there is one; tell whether there was."""
        if not self._home.remove(_REQUEST):
            return False
        self._home.write(_ANSWER, self._show_code().encode())
        return True

    def silence(self) -> None:
        """Take away the answer of a code that is used up or void."""
        self._home.remove(_ANSWER)

    async def watch(self, is_open: Callable[[], bool]) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self.look() and not is_open():
                self.silence()


def ring(home: Home, wait_s: float = 5.0) -> str | None:
    """Ask the running agent for a code; None when it does not answer in time."""
    home.remove(_ANSWER)
    home.write(_REQUEST, b"")
    ends = time.monotonic() + wait_s
    while time.monotonic() < ends:
        if answer := home.read(_ANSWER):
            return answer.decode()
        time.sleep(_LOOK_EVERY_S / 3)
    home.remove(_REQUEST)
    return None
