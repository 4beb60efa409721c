"""Bring a database to this program's schema, and refuse one that is newer."""

from __future__ import annotations

import fcntl
import importlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Invalid, Unavailable
from core.storage.connection import BUSY_TIMEOUT_MS

HEAD = "0007"
_SCRIPTS = "core.storage:migrations"


def revision_of(path: Path) -> str | None:
    """Return the revision a database file is at; None for a file without tables."""
    if not path.exists():
        return None
    with sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError as error:
            raise Unavailable(f"{path} is not a ledger: {error}") from error
    return row[0] if row else None


def migrate(path: Path) -> tuple[str | None, str]:
    """Create the file where missing and bring it to ``HEAD``; return (revision before, after).

    Raises:
        Invalid: the database is of a newer maskmap; nothing was changed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        before = revision_of(path)
        if before is not None and before > HEAD:
            raise Invalid(f"{path} is at revision {before}, newer than this maskmap ({HEAD})")
        if before != HEAD:
            _upgrade(path)
    return before, HEAD


def _upgrade(path: Path) -> None:
    # Alembic and SQLAlchemy's engine are loaded only when there is something to migrate.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command = importlib.import_module("alembic.command")
    config_class = importlib.import_module("alembic.config").Config
    engine = importlib.import_module("sqlalchemy").create_engine(f"sqlite:///{path}")
    config = config_class()
    config.set_main_option("script_location", _SCRIPTS)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    with sqlite3.connect(path) as wal:
        wal.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process migrate at a time; the others wait and find it done."""
    with path.with_name(path.name + ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
