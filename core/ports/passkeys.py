"""What is stored of passkeys and the certificates of a user."""

from __future__ import annotations

from typing import Protocol


class Passkeys(Protocol):
    """Storage of passkeys and the certificates of a user."""
