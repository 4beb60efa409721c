"""What is wrong with a file, and where: collected, so that one reading tells it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Invalid

SHOWN = 10


class BadCell(ValueError):
    """A cell cannot be what its column holds; the text says why and what to do."""


@dataclass(slots=True)
class Faults:
    """The faults of one file. ``unit`` is what it is counted in: ``line`` or ``feature``."""

    path: Path
    unit: str = "line"
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, reason: str) -> None:
        """Note one fault; 0 means the file as a whole."""
        self.found.append((line, reason))

    def refuse_if_any(self) -> None:
        """Refuse the file whole if anything is wrong with it.

        Raises:
            Invalid: names file, line and reason of the first faults, and how many more.
        """
        if self.found:
            raise Invalid("\n  ".join([f"{self.path}: damaged, refused whole", *self._lines()]))

    def _lines(self) -> list[str]:
        first = sorted(self.found, key=lambda fault: fault[0])[:SHOWN]
        more = len(self.found) - len(first)
        tail = [f"… and {more:,} more faults"] if more else []
        return [f"{self._place(line)}{reason}" for line, reason in first] + tail

    def _place(self, line: int) -> str:
        return f"{self.unit} {line}: " if line else ""
