"""The tables of the authority's acts: stops, corrections, pages."""

from __future__ import annotations
