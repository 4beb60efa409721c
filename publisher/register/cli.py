"""``maskmap outlets``: import; ``check`` and ``mark`` stand beside."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click
from tqdm import tqdm

from core.actions.outlets import register_outlets
from core.clock import system_clock
from core.domain.outlets import Outlet
from core.domain.proposals import Proposal
from core.errors import Invalid
from core.ports import RegisterChanges
from core.settings import Settings
from core.storage import open_state, prepare
from core.storage.feed import LedgerFeed
from publisher.register.checking import check
from publisher.register.corrections import keep_corrections
from publisher.register.evidence import load_evidence, save_evidence
from publisher.register.marking import mark
from publisher.register.merge import Merge, merge_registers
from publisher.register.reading import read_register
from publisher.register.records import RegisterFile

SHOWN = 5
MOST_ACCEPTED = 1_000_000
T = TypeVar("T")


@click.group()
def outlets() -> None:
    """The register of outlets (販售點)."""


outlets.add_command(check)
outlets.add_command(mark)


@outlets.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def import_command(settings: Settings, files: tuple[Path, ...], as_json: bool) -> None:
    """Register outlets from the NHI base list, mask CSVs, coordinates files or GeoJSON.

    A damaged file is refused whole, and then nothing of the other files is written either.
    """
    lists = read_all(files)
    known = registered(settings)
    merge = merge_registers(lists, known, load_evidence(settings.state))
    merge = keep_corrections(merge, known, asyncio.run(_accepted(settings)))
    changes = asyncio.run(_write(settings, merge, known))
    save_evidence(settings.state, merge.evidence)
    if as_json:
        click.echo(json.dumps(report(lists, merge, changes), ensure_ascii=False))
    for line in summary(lists, merge, changes):
        click.echo(line, err=True)


def read_all(paths: Sequence[Path]) -> list[RegisterFile]:
    """Read every list before anything is written.

    Raises:
        Invalid: one or more are damaged; the message names the faults of each.
    """
    lists, refusals = [], []
    for path in tqdm(paths, desc="reading", unit="file", disable=None, leave=False):
        try:
            lists.append(read_register(path))
        except Invalid as error:
            refusals.append(str(error))
    if refusals:
        raise Invalid("\n".join([*refusals, "nothing was written, from no file of this call"]))
    return lists


def registered(settings: Settings) -> dict[str, Outlet]:
    """Return the register as it stands, by code."""
    feed = LedgerFeed(prepare(settings))
    try:
        return {outlet.code: outlet for outlet in feed.outlets()}
    finally:
        feed.close()


async def _accepted(settings: Settings) -> list[Proposal]:
    async with open_state(settings) as state:
        return await state.outlet_states.proposals(states=("accepted",), limit=MOST_ACCEPTED)


async def _write(settings: Settings, merge: Merge, known: Mapping[str, Outlet]) -> RegisterChanges:
    async with open_state(settings) as state:
        return await register_outlets(
            state.ledger, merge.outlets, by="outlets import", clock=system_clock, known=known
        )


def report(
    lists: Sequence[RegisterFile], merge: Merge, changes: RegisterChanges
) -> dict[str, object]:
    """Return everything an import did and found, for machines."""
    return {
        "files": [
            {
                "path": str(file.path),
                "layout": file.layout,
                "rows": len(file.rows),
                "ignored_columns": file.ignored,
            }
            for file in lists
        ],
        "added": changes.added,
        "changed": changes.changed,
        "unchanged": len(merge.outlets) - len(changes.added) - len(changes.changed),
        "refused": merge.refused,
        "conflicts": [
            {"code": conflict.code, "kind": conflict.kind, "detail": conflict.detail}
            for conflict in merge.conflicts
        ],
    }


def summary(lists: Sequence[RegisterFile], merge: Merge, changes: RegisterChanges) -> Iterable[str]:
    """Yield the same in words: counts, and the first few of each kind of conflict."""
    for file in lists:
        ignored = f"; columns ignored: {', '.join(file.ignored)}" if file.ignored else ""
        yield f"{file.path}: {len(file.rows)} rows ({file.layout}){ignored}"
    added, changed = len(changes.added), len(changes.changed)
    unchanged = len(merge.outlets) - added - changed
    refused = len(merge.refused)
    yield f"added {added}, changed {changed}, unchanged {unchanged}, refused {refused}"
    yield from (f"  refused {code}: {reason}" for code, reason in _first(merge.refused.items()))
    counts = Counter[str](conflict.kind for conflict in merge.conflicts)
    if counts:
        yield f"conflicts: {_counted(counts)}"
    for kind in counts:
        same = [conflict for conflict in merge.conflicts if conflict.kind == kind]
        yield from (f"  {item.code} {kind}: {item.detail}" for item in _first(same))


def _first(items: Iterable[T]) -> list[T]:
    return list(items)[:SHOWN]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())
