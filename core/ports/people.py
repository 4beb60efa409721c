"""What is stored of institutions, their services, users, staff lists."""

from __future__ import annotations

from typing import Protocol


class People(Protocol):
    """Storage of institutions, their services, users, staff lists."""
