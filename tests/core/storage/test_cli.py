"""`maskmap ledger check` and `maskmap db migrate`, as an operator types them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from core.cli import main
from core.storage.migrate import migrate


def maskmap(state: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--state", str(state), *words])
    return result.exit_code, result.stdout


def test_a_new_state_is_created_and_clean(state: Path) -> None:
    assert maskmap(state / "new", "ledger", "check") == (0, "")


def test_a_balance_that_was_tampered_with_is_named(state: Path) -> None:
    migrate(state / "ledger.sqlite")
    with sqlite3.connect(state / "ledger.sqlite") as connection:
        connection.execute("INSERT INTO balances VALUES ('5901010058', 'adult_mask', 7, 0)")
    code, output = maskmap(state, "ledger", "check")
    assert code == 1
    assert "5901010058 adult_mask: entries 0, balance 7" in output
    code, output = maskmap(state, "ledger", "check", "--json")
    assert (code, json.loads(output)["differ"][0]["balance"]) == (1, 7)


def test_migrate_says_what_it_did(state: Path) -> None:
    first = CliRunner().invoke(main, ["--state", str(state), "db", "migrate"])
    again = CliRunner().invoke(main, ["--state", str(state), "db", "migrate"])
    assert "brought from nothing" in first.stderr
    assert "already at" in again.stderr
