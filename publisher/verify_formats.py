"""Do all files of one release say the same? And does the ledger say it too?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.domain.calendar import source_time
from core.domain.snapshot import Manifest
from core.storage.feed import LedgerFeed
from publisher.formats import format_of
from publisher.release_data import Format, Stated
from publisher.times import parse_rfc3339


def disagreements(manifest: Manifest, bodies: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield (file, what is wrong): with the manifest, and with the file that says the most.

    A format of which a file is not at hand is left out.
    """
    stated: dict[str, Stated] = {}
    absent = {entry.path: b"" for entry in manifest.files if entry.path not in bodies}
    incomplete = _by_format(absent).keys()
    for name, (form, files) in _by_format(bodies).items():
        if name in incomplete:
            continue
        try:
            stated[name] = form.read(files)
        except (ValueError, KeyError, TypeError) as error:
            yield name, f"it cannot be read: {error}"
    rows = _rows(manifest)
    fullest = fullest_of(stated)
    for path, says in stated.items():
        yield from ((path, what) for what in _against_manifest(says, manifest, rows[path]))
        if fullest and says is not fullest:
            yield from ((path, what) for what in _against(says, fullest))
    if fullest:
        yield from (("manifest.json", what) for what in _counts(manifest, fullest))


def _by_format(bodies: Mapping[str, bytes]) -> dict[str, tuple[Format, dict[str, bytes]]]:
    """Gather the files of each format, under the first of its names."""
    found: dict[str, tuple[Format, dict[str, bytes]]] = {}
    for path, body in bodies.items():
        form = format_of(path)
        if form is not None:
            found.setdefault(form.PATHS[0], (form, {}))[1][path] = body
    return found


def _rows(manifest: Manifest) -> dict[str, int]:
    """Return how many outlets each format lists, under the first of its names.

    The files of a folder list some each; other files of one format list the same ones, or none.
    """
    rows: dict[str, int] = {}
    for entry in manifest.files:
        form = format_of(entry.path)
        if form is not None:
            name = form.PATHS[0]
            known = rows.get(name, 0)
            rows[name] = known + entry.rows if name.endswith("/") else max(known, entry.rows)
    return rows


def fullest_of(stated: Mapping[str, Stated]) -> Stated | None:
    """Return what the file says that lists every outlet and most products."""
    whole = [says for says in stated.values() if says.whole]
    return max(whole, key=lambda says: len(next(iter(says.numbers.values()), {})), default=None)


def _against_manifest(says: Stated, manifest: Manifest, rows: int) -> Iterator[str]:
    if says.rows != rows or says.rows != len(says.numbers):
        yield f"it has {says.rows} rows, {len(says.numbers)} outlets; the manifest says {rows}"
    if says.rows and says.source_time not in ("", source_time(parse_rfc3339(manifest.as_of))):
        yield f"its source time is {says.source_time}; the manifest says {manifest.as_of}"
    if says.sequence not in (None, manifest.sequence):
        yield f"it says that it is of release {says.sequence}"
    if list(says.numbers) != sorted(says.numbers):
        yield "its outlets do not ascend by code"


def _against(says: Stated, fullest: Stated) -> Iterator[str]:
    """Compare outlets, names and numbers; a file without zeros must leave out just those."""
    if says.numbers == fullest.numbers and says.names == fullest.names:
        return
    for code, numbers in says.numbers.items():
        expected = fullest.numbers.get(code)
        if expected is None:
            yield f"outlet {code} is in no other file"
        elif any(expected.get(product, 0) != pieces for product, pieces in numbers.items()):
            yield f"outlet {code} has {numbers}, elsewhere {expected}"
        elif says.names.get(code, fullest.names[code]) != fullest.names[code]:
            yield f"outlet {code} is {says.names[code]!r}, elsewhere {fullest.names[code]!r}"
    products = next(iter(says.numbers.values()), {})
    for code, numbers in fullest.numbers.items():
        missing = code not in says.numbers
        if missing and (says.whole or any(numbers.get(product) for product in products)):
            yield f"outlet {code} is missing"


def _counts(manifest: Manifest, fullest: Stated) -> Iterator[str]:
    numbers = fullest.numbers.values()
    products = next(iter(numbers), {})
    counted = {
        "outlets": len(numbers),
        "outlets_with_stock": sum(1 for pieces in numbers if any(pieces.values())),
        **{product: sum(pieces[product] for pieces in numbers) for product in products},
    }
    for name, number in counted.items():
        if manifest.counts.get(name) != number:
            yield f"it counts {manifest.counts.get(name)} {name}; the files have {number}"


def against_ledger(
    manifest: Manifest, bodies: Mapping[str, bytes], feed: LedgerFeed
) -> Iterator[str]:
    """Recompute every published number from the entries up to the stated position."""
    stated = {name: form.read(files) for name, (form, files) in _by_format(bodies).items()}
    fullest = fullest_of(stated)
    if fullest is None:
        return
    position = int(manifest.ledger_position)
    if position > feed.position():
        yield f"it states ledger position {position}; the ledger ends at {feed.position()}"
        return
    truth = feed.recompute(position)
    for code, numbers in fullest.numbers.items():
        for product, pieces in numbers.items():
            entries = truth.get((code, product), 0)
            if entries != pieces:
                yield f"{code} {product}: published {pieces}, the entries give {entries}"
