"""What is stored of disputes and the close of a day."""

from __future__ import annotations

from typing import Protocol


class Days(Protocol):
    """Storage of disputes and the close of a day."""
