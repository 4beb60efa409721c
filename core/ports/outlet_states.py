"""What is stored of what outlets say of themselves, and their proposals."""

from __future__ import annotations

from typing import Protocol


class OutletStates(Protocol):
    """Storage of what outlets say of themselves, and their proposals."""
