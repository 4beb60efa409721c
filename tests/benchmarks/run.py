"""Run every `bench_*.py` beside this file and print its rows; `make bench NAMES="sale publish"`.

A benchmark module exposes `run()`, which returns its rows or yields them one by one. It measures
and never asserts: a slow computer is not a fault.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import time
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent


def benchmarks(names: list[str]) -> list[Path]:
    """List the benchmark modules; those named only, where names are given."""
    found = sorted(HERE.glob("bench_*.py"))
    return [path for path in found if not names or path.stem.removeprefix("bench_") in names]


def run_one(path: Path) -> Iterable[str]:
    """Import one benchmark module and run it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows: Iterable[str] = module.run()
    return rows


def main(names: list[str]) -> None:
    """Print what was measured, and on what."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    for path in benchmarks(names):
        started = time.monotonic()
        print(f"\n{path.stem.removeprefix('bench_')}")
        for row in run_one(path):
            print(f"  {row}", flush=True)
        print(f"  ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main(sys.argv[1:])
