"""Check a new programme file, or new blocks, before they are put to work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import msgspec

from core.domain.programme import Programme, from_document, read_toml
from core.errors import Invalid

_BLOCKS_ONLY = {"id", "block"}


def check_file(path: Path, installed: Mapping[str, Programme], today: date) -> Programme:
    """Check one file against what is installed.

    A file with nothing but ``id`` and blocks is read as the continuation of the installed
    programme of that id.

    Raises:
        Invalid: naming the file and every fault found.
    """
    programme = read_continued(path, installed)
    faults = [*_rewritten(programme, installed, today), *_taken(programme, installed)]
    if faults:
        raise Invalid(f"{path}: " + "; ".join(faults))
    return programme


def read_continued(path: Path, installed: Mapping[str, Programme]) -> Programme:
    """Read a whole programme, or new blocks as the continuation of the installed one.

    Raises:
        Invalid: naming the file and every fault found.
    """
    try:
        document = read_toml(path.read_text(encoding="utf-8-sig"))
        return from_document(_completed(document, installed))
    except (OSError, UnicodeDecodeError, Invalid) as error:
        raise Invalid(f"{path}: {error}") from None


def _completed(
    document: dict[str, object], installed: Mapping[str, Programme]
) -> dict[str, object]:
    """Put new blocks behind those of the installed programme."""
    known = installed.get(str(document.get("id")))
    new = document.get("block")
    if known is None or not isinstance(new, list) or set(document) != _BLOCKS_ONLY:
        return document
    return {**known.document(), "block": [*map(msgspec.to_builtins, known.block), *new]}


def _rewritten(
    programme: Programme, installed: Mapping[str, Programme], today: date
) -> Iterator[str]:
    """Yield blocks already in force that the file alters: past sales were judged by them."""
    known = installed.get(programme.id)
    if known is None:
        return
    new = {block.effective: block for block in programme.block}
    old = {block.effective: block for block in known.block}
    for day in sorted(new.keys() | old.keys()):
        if day <= today and new.get(day) != old.get(day):
            yield f"block {day}: it is in force and must stay as it is; append a new block"


def _taken(programme: Programme, installed: Mapping[str, Programme]) -> Iterator[str]:
    for other in installed.values():
        for product in programme.product_ids:
            if other.id != programme.id and product in other.product_ids:
                yield f"product {product!r} already belongs to the programme {other.id!r}"
