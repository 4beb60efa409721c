"""The tables of disputes and the close of a day."""

from __future__ import annotations
