"""Run Lighthouse on a page, on its simulated slow 4G and slow phone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).parent / "lighthouse/node_modules/lighthouse/cli/index.js"
_CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def scores(url: str, chromium: str, node: str) -> dict[str, int]:
    """Return the score of each category, 0–100.

    Raises:
        subprocess.CalledProcessError: Lighthouse could not look at the page.
    """
    command = [node, str(PROGRAM), url, "--output=json", "--quiet"]
    command += [f"--chrome-flags={_CHROME_FLAGS}", "--only-categories=performance,accessibility"]
    environ = os.environ | {"CHROME_PATH": chromium}
    done = subprocess.run(command, check=True, capture_output=True, env=environ)
    report = json.loads(done.stdout)
    return {name: round(100 * row["score"]) for name, row in report["categories"].items()}
