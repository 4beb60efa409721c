"""What is stored of card agents: their keys, and who enrolled them."""

from __future__ import annotations

from typing import Protocol


class Agents(Protocol):
    """Storage of card agents: their keys, and who enrolled them."""
