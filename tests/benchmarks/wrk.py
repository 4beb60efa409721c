"""Ask a server with wrk, and read what it says."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from serving import TICKS_PER_S

_CORES = sorted(os.sched_getaffinity(0))
# The server on the first core, the client on the last, where there are two.
SERVER = ["taskset", "-c", str(_CORES[0])]
CLIENT = ["taskset", "-c", str(_CORES[-1])]
_MICROSECONDS = {"us": 1.0, "ms": 1e3, "s": 1e6}


@dataclass(frozen=True)
class Answers:
    """What one run found. ``cpu_us`` is the server's CPU time an answer, its children included."""

    per_s: float
    cpu_us: float
    p50_us: float
    p99_us: float
    wrong: int

    def words(self) -> str:
        """Say it in one line."""
        fault = f", {self.wrong} NOT 2xx/3xx" if self.wrong else ""
        return (
            f"{self.per_s:,.0f}/s, CPU {self.cpu_us:,.0f} µs, p50 {self.p50_us / 1e3:.2f} ms,"
            f" p99 {self.p99_us / 1e3:.2f} ms{fault}"
        )


def ask(
    process: subprocess.Popen[bytes],
    url: str,
    headers: list[str] | None = None,
    *,
    seconds: float = 2,
    connections: int = 64,
    script: Path | None = None,
    environ: dict[str, str] | None = None,
) -> Answers:
    """Run wrk for some seconds, one thread, connections kept alive."""
    more = [word for header in headers or [] for word in ("-H", header)]
    more += ["-s", str(script)] if script else []
    command = [*CLIENT, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *more, url]
    before = _cpu_s(process.pid)
    environ = os.environ | (environ or {})
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environ)
    return _read(run.stdout, _cpu_s(process.pid) - before)


def _read(output: str, cpu_s: float) -> Answers:
    count = int(re.search(r"(\d+) requests in", output)[1])  # type: ignore[index]
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return Answers(
        per_s=float(re.search(r"Requests/sec:\s*([\d.]+)", output)[1]),  # type: ignore[index]
        cpu_us=cpu_s / max(1, count) * 1e6,
        p50_us=_quantile(output, "50"),
        p99_us=_quantile(output, "99"),
        wrong=int(wrong[1]) if wrong else 0,
    )


def _quantile(output: str, percent: str) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s)", output, re.MULTILINE)
    return float(found[1]) * _MICROSECONDS[found[2]] if found else 0.0


def _cpu_s(pid: int) -> float:
    """Return the CPU time of a process and of its children, seconds."""
    total = 0.0
    for process in _tree(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return total


def _tree(pid: int) -> list[int]:
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += _tree(int(child))
    return found
