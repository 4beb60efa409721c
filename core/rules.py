"""Load the rationing programmes: every ``*.toml`` of a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from core.domain.programme import Programme, parse_programme
from core.errors import Invalid
from core.resources import data_path

MASKS = "masks"


def load_programmes(folder: Path | None, rules_of: date | None) -> Mapping[str, Programme]:
    """Read a folder of programmes (None: those that come with maskmap), by id.

    ``rules_of`` pins the programme ``masks`` to the block in force on that day.

    Raises:
        Invalid: one message that names every fault of every file.
    """
    programmes = _checked(*read_folder(folder or data_path("programmes")))
    if rules_of is not None:
        if MASKS not in programmes:
            raise Invalid(f"rules: there is no programme {MASKS!r} to pin to {rules_of}")
        programmes[MASKS] = programmes[MASKS].pinned_to(rules_of)
    return MappingProxyType(programmes)


def read_folder(folder: Path) -> tuple[list[tuple[Path, Programme]], list[str]]:
    """Read every ``*.toml`` of a folder; return the good ones, and the faults of the others."""
    found: list[tuple[Path, Programme]] = []
    faults: list[str] = []
    paths = sorted(folder.glob("*.toml"))
    for path in paths:
        try:
            found.append((path, read_programme(path)))
        except Invalid as error:
            faults.append(str(error))
    if not paths:
        faults.append(f"{folder}: no *.toml file of a programme is there")
    return found, faults + list(_clashes(found))


def read_programme(path: Path) -> Programme:
    """Read one programme file.

    Raises:
        Invalid: naming the file, and every fault found.
    """
    try:
        return parse_programme(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, Invalid) as error:
        raise Invalid(f"{path}: {error}") from None


def _checked(
    found: Sequence[tuple[Path, Programme]], faults: Sequence[str]
) -> dict[str, Programme]:
    if faults:
        raise Invalid("rules:\n" + "\n".join(f"  {fault}" for fault in faults))
    return {programme.id: programme for _, programme in found}


def _clashes(found: Sequence[tuple[Path, Programme]]) -> Iterator[str]:
    """Yield programmes and products whose id another file has already taken.

    A product id names a column of the stock, so it means one thing in the whole ledger.
    """
    taken: dict[tuple[str, str], Path] = {}
    for path, programme in found:
        names = [("programme", programme.id), *(("product", id_) for id_ in programme.product_ids)]
        for kind, id_ in names:
            if (kind, id_) in taken:
                yield f"{path}: {kind} {id_!r} is already in {taken[kind, id_].name}"
            else:
                taken[kind, id_] = path
