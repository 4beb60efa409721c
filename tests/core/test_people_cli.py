"""`maskmap staff import` and `maskmap people …`, as an operator types them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner, Result

from core.actions.outlets import register_outlets
from core.cli import main
from core.clock import system_clock
from core.settings import Settings
from core.storage import open_state
from tests.builders import PHARMACY, an_outlet

HEADING = "institution_code,profession,name,card_issuer,card_serial,status,left_on\n"


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--state", str(state)])


async def register(state: Path) -> None:
    async with open_state(Settings(state=state)) as opened:
        await register_outlets(opened.ledger, [an_outlet()], by="test", clock=system_clock)


def test_a_staff_list_is_reported_and_a_damaged_one_refused_whole(
    state: Path, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(HEADING + f"{PHARMACY},藥師,王小明,,serial-1,,\n", "utf-8")
    done = run(state, "staff", "import", str(file), "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout.splitlines()[0])
    assert (report["added"], report["left"]) == (1, 0)
    file.write_text(HEADING + f"{PHARMACY},藥師,,,serial-2,,\n", "utf-8")
    refused = run(state, "staff", "import", str(file))
    assert refused.exit_code == 1
    assert "line 2: the name is missing" in refused.stderr


def test_institutions_are_listed_granted_withdrawn_and_invited(state: Path, tmp_path: Path) -> None:
    asyncio.run(register(state))
    file = tmp_path / "served.txt"
    file.write_text(f"{PHARMACY}\n")
    assert "1 granted" in run(state, "people", "served", str(file)).stderr
    listed = json.loads(run(state, "people", "services", "--json").stdout)
    assert [(one["institution"], one["state"]) for one in listed] == [(PHARMACY, "granted")]
    unsaid = run(state, "people", "service", PHARMACY, "--refuse")
    assert unsaid.exit_code == 1
    assert run(state, "people", "service", PHARMACY, "--refuse", "--reason", "停業").exit_code == 0
    assert "已停止" in run(state, "people", "services").stdout
    code = run(state, "people", "invite", PHARMACY, "--name", "王小明").stdout.strip()
    assert len(code) == 8
    unknown = run(state, "people", "invite", "5901999999", "--name", "王小明")
    assert unknown.exit_code == 1
    assert "not in the register" in unknown.stderr
