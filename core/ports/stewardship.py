"""What is stored of the authority's acts: stops, corrections, pages."""

from __future__ import annotations

from typing import Protocol


class Stewardship(Protocol):
    """Storage of the authority's acts: stops, corrections, pages."""
