"""Storage of the authority's acts: stops, corrections, pages."""

from __future__ import annotations


class SqliteStewardship:
    """``core.ports.Stewardship`` in SQLite."""
