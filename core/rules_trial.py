"""A candidate's rules tried on past sales in a process of its own, so that no counter waits.

Candidates are files in the folder ``candidates`` of the rules folder; nothing takes them up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from core.domain.programme import Programme
from core.errors import Invalid, NotFound, Unavailable
from core.rules import load_programmes
from core.rules_check import read_continued
from core.rules_simulation import block_to_try, history_since, simulate
from core.rules_simulation_page import simulation_page
from core.storage.past_sales import past_refusals, purchases_by_person

CANDIDATES = "candidates"
PATIENCE_S = 7.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a file, by which rules, on how many past days, told in which language."""

    database: Path
    folder: Path
    file: Path
    days: int
    today: date
    language: str


def candidates(folder: Path) -> tuple[Path, ...]:
    """Return the candidate files, by name."""
    return tuple(sorted((folder / CANDIDATES).glob("*.toml")))


def read_candidate(folder: Path, name: str, programme: str) -> tuple[Path, Programme]:
    """Read a candidate by the name it is listed under.

    Raises:
        NotFound: none is listed under it. Invalid: it is faulty, or of another programme.
    """
    path = next((found for found in candidates(folder) if found.name == name), None)
    if path is None:
        raise NotFound(f"there is no candidate {name}")
    found = read_continued(path, load_programmes(folder, None))
    if found.id != programme:
        raise Invalid(f"{name}: only the programme {programme!r} is sold by the counter")
    return path, found


async def try_on_past_sales(trial: Trial) -> Sequence[str]:
    """Return the lines of a simulation; nobody is named.

    Raises:
        Unavailable: it takes too long for a page; ``maskmap rules simulate`` has the time.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_try, args=(sender, trial), daemon=True)
    child.start()
    sender.close()
    try:
        if not await asyncio.to_thread(receiver.poll, PATIENCE_S):
            raise Unavailable("too many sales for a page: run `maskmap rules simulate`")
        lines: list[str] = receiver.recv()
        return lines
    except EOFError:
        raise Unavailable("the simulation failed: run `maskmap rules simulate`") from None
    finally:
        child.kill()
        await asyncio.to_thread(child.join)
        receiver.close()


def _try(sender: Connection, trial: Trial) -> None:
    """Simulate, in the child."""
    installed = load_programmes(trial.folder, None)
    new = read_continued(trial.file, installed)
    in_force = installed[new.id]
    block = block_to_try(in_force, new, trial.today)
    since = trial.today - timedelta(days=trial.days - 1)
    bought = purchases_by_person(trial.database, new.id, history_since(since))
    found = simulate(in_force, new, block, since, bought, past_refusals(trial.database, since))
    sender.send(list(simulation_page(found, new, trial.language)))
