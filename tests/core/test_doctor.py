from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from core import doctor
from core.cli import main
from core.clock import system_clock
from core.errors import Invalid
from core.object_store import open_bucket
from core.settings import Settings


def verdicts(check, settings: Settings) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in check(settings)}


def test_this_checkout_is_healthy(state):
    result = CliRunner().invoke(main, ["doctor", "--json", "--state", str(state)])
    assert result.exit_code == 0, result.output
    findings = json.loads(result.stdout)
    assert {"code", "python", "extra publisher", "clock"} <= {row["check"] for row in findings}
    assert all(row["advice"] for row in findings if row["verdict"] != "fine")


def test_our_own_packages_are_the_ones_imported():
    repository = str(Path(__file__).resolve().parents[2])
    assert [f.found for f in doctor.check_code(Settings()) if f.check == "code"] == [repository]


def test_a_secret_key_that_others_can_read_is_a_fault(state):
    settings = Settings(state=state)
    settings.keys_folder.mkdir()
    settings.signing_key_file.write_text("secret")
    settings.signing_key_file.chmod(0o644)
    assert verdicts(doctor.check_keys, settings)["signing key"] == "missing"
    settings.signing_key_file.chmod(0o600)
    assert verdicts(doctor.check_keys, settings)["signing key"] == "fine"
    result = CliRunner().invoke(main, ["doctor", "--state", str(state)])
    assert result.exit_code == 0


def test_a_trust_folder_without_authorities_or_lists_lets_nobody_in(state):
    settings = Settings(state=state)
    (before,) = doctor.check_trust(settings)
    assert "authorities" in before.advice
    settings.trust_folder.mkdir()
    (settings.trust_folder / "root.pem").touch()
    (without_list,) = doctor.check_trust(settings)
    assert "list" in without_list.advice
    (settings.trust_folder / "root.crl").touch()
    assert verdicts(doctor.check_trust, settings) == {"trust folder": "fine"}


def test_without_a_steward_the_doctor_names_the_command(state):
    settings = Settings(state=state)
    assert list(doctor.check_steward(settings)) == []
    with closing(sqlite3.connect(settings.database_path)) as connection:
        assert list(doctor.check_steward(settings)) == []
        connection.execute("CREATE TABLE grants (role TEXT)")
        (found,) = doctor.check_steward(settings)
        assert "maskmap people steward" in found.advice
        connection.execute("INSERT INTO grants VALUES ('steward')")
        connection.commit()
    assert verdicts(doctor.check_steward, settings) == {"stewards": "fine"}


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(seconds=5), "fine"),
        (timedelta(hours=1), "note"),
        (timedelta(hours=-1), "missing"),
    ],
)
def test_the_newest_release_is_judged_by_its_age(state, age, verdict):
    settings = Settings(state=state)
    settings.snapshots_folder.mkdir()
    record = {"sequence": 7, "checked_at": (system_clock() - age).isoformat()}
    (settings.snapshots_folder / "current.json").write_text(json.dumps(record))
    assert verdicts(doctor.check_release, settings) == {"newest release": verdict}


def test_a_damaged_release_is_a_fault(state):
    settings = Settings(state=state)
    settings.snapshots_folder.mkdir()
    (settings.snapshots_folder / "current.json").write_text('{"sequence": 7')
    assert verdicts(doctor.check_release, settings) == {"newest release": "missing"}


def test_a_database_is_noted_before_it_is_made_and_fine_afterwards(state):
    settings = Settings(state=state)
    assert verdicts(doctor.check_database, settings) == {"database": "note"}
    assert CliRunner().invoke(main, ["db", "migrate", "--state", str(state)]).exit_code == 0
    assert verdicts(doctor.check_database, settings) == {"database": "fine"}


def test_a_file_that_is_no_database_is_a_fault(state):
    settings = Settings(state=state)
    settings.database_path.write_text("not a ledger, but long enough to be read as one " * 40)
    assert verdicts(doctor.check_database, settings) == {"database": "missing"}


def test_a_state_folder_that_is_a_file_is_a_fault(tmp_path):
    (tmp_path / "file").touch(mode=0o400)
    settings = Settings(state=tmp_path / "file" / "state")
    assert verdicts(doctor.check_state, settings)["state folder"] == "missing"


def test_a_variable_that_is_no_setting_is_noted(monkeypatch):
    monkeypatch.setenv("MASKMAP_STAET", "x")
    assert verdicts(doctor.check_environment, Settings()) == {"environment": "note"}


def test_an_object_store_is_asked_only_when_told_to(state, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    near = "http://127.0.0.1:9"  # where nobody listens
    settings = Settings(state=state, snapshots="s3://masks/open", s3_endpoint=near)
    assert verdicts(doctor.check_object_store, Settings(state=state)) == {}
    assert verdicts(doctor.check_object_store, settings) == {"object store": "note"}
    settings = replace(settings, s3_access_key_id="me", s3_secret_access_key="hush-this")
    (found,) = doctor.check_object_store(settings)
    assert (found.verdict, "not asked" in found.found) == ("fine", True)
    (asked,) = doctor.ask_object_store(settings)
    assert asked.verdict == "missing" and "hush-this" not in str(asked)


def test_without_the_client_of_object_stores_the_extra_is_named(state, monkeypatch):
    settings = Settings(state=state, snapshots="s3://masks/open")
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "core.object_store.s3", raising=False)
    with pytest.raises(Invalid, match=r"needs the extra s3: pip install 'maskmap\[s3\]'"):
        open_bucket(settings)
