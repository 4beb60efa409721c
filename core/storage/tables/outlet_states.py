"""The tables of what outlets say of themselves, and their proposals."""

from __future__ import annotations
