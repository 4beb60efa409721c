"""Datasette over the same outlets in SQLite: one row as JSON."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROGRAM = Path(".venv-peers/bin/datasette")


def start(
    folder: Path, outlets: Sequence[dict[str, Any]], port: int, pinned: list[str]
) -> subprocess.Popen[bytes]:
    """Fill a database with the outlets and serve it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "outlets.sqlite"
    columns = list(outlets[0])
    with sqlite3.connect(path) as database:
        names = ", ".join(f'"{name}"' for name in columns)
        database.execute(f"create table outlets ({names}, primary key (code))")
        marks = ", ".join("?" * len(columns))
        rows = (tuple(outlet[name] for name in columns) for outlet in outlets)
        database.executemany(f"insert into outlets values ({marks})", rows)
    command = [*pinned, str(PROGRAM), str(path), "-p", str(port)]
    # It writes a line for every request.
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def row(code: str) -> str:
    """Return the address of one outlet."""
    return f"/outlets/outlets/{code}.json?_shape=array"
