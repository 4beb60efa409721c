"""A ledger of before institutions and users: its cards, roles and sales stay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger


async def test_who_could_work_before_still_can(state: Path) -> None:
    path = state / "ledger.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "core.storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO users VALUES ('u1', '王小明', 'key1')")
        connection.execute("INSERT INTO grants VALUES ('u1', '5901010058', 'pharmacist')")
        connection.execute("INSERT INTO grants VALUES ('s1', 'CDC0000000', 'steward')")
    migrate(path)
    ledger = SqliteLedger(path)
    try:
        user = await ledger.user_of_certificate("key1")
        assert user is not None
        assert (user.name, user.grants[0].role) == ("王小明", "pharmacist")
        services = await ledger.services()
        assert [(one.institution, one.state) for one in services] == [("5901010058", "granted")]
    finally:
        ledger.close()
