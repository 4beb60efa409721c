"""What each reader of this computer is for: ``buyer`` for NHI cards, ``staff`` for the own card.

Two readers are the usual thing in a pharmacy: the practitioner's card stays in one, the buyers'
cards pass through the other. The roles are kept per machine, by the reader's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What a reader is for. A reader without a role may be either."""

    BUYER = "buyer"
    STAFF = "staff"


Roles = Mapping[str, Role]


def parse_changes(value: object) -> dict[str, Role | None]:
    """Read ``{reader: role or null}``; a null takes the role away.

    Raises:
        ValueError: when it is anything else.
    """
    if not isinstance(value, dict) or not all(isinstance(name, str) and name for name in value):
        raise ValueError("the roles are an object: reader to role")
    return {name: None if role is None else Role(role) for name, role in value.items()}


class RoleFile:
    """The roles, kept in a small JSON file. A damaged or missing file is no role at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._roles = self._load()

    @property
    def roles(self) -> dict[str, Role]:
        """Return the roles as they stand."""
        return dict(self._roles)

    def change(self, changes: object) -> dict[str, Role]:
        """Set the roles of the readers named, keep the others', and return all.

        Raises:
            ValueError: when ``changes`` is not ``{reader: role or null}``.
        """
        named = parse_changes(changes)
        merged = self._roles | named
        self._roles = {name: role for name, role in merged.items() if role is not None}
        self._save()
        return self.roles

    def _load(self) -> dict[str, Role]:
        try:
            stored = parse_changes(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}
        return {name: role for name, role in stored.items() if role is not None}

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._roles, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self._path)


def tiers_for_buyers(names: Sequence[str], roles: Roles) -> list[list[str]]:
    """Return the readers to look into for a buyer's card, in groups, best group first.

    The readers for buyers come first, then those without a role; never those of the staff.
    """
    buyers = [name for name in names if roles.get(name) is Role.BUYER]
    free = [name for name in names if name not in roles]
    return [tier for tier in (buyers, free) if tier]
