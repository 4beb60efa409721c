from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from core.cli import COMMANDS
from core.errors import Refused
from core.lazy_commands import Command, LazyGroup, adopt, shared_options
from core.settings import Settings

HEAVY = ("aiohttp", "alembic", "cryptography", "geopy", "jinja2", "numpy", "pandas", "pyarrow")
HEAVY += ("smartcard", "sqlalchemy", "tqdm", "uvloop")


@click.command()
@click.pass_obj
def where(settings: Settings) -> None:
    """Say where the state is."""
    click.echo(settings.state)


@click.command()
def refuse() -> None:
    """Refuse."""
    raise Refused(["QUOTA_USED"])


@click.group()
def things() -> None:
    """Things."""


things.add_command(where)


def a_program() -> LazyGroup:
    here = __name__
    return LazyGroup(
        {
            "where": Command(f"{here}:where", "Where."),
            "things": Command(f"{here}:things", "Things."),
            "inner": Command(f"{here}:things:where", "A sub-command by itself."),
            "refuse": Command(f"{here}:refuse", "Refuse."),
            "absent": Command("core.nowhere:command", "Not installed."),
            "foreign": Command("json.nowhere:command", "Needs a library."),
        },
        name="maskmap",
        params=shared_options(),
    )


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments], capture_output=True, text=True, check=True
    )


def test_help_names_every_command_and_loads_no_heavy_library():
    code = (
        "import json, sys\nfrom core.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = run_python(code)
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    loaded = set(json.loads(done.stderr))
    assert loaded.isdisjoint(HEAVY)
    assert not {name for name in loaded if name.split(".")[0] in {"publisher", "public_site"}}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state", "a", "where"],
        ["where", "--state", "a"],
        ["--state", "b", "where", "--state", "a"],
        ["things", "where", "--state", "a"],
        ["things", "--state", "a", "where"],
        ["inner", "--state", "a"],
    ],
)
def test_every_command_takes_the_shared_options_and_finds_its_settings(arguments):
    result = CliRunner().invoke(a_program(), arguments)
    assert result.output == "a\n"


def test_the_state_folder_may_be_named_by_the_environment_or_the_file(tmp_path):
    runner, program = CliRunner(), a_program()
    assert runner.invoke(program, ["where"], env={"MASKMAP_STATE": "e"}).output == "e\n"
    (tmp_path / "m.toml").write_text('state = "f"')
    assert runner.invoke(program, ["where", "--config", str(tmp_path / "m.toml")]).output == "f\n"


def test_a_refusal_is_one_line_on_stderr_and_exit_1():
    result = CliRunner().invoke(a_program(), ["refuse"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "Error: QUOTA_USED\n"


def test_a_busy_address_is_one_line_and_other_faults_of_the_system_are_told_whole():
    def busy() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            socket.create_server(taken.getsockname())

    def broken() -> None:
        Path("/nowhere/at/all").read_bytes()

    for callback, faults in ((busy, SystemExit), (broken, FileNotFoundError)):
        program = LazyGroup({}, name="program", callback=callback, invoke_without_command=True)
        result = CliRunner().invoke(program)
        assert result.exit_code == 1
        assert isinstance(result.exception, faults)
        assert callback is broken or "in use" in result.stderr


def test_wrong_usage_is_exit_2():
    assert CliRunner().invoke(a_program(), ["nothing-like-it"]).exit_code == 2
    assert CliRunner().invoke(a_program(), ["where", "--no-such-option"]).exit_code == 2


def test_wrong_settings_stop_a_command_but_not_its_help():
    runner, program, wrong = CliRunner(), a_program(), {"MASKMAP_LOG": "loud"}
    assert runner.invoke(program, ["where", "--help"], env=wrong).exit_code == 0
    result = runner.invoke(program, ["where"], env=wrong)
    assert result.exit_code == 1
    assert "MASKMAP_LOG" in result.stderr


def test_a_command_that_is_not_installed_says_so_and_leaves_help_whole():
    runner, program = CliRunner(), a_program()
    assert "Not installed." in runner.invoke(program, ["--help"]).output
    assert "has no core.nowhere" in runner.invoke(program, ["absent"]).stderr
    assert "json.nowhere" in runner.invoke(program, ["foreign"]).stderr


def test_a_command_is_given_the_shared_options_once():
    @click.command()
    def some() -> None:
        """Something."""

    assert len(adopt(adopt(some)).params) == len(shared_options())


def test_our_own_core_is_imported_even_from_a_folder_that_has_another(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit('the wrong core')")
    done = subprocess.run(
        [str(Path(sys.executable).parent / "maskmap"), "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("maskmap, version ")
