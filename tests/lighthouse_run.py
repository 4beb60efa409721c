"""Run Lighthouse on a page, on its simulated slow 4G and slow phone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).parent / "lighthouse/node_modules/lighthouse/cli/index.js"
TRIES = 3
_CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def scores(url: str, chromium: str, node: str, *categories: str) -> dict[str, int]:
    """Return the score of each category, 0–100.

    On a busy computer its browser may miss a deadline of Lighthouse's own: it may try again.

    Raises:
        RuntimeError: Lighthouse could not look at the page; with its words.
    """
    command = [node, str(PROGRAM), url, "--output=json", "--quiet"]
    command += [f"--chrome-flags={_CHROME_FLAGS}", f"--only-categories={','.join(categories)}"]
    environ = os.environ | {"CHROME_PATH": chromium}
    for _ in range(TRIES):
        done = subprocess.run(command, check=False, capture_output=True, env=environ)
        if done.returncode == 0:
            break
    else:
        raise RuntimeError(done.stderr.decode()[-2000:])
    report = json.loads(done.stdout)
    return {name: round(100 * row["score"]) for name, row in report["categories"].items()}
