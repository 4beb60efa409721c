"""The applications of February 2020, and the links that stood beside them: kept as history."""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from core.community.listing import Listing
from core.domain.text import Text
from core.resources import data_path

FILE = "reference/apps.toml"


class Historical(msgspec.Struct, frozen=True):
    """An application that the community's list of 2020 names."""

    id: str
    listing: Listing
    first_seen: str


class Related(msgspec.Struct, frozen=True):
    """A link that stood beside the list (相關連結)."""

    title: Text
    url: str
    note: Text


class History(msgspec.Struct, frozen=True):
    """The whole list, and where it comes from."""

    source: Text
    apps: tuple[Historical, ...]
    related: tuple[Related, ...]


@cache
def load_history() -> History:
    """Read the list that comes with maskmap; read once."""
    table = tomllib.loads(data_path(FILE).read_text("utf-8"))
    return History(
        source=Text(table["source"]["zh"], table["source"]["en"]),
        apps=tuple(_historical(row) for row in table["app"]),
        related=tuple(_related(row) for row in table["related"]),
    )


def _historical(row: dict[str, str]) -> Historical:
    fields = {name: value for name, value in row.items() if name not in ("id", "first_seen")}
    return Historical(row["id"], Listing(**fields), row["first_seen"])


def _related(row: dict[str, str]) -> Related:
    note = Text(row.get("note_zh", ""), row.get("note_en", ""))
    return Related(Text(row["zh"], row["en"]), row["url"], note)
