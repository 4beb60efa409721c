"""Lighthouse on the search page over the demo nation: its simulated slow 4G and slow phone."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from serving import demo_state, program

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from lighthouse_run import PROGRAM, scores

ADDRESS, ROUNDS = "127.0.0.1:18477", 3
PAGES = ("/", "/?lat=25.048&lon=121.517&in_stock=1", "/rules", "/apps", "/data")


def run() -> list[str]:
    """Report the median score of each page."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None or not PROGRAM.exists():
        return ["no Lighthouse on this computer: `make test` installs it"]
    with tempfile.TemporaryDirectory() as name:
        demo_state(Path(name))
        with program(Path(name), "site", ADDRESS, "/readyz"):
            return [_row(path, chromium, node) for path in PAGES]


def _row(path: str, chromium: str, node: str) -> str:
    url, asked = f"http://{ADDRESS}{path}", ("performance", "accessibility")
    runs = [scores(url, chromium, node, *asked) for _ in range(ROUNDS)]
    words = (f"{name} {median(run[name] for run in runs):.0f}" for name in runs[0])
    return f"{path}: {', '.join(words)} (median of {ROUNDS})"
