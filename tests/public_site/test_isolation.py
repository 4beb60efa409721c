"""The site's process knows no ledger and carries no data library."""

from __future__ import annotations

import subprocess
import sys

FORBIDDEN = (
    *("core.actions", "core.ports", "core.storage", "publisher", "pharmacy_portal"),
    *("pandas", "numpy", "pyarrow", "geopy", "sqlalchemy", "alembic", "smartcard"),
)


def test_importing_the_site_loads_no_ledger_and_no_data_library():
    code = (
        "import sys, public_site.app, public_site.cli;"
        f"print([name for name in {FORBIDDEN!r} if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
