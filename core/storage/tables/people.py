"""The tables of institutions, their services, users, staff lists."""

from __future__ import annotations
