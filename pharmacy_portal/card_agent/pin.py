"""Who asks for the PIN: the agent itself, in a window or on its terminal; never a web page.

A PIN is asked for one signature, handed to the token at once and kept nowhere. A `PinSource` is
called in a thread of its own and may block while a person types.
"""

from __future__ import annotations

import getpass
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from core.log import get_logger

# Shorter than a challenge lives, so that a late PIN does not sign what nobody waits for.
PATIENCE_S = 90.0
_log = get_logger(__name__)


class PinQuestion(msgspec.Struct, frozen=True):
    """What the person is told before the PIN is typed. It goes to the dialog and nowhere else."""

    purpose: str
    origin: str
    kind: str
    holder: str
    few_left: bool = False
    final_try: bool = False

    def text(self) -> str:
        """Return the question in Chinese and English."""
        zh, en = _PURPOSES[self.purpose]
        lines = [f"{zh} {self.origin}", f"{en} {self.origin}", self.holder]
        lines += [_FEW_LEFT] if self.few_left and not self.final_try else []
        return "\n".join(line for line in lines if line)


_PURPOSES = {
    "login": ("以您的卡片登入", "Log in with your card at"),
    "enrol": ("以您的卡片登記這台電腦的讀卡程式於", "Vouch with your card for this computer at"),
}
_FEW_LEFT = "PIN 碼先前輸入錯誤，剩餘次數不多。 The PIN was wrong before; few tries are left."
FINAL_TRY = (
    "這是最後一次機會，再錯卡片將被鎖住。要繼續嗎？\n"
    "This is the last try: one more mistake locks the card. Go on?"
)


class PinSource(Protocol):
    """A way to ask the person who sits at this computer."""

    def confirm_final_try(self, question: PinQuestion) -> bool:
        """Ask whether the last try shall be made."""

    def ask(self, question: PinQuestion) -> str | None:
        """Ask for the PIN; None when the person will not, or nobody can be asked."""


@dataclass(frozen=True)
class CommandPin:
    """Asks through a program: the question as JSON on its stdin, the PIN on its stdout.

    The agent's own window is such a program; so is `zenity --password`.
    """

    words: Sequence[str]
    # A program that knows nothing of our questions is never asked for a last try.
    confirms: bool = False

    def confirm_final_try(self, question: PinQuestion) -> bool:
        """Ask in the program's own window."""
        return self.confirms and self._run("final-try", question) == "yes"

    def ask(self, question: PinQuestion) -> str | None:
        """Return the first line that the program prints."""
        return self._run("pin", question)

    def _run(self, what: str, question: PinQuestion) -> str | None:
        words = [*self.words, what] if self.confirms else [*self.words]
        try:
            done = subprocess.run(  # noqa: S603 - words of the person who starts the agent
                words,
                input=msgspec.json.encode(question),
                capture_output=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            # The error's own text could quote what the program has printed.
            _log.warning("pin_not_asked", fault=type(error).__name__)
            return None
        answer = done.stdout.decode(errors="replace").split("\n", 1)[0].rstrip("\r")
        return answer if done.returncode == 0 and answer else None


class TerminalPin:
    """Asks on the terminal that the agent was started in."""

    def confirm_final_try(self, question: PinQuestion) -> bool:
        """Ask for the word yes."""
        print(f"{question.text()}\n{FINAL_TRY} (yes/no)", file=sys.stderr)  # noqa: T201
        return sys.stdin.readline().strip().lower() == "yes"

    def ask(self, question: PinQuestion) -> str | None:
        """Ask without echo."""
        print(question.text(), file=sys.stderr)  # noqa: T201
        try:
            return getpass.getpass("PIN: ") or None
        except (EOFError, KeyboardInterrupt):
            return None


class NoPin:
    """Nobody can be asked: no display, no terminal."""

    def confirm_final_try(self, question: PinQuestion) -> bool:
        """Never go on."""
        return False

    def ask(self, question: PinQuestion) -> str | None:
        """Say in the log what is missing."""
        _log.warning("pin_not_asked", fault="no window and no terminal; see --pin-command")
        return None


def best_source(command: Sequence[str] = (), *, windows: bool = True) -> PinSource:
    """Return the program named, else a window where there can be one, else the terminal."""
    if command:
        return CommandPin(command)
    if windows and can_open_windows():
        return CommandPin(dialog_command(), confirms=True)
    return TerminalPin() if sys.stdin is not None and sys.stdin.isatty() else NoPin()


def can_open_windows(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a window can be opened here."""
    if importlib.util.find_spec("_tkinter") is None:
        return False
    shown = platform in ("win32", "darwin")
    return shown or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def dialog_command() -> list[str]:
    """Return how the agent's own window is started: this program again, in a process of its own.

    A window needs the main thread on macOS, and a process can be ended when its time is over.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "window"]
    return [sys.executable, "-m", "pharmacy_portal.card_agent", "window"]
