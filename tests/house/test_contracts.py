"""Who imports whom, and which pages are generated: what `make check` also runs by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# No server may carry the libraries of the publisher, of the card reader or of a chat platform.
NOT_IN_A_SERVER = {
    *("pandas", "numpy", "pyarrow", "geopy", "shapely"),
    *("smartcard", "aiogram", "linebot", "obstore"),
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


def test_the_import_contracts_hold():
    done = run("-c", "from importlinter.cli import lint_imports_command as c; c()")
    assert done.returncode == 0, done.stdout


def test_the_generated_pages_are_up_to_date():
    done = run("docs/generate.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["pharmacy_portal.app", "public_site.app"])
def test_a_server_loads_none_of_the_heavy_libraries(module):
    done = run("-c", f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    assert NOT_IN_A_SERVER.isdisjoint(json.loads(done.stdout))


def test_the_site_loads_no_database_library():
    done = run("-c", "import sys, json, public_site.app; print(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    assert {"sqlalchemy", "alembic", "core.storage"}.isdisjoint(json.loads(done.stdout))
