"""The tables of passkeys and the certificates of a user."""

from __future__ import annotations
