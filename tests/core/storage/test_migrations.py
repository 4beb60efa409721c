"""The migrations and the tables say the same; a newer database is refused."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import core.storage.migrations as migrations
from core.errors import Invalid, Unavailable
from core.settings import Settings
from core.storage import prepare
from core.storage.migrate import HEAD, migrate, revision_of
from core.storage.tables import metadata


def test_migrations_make_exactly_the_tables(state: Path) -> None:
    migrate(state / "ledger.sqlite")
    engine = create_engine(f"sqlite:///{state / 'ledger.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_new_file_is_at_the_newest_revision() -> None:
    folder = str(Path(migrations.__file__ or "").parent)
    assert ScriptDirectory(folder).get_current_head() == HEAD


def test_migrating_twice_changes_nothing(state: Path) -> None:
    path = state / "deep" / "ledger.sqlite"
    assert migrate(path) == (None, HEAD)
    assert migrate(path) == (HEAD, HEAD)


def test_a_database_of_a_newer_program_is_refused(state: Path) -> None:
    path = state / "ledger.sqlite"
    migrate(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Invalid, match="newer"):
        migrate(path)
    assert revision_of(path) == "9999"


def test_a_file_that_is_no_database_is_refused(state: Path) -> None:
    path = state / "ledger.sqlite"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(Unavailable, match="not a ledger"):
        migrate(path)


def test_several_programs_starting_at_once_migrate_once(state: Path) -> None:
    path = state / "ledger.sqlite"
    with ProcessPoolExecutor(4) as pool:
        befores = [before for before, _ in pool.map(migrate, [path] * 4)]
    assert befores.count(None) == 1


def test_another_database_than_sqlite_is_refused_in_words(state: Path) -> None:
    with pytest.raises(Invalid, match="sqlite"):
        prepare(Settings(state=state, database_url="postgresql://localhost/x"))
