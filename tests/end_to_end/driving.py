"""Driving a running demo from outside: its processes, its tills, its public answers."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from core.domain.calendar import TAIPEI
from tests.builders import a_number

REPOSITORY = Path(__file__).resolve().parents[2]
MASKMAP = (sys.executable, "-P", "-m", "core.cli")
# How long a test waits for something that should come soon; reached only by a failing test.
PATIENCE_S = 120.0
ADULT, CHILD = "adult_mask", "child_mask"
PROGRAMS = ("publish", "portal", "site")

T = TypeVar("T")
_serials = itertools.count(40_000)


class Lost(Exception):
    """No answer came: whether the request took effect is unknown."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Decode the body."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """Decode the body as text."""
        return self.body.decode()


def poll(look: Callable[[], T | None]) -> T:
    """Look again and again until something is found, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "it never came"
        threading.Event().wait(0.05)


def send(
    url: str,
    method: str = "GET",
    body: object = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 15.0,
) -> Answer:
    """Send one request on a connection of its own; a body that is no bytes goes out as JSON.

    Raises:
        Lost: no whole answer came.
    """
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
    given = dict(headers or {})
    if body is not None:
        given.setdefault("Content-Type", "application/json")
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request(method, target, raw, given)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise Lost(str(error)) from error
    finally:
        connection.close()


class Buyer(NamedTuple):
    """Somebody who comes to a counter."""

    number: str
    born: str = "1980-05-15"
    identity_type: str = "02"

    def document(self, **more: object) -> dict[str, object]:
        """Return the buyer as the portal's JSON has him."""
        who = {
            "identity_type": self.identity_type,
            "id_number": self.number,
            "birth_date": self.born,
        }
        return who | more


def taipei_today() -> date:
    """Return the business day."""
    return datetime.now(TAIPEI).date()


def last_digit_of(day: date) -> int:
    """Return a last digit that may buy on a day: odd on Monday, Wednesday, Friday."""
    return 1 if day.weekday() in (0, 2, 4) else 2


def a_buyer() -> Buyer:
    """Return somebody who has bought nothing yet and may buy today."""
    return Buyer(a_number(next(_serials), letter="K", last=last_digit_of(taipei_today())))


class Till:
    """A logged-in counter at one outlet."""

    def __init__(self, portal: str, card: str) -> None:
        self.portal = portal
        answer = send(f"{portal}/api/v1/demo/login", "POST", {"card": card})
        assert answer.status == 200, answer.text
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self.outlet: str = answer.json["institution"]

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request of this session.

        Raises:
            Lost: no whole answer came.
        """
        given = {"Cookie": self.cookie, **(headers or {})}
        return send(f"{self.portal}/api/v1{path}", method, body, given)

    def sell(self, buyer: Buyer, key: str, **pieces: int) -> Answer:
        """Ask for a sale: two adult masks unless told otherwise."""
        body = buyer.document(pieces=pieces or {ADULT: 2})
        return self.ask("POST", "/sales", body, {"Idempotency-Key": key})

    def stock(self) -> dict[str, int]:
        """Return the outlet's stock."""
        stock: dict[str, int] = self.ask("GET", "/stock").json["stock"]
        return stock

    def correct(self, **pieces: int) -> Answer:
        """Type an intake, confirmed."""
        body = {"pieces": pieces, "note": "盤點", "confirmation": pieces}
        key = {"Idempotency-Key": f"correct-{next(_serials)}"}
        return self.ask("POST", "/intakes", body, key)


@dataclass
class Demo:
    """A running ``maskmap up --demo``."""

    process: subprocess.Popen[str]
    state: Path
    portal: str
    site: str
    snapshots: Path
    log: Path
    lines: list[str]

    def till(self, number: int) -> Till:
        """Log in with a pharmacist's card."""
        return Till(self.portal, f"pharmacist-{number}")

    def public(self, path: str) -> Answer:
        """Ask the public site."""
        return send(f"{self.site}{path}")

    def published(self, outlet: str) -> dict[str, Any]:
        """Return an outlet as the public API has it, with the snapshot's members."""
        answer: dict[str, Any] = self.public(f"/api/v1/outlets/{outlet}").json
        return answer

    def await_published(self, outlet: str, **pieces: int) -> dict[str, Any]:
        """Wait until the public API shows these numbers, and return its answer."""

        def look() -> dict[str, Any] | None:
            answer = self.published(outlet)
            shown = answer["outlet"]
            return answer if all(shown[name] == n for name, n in pieces.items()) else None

        return poll(look)

    def maskmap(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same state."""
        return run_maskmap(*arguments, "--state", str(self.state))

    def pid_of(self, program: str) -> int | None:
        """Return the process of a program, if it is running."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for pid in map(int, children.read_text().split()):
            if _last_argument(pid) == program:
                return pid
        return None

    def kill(self, program: str) -> None:
        """Kill a program with -9, and wait until the supervisor has started another."""
        old = poll(lambda: self.pid_of(program))
        os.kill(old, signal.SIGKILL)
        poll(lambda: self.pid_of(program) not in (None, old))

    def is_ready(self) -> bool:
        """Tell whether portal and site answer."""
        return all(_answers(f"{url}/readyz") for url in (self.portal, self.site))


def run_maskmap(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*MASKMAP, *arguments], env=environment(), capture_output=True, text=True, check=False
    )


def environment() -> dict[str, str]:
    """Return this process's environment without settings, with free ports."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MASKMAP")}
    free = "127.0.0.1:0"
    return {
        **environ,
        "PYTHONPATH": str(REPOSITORY),
        "MASKMAP_PORTAL_LISTEN": free,
        "MASKMAP_SITE_LISTEN": free,
    }


@contextmanager
def running_demo(state: Path, log: Path) -> Iterator[Demo]:
    """Run ``maskmap up --demo`` on a state; everything has ended when the block is left."""
    command = [*MASKMAP, "up", "--demo", "--state", str(state)]
    with log.open("a") as stderr:
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    assert process.stdout
    lines: list[str] = []
    ready = re.compile(r"ready portal=(\S+) site=(\S+) snapshots=(.+)")
    try:
        lines.append(process.stdout.readline())
        found = ready.fullmatch(lines[0].rstrip("\n"))
        assert found, f"no line ready: {lines[0]!r}\n{log.read_text()[-4000:]}"
        portal, site, snapshots = found.groups()
        yield Demo(process, state, portal, site, Path(snapshots), log, lines)
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=PATIENCE_S)
        lines += rest.splitlines(keepends=True)


def _answers(url: str) -> bool:
    try:
        return send(url, timeout_s=2).status == 200
    except Lost:
        return False


def _last_argument(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2].decode()
    except (FileNotFoundError, IndexError):
        return ""
