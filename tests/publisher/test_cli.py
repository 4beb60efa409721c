"""maskmap publish, snapshot verify and audit verify, as an operator types them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.cli import main
from core.releases import load_public_key, read_current
from core.settings import Settings
from publisher.publishing import open_publisher
from tests.conftest import REPOSITORY
from tests.publisher.builders import LedgerFile, an_outlet

ONE = "5901010058"


def _maskmap(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def published(ledger: LedgerFile, settings: Settings) -> Settings:
    """Return the settings of a state with one release."""
    ledger.register(an_outlet(ONE))
    ledger.move(ONE, "adult_mask", 200)
    assert _maskmap("publish", "--once", "--state", settings.state).exit_code == 0
    return settings


def test_once_on_an_empty_state_makes_ledger_keys_and_the_first_release(tmp_path: Path) -> None:
    state = tmp_path / "new"
    result = _maskmap("publish", "--once", "--state", state)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "released 1" in result.stderr
    assert read_current(state / "snapshots", load_public_key(state / "keys" / "public-key.pem"))
    again = _maskmap("publish", "--once", "--state", state)
    assert "nothing changed" in again.stderr
    assert _maskmap("snapshot", "verify", "--state", state).exit_code == 0


def test_a_second_publisher_of_the_state_says_so_and_ends(published: Settings) -> None:
    with open_publisher(published):
        result = _maskmap("publish", "--once", "--state", published.state)
    assert result.exit_code == 1
    assert f"another publisher (process {os.getpid()}) is at work here" in result.stderr


def test_nor_does_another_state_publish_into_the_same_folder(
    published: Settings, tmp_path: Path
) -> None:
    other = {"MASKMAP_SNAPSHOTS": str(published.snapshots_folder)}
    with open_publisher(published):
        (published.state / "publisher.lock").unlink()  # whoever removes it gains nothing
        again = _maskmap("publish", "--once", "--state", published.state)
        result = CliRunner().invoke(
            main, ["publish", "--once", "--state", str(tmp_path / "other")], env=other
        )
    assert (again.exit_code, result.exit_code) == (1, 1)
    assert "is at work here" in again.stderr
    assert "for another state" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--every", "7", "--align"], ["--once", "--every", "7", "--align"]]
)
def test_an_interval_that_cannot_be_aligned_is_a_usage_error(
    arguments: list[str], state: Path
) -> None:
    result = _maskmap("publish", *arguments, "--state", state)
    assert result.exit_code == 2
    assert "divide a day" in result.stderr
    assert list(state.iterdir()) == []


def test_an_interval_that_is_no_number_is_a_usage_error(state: Path) -> None:
    result = _maskmap("publish", "--every", "nan", "--state", state)
    assert (result.exit_code, "such as 30" in result.stderr) == (2, True)


def test_aligning_is_a_setting_too_and_the_option_overrides_it(state: Path) -> None:
    env = {"MASKMAP_PUBLISH_ALIGN": "1", "MASKMAP_PUBLISH_EVERY": "7"}
    for option, status in ((), 2), (("--no-align",), 0):
        arguments = ["publish", "--once", *option, "--state", str(state)]
        assert CliRunner().invoke(main, arguments, env=env).exit_code == status


def test_a_loss_of_outlets_is_withheld_until_somebody_says_that_it_is_right(
    published: Settings, ledger: LedgerFile
) -> None:
    codes = [f"59010200{n:02d}" for n in range(5)]
    ledger.register(*map(an_outlet, codes))
    once = ("publish", "--once", "--state", published.state)
    assert _maskmap(*once).exit_code == 0
    ledger.register(*(an_outlet(code, test=True) for code in codes))
    refused = _maskmap(*once)
    assert refused.exit_code == 1
    assert "only 1 of 6 outlets are left" in refused.stderr
    assert _maskmap("snapshot", "verify", "--state", published.state).exit_code == 0
    assert _maskmap(*once, "--accept-outlets", 2).exit_code == 1
    accepted = _maskmap(*once, "--accept-outlets", 1)
    assert accepted.exit_code == 0
    assert "gate overruled" in accepted.stderr
    assert "released 3" in accepted.stderr
    assert _maskmap("snapshot", "verify", "--state", published.state).exit_code == 0


def test_a_loss_is_accepted_for_one_release_only(state: Path) -> None:
    assert _maskmap("publish", "--accept-outlets", 1, "--state", state).exit_code == 2


def test_the_loop_publishes_and_ends_cleanly_on_term(
    ledger: LedgerFile, settings: Settings
) -> None:
    ledger.register(an_outlet(ONE))
    command = [sys.executable, "-P", "-m", "core.cli", "publish", "--every", "0.05"]
    process = subprocess.Popen(
        [*command, "--state", str(settings.state)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    first = json.loads(process.stderr.readline())
    ledger.move(ONE, "adult_mask", 200)
    second = json.loads(process.stderr.readline())
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert (first["event"], first["sequence"], second["sequence"]) == ("released", 1, 2)
    assert process.stderr.read() == ""
    process.stderr.close()


@pytest.mark.parametrize(
    "option", [["--every", "0"], ["--every", "-1"], ["--every", "x"], ["--no"]]
)
def test_an_impossible_option_is_a_usage_error(option: list[str], state: Path) -> None:
    assert _maskmap("publish", *option, "--state", state).exit_code == 2


def test_verify_finds_no_fault_and_says_what_it_read(published: Settings) -> None:
    result = _maskmap("snapshot", "verify", "--against-ledger", "--state", published.state)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 releases, the outlets' words recomputed in 1, 0 faults" in result.stderr
    said = _maskmap("snapshot", "verify", "--json", "--state", published.state)
    assert json.loads(said.stdout) == {"ok": True, "releases": [1], "faults": []}


def test_verify_names_what_is_wrong_where_and_exits_1(published: Settings) -> None:
    (published.snapshots_folder / "0000000001" / "points.json").write_bytes(b"{}")
    result = _maskmap("snapshot", "verify", "--state", published.state)
    assert result.exit_code == 1
    assert result.stdout.startswith("0000000001/points.json: ")
    said = json.loads(_maskmap("snapshot", "verify", "--json", "--state", published.state).stdout)
    assert not said["ok"]
    assert said["faults"][0]["where"] == "0000000001/points.json"


def test_verify_against_the_ledger_finds_numbers_that_the_entries_do_not_give(
    published: Settings, ledger: LedgerFile
) -> None:
    ledger.run("UPDATE entries SET pieces = 199")
    assert _maskmap("snapshot", "verify", "--state", published.state).exit_code == 0
    result = _maskmap("snapshot", "verify", "--against-ledger", "--state", published.state)
    assert result.exit_code == 1
    assert "0000000001: 5901010058 adult_mask: published 200, the entries give 199" in result.stdout


def test_a_copied_folder_needs_a_key_and_its_own_is_used_only_when_told(
    published: Settings, tmp_path: Path
) -> None:
    copy, elsewhere = tmp_path / "copy", tmp_path / "elsewhere"
    shutil.copytree(published.snapshots_folder, copy)
    assert _maskmap("snapshot", "verify", copy, "--state", elsewhere).exit_code == 1
    assert _maskmap("snapshot", "verify", copy, "--use-folder-key").exit_code == 0
    key = published.public_key_file
    assert _maskmap("snapshot", "verify", copy, "--key", key).exit_code == 0
    both = _maskmap("snapshot", "verify", copy, "--key", key, "--use-folder-key")
    assert both.exit_code == 2


def test_a_stranger_verifies_a_folder_with_nothing_but_the_key_and_writes_nothing(
    published: Settings, tmp_path: Path
) -> None:
    copy, empty, key = tmp_path / "copy", tmp_path / "empty", tmp_path / "key.pem"
    shutil.copytree(published.snapshots_folder, copy)
    shutil.copy(published.public_key_file, key)
    empty.mkdir()
    places = [copy, empty, *copy.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = [place.stat().st_mtime_ns for place in places]
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "core.cli",
            "snapshot",
            "verify",
            copy,
            "--key",
            key,
            "--json",
        ],
        cwd=empty,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"]
    assert [place.stat().st_mtime_ns for place in places] == before
    assert list(empty.iterdir()) == []


def test_another_key_is_not_trusted(published: Settings, tmp_path: Path) -> None:
    _maskmap("publish", "--once", "--state", tmp_path / "other")
    key = tmp_path / "other" / "keys" / "public-key.pem"
    result = _maskmap("snapshot", "verify", published.snapshots_folder, "--key", key)
    assert result.exit_code == 1
    assert "not signed by the key that is trusted here" in result.stdout


def test_audit_verify_knows_the_published_head_and_no_other(published: Settings) -> None:
    said = json.loads(_maskmap("audit", "verify", "--json", "--state", published.state).stdout)
    assert (said["ok"], said["rows"], said["releases"]) == (True, 2, 1)
    known = _maskmap("audit", "verify", "--head", said["head"], "--state", published.state)
    assert known.exit_code == 0
    unknown = _maskmap("audit", "verify", "--head", "0" * 64, "--state", published.state)
    assert unknown.exit_code == 1
    assert "no release with head" in unknown.stdout


def test_audit_verify_names_the_first_bad_record(published: Settings, ledger: LedgerFile) -> None:
    ledger.run("UPDATE audit SET body = '{}' WHERE number = 2")
    result = _maskmap("audit", "verify", "--state", published.state)
    assert result.exit_code == 1
    assert "audit: row 2 was changed: it is the first bad record" in result.stdout


def test_audit_verify_misses_a_log_that_was_taken_away(published: Settings) -> None:
    (published.snapshots_folder / "releases.ndjson").unlink()
    result = _maskmap("audit", "verify", "--state", published.state)
    assert result.exit_code == 1
    assert "releases.ndjson: it is missing" in result.stdout


def test_verifying_creates_nothing(tmp_path: Path) -> None:
    for command in (("snapshot", "verify"), ("audit", "verify")):
        result = _maskmap(*command, "--state", tmp_path / "none")
        assert result.exit_code == 1
        assert "Error" in result.stderr
    assert not (tmp_path / "none").exists()
