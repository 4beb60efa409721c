"""The card agent is installed on pharmacies' own computers: it brings little along."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("smartcard")

LOADS = """
import importlib, json, pkgutil, sys
import pharmacy_portal.card_agent as agent
for found in pkgutil.walk_packages(agent.__path__, agent.__name__ + "."):
    if not found.name.endswith(("__main__", "window")):  # the window needs tkinter
        importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {"alembic", "jinja2", "sqlalchemy", "webauthn", "limits", "pandas", "pyarrow", "sqlite3"}
# Parts of core that are light: no ledger, no templates.
ALONG = ("core.domain", "core.errors", "core.log", "core.clock")


def test_the_agent_loads_nothing_heavy_and_nothing_else_of_the_portal() -> None:
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", LOADS]))
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    portal = [name for name in loaded if name.startswith("pharmacy_portal.")]
    assert all(name.startswith("pharmacy_portal.card_agent") for name in portal)
    assert all(name.startswith(ALONG) for name in loaded if name.startswith("core."))
