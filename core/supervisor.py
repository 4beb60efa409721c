"""`maskmap up`: every program as a child process of one supervisor, on this computer only.

A child that dies is started again, ever more slowly while it keeps dying. On Linux the kernel ends
the children when the supervisor dies, however it dies, so no orphan keeps a port or the ledger.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from core.child import Child, describe_status, say
from core.errors import Conflict, Invalid, Unavailable
from core.lazy_commands import config_file_of, settings_of
from core.settings import Address, Settings

# The one day of 2020 whose rules the demo shows: the first of the programme.
DEMO_RULES_OF = date(2020, 2, 6)
PUBLISH_EVERY_S = 1.0
TICK_S = 0.1
ANSWER_WITHIN_S = 1.0
END_WITHIN_S = 10.0

# -P: a folder named `core` in the present directory must not be taken for ours.
MASKMAP = (sys.executable, "-P", "-m", "core.cli")
# A proxy of the environment is not asked for this computer's own addresses.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the state folder; the kernel lets go of it when this process dies.

    Raises:
        Conflict: another supervisor holds it.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "up.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise Conflict(
                f"`maskmap up` already runs on {state} (process {lock.read().strip() or 'unknown'})"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def claim(port: int) -> socket.socket | None:
    """Keep other supervisors of this computer from a port; ``None``: another one has it.

    A port looks free until our children listen on it. The kernel lets go of the claim when it is
    closed or this process dies. Elsewhere than on Linux there is nothing to claim with.
    """
    claimed = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if sys.platform == "linux":
        try:
            claimed.bind(f"\0maskmap-up-{port}")
        except OSError:
            claimed.close()
            return None
    return claimed


def loopback_or_free(wanted: Address, name: str, claims: list[socket.socket]) -> Address:
    """Return the wanted address where it is free and on loopback, else a free one.

    It is ours for as long as ``claims`` stay open.

    Raises:
        Unavailable: no port is free.
    """
    host = wanted.host if wanted.is_loopback else "127.0.0.1"
    if host != wanted.host:
        say(f"{name}: {wanted} is not on loopback; using {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (wanted.port, 0, 0, 0):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            free = Address(host, probe.getsockname()[1])
        claimed = claim(free.port)
        if claimed is None:
            continue
        claims.append(claimed)
        if free.port != wanted.port and wanted.port:
            say(f"{name}: port {wanted.port} is busy; using {free.port}")
        return free
    raise Unavailable(f"{name}: no free port on {host}")


def answers(url: str) -> bool:
    """Tell whether an address answers with success, soon."""
    try:
        with _DIRECT.open(url, timeout=ANSWER_WITHIN_S) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def environment_for(
    settings: Settings, config: Path | None, portal: Address, site: Address
) -> dict[str, str]:
    """Return the environment of the children: ours, with what the supervisor decided."""
    environ = {
        **os.environ,
        "MASKMAP_STATE": str(settings.state.resolve()),
        "MASKMAP_PORTAL_LISTEN": str(portal),
        "MASKMAP_SITE_LISTEN": str(site),
        # Here the portal is served on loopback, whatever its public address is elsewhere.
        # Empty: the portal answers to every loopback name of its own socket, and to no other.
        "MASKMAP_PORTAL_URL": "",
        "MASKMAP_PUBLISH_EVERY": str(settings.publish_every),
        "MASKMAP_DEMO": "1" if settings.demo else "0",
        "MASKMAP_RULES_OF": settings.rules_of.isoformat() if settings.rules_of else "",
    }
    if config is not None:
        environ["MASKMAP_CONFIG"] = str(config.resolve())
    return environ


class Supervisor:
    """Keeps children running until it is told to stop."""

    def __init__(self, children: Sequence[Child], ready: Callable[[], bool], line: str) -> None:
        self.children = children
        self.ready = ready
        self.line = line
        self.stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """Begin to stop; safe to call from a signal handler."""
        self.stopping.set()

    def run(self, before: Sequence[Child] = ()) -> None:
        """Run what comes ``before`` to its end, one by one, then all children until stopped.

        No process is left behind.

        Raises:
            Unavailable: one of ``before`` failed.
        """
        running = [*before, *self.children]
        try:
            for step in before:
                self._run_once(step)
            announced = False
            while not self.stopping.is_set():
                for child in self.children:
                    child.tend(time.monotonic())
                if not announced and self.ready():
                    click.echo(self.line)
                    announced = True
                self.stopping.wait(TICK_S)
        finally:
            deadline = time.monotonic() + END_WITHIN_S
            for child in running:
                child.end()
            for child in running:
                child.await_end(deadline)

    def _run_once(self, child: Child) -> None:
        if self.stopping.is_set():
            return
        child.start()
        assert child.process
        while child.process.poll() is None and not self.stopping.is_set():
            self.stopping.wait(TICK_S)
        if child.process.poll():
            raise Unavailable(f"{child.name} failed ({describe_status(child.process.returncode)})")


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty state with a synthetic nation; cards.")
@click.option(
    "--rules-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Pin the programmes to the rules of that day.  [with --demo: 2020-02-06]",
)
@click.pass_context
def up(ctx: click.Context, demo: bool, rules_of: datetime | None) -> None:
    """Run everything on this computer, each program a child process.

    Prints one line, `ready portal=URL site=URL snapshots=DIR`, when all answer. TERM or Ctrl-C ends
    all of it.
    """
    own: dict[str, object] = {"publish_every": PUBLISH_EVERY_S}
    if demo:
        own["rules_of"] = DEMO_RULES_OF
    settings = settings_of(ctx, **own)
    settings = _as_asked(settings, demo, rules_of)
    with only_one(settings.state):
        claims: list[socket.socket] = []  # until this process ends
        portal = loopback_or_free(settings.portal_address, "portal", claims)
        site = loopback_or_free(settings.site_address, "site", claims)
        environ = environment_for(settings, config_file_of(ctx), portal, site)
        children = [
            Child(name, (*MASKMAP, name), environ) for name in ("publish", "portal", "site")
        ]
        snapshots = settings.snapshots_folder.resolve()
        if settings.snapshots_store:
            say(f"snapshots: copied to {settings.snapshots_store}; the site reads from there")
        supervisor = Supervisor(
            children,
            ready=lambda: (
                (snapshots / "current.json").exists()
                and answers(f"{portal.url}/readyz")
                and answers(f"{site.url}/readyz")
            ),
            line=f"ready portal={portal.url} site={site.url} snapshots={snapshots}",
        )
        signal.signal(signal.SIGTERM, supervisor.stop)
        signal.signal(signal.SIGINT, supervisor.stop)
        supervisor.run(before=demo_steps(settings, environ) if demo else ())


def demo_steps(settings: Settings, environ: dict[str, str]) -> list[Child]:
    """Return what makes the demonstration: the nation, and its cards where there are none yet."""
    steps = [Child("demo fill", (*MASKMAP, "demo", "fill"), environ)]
    # The revocation list is written last: cards that were half made when it was killed have none.
    if not (settings.cards_folder / "ca.crl").exists():
        steps.append(Child("demo card", (*MASKMAP, "demo", "card"), environ))
    return steps


def _as_asked(settings: Settings, demo: bool, rules_of: datetime | None) -> Settings:
    """Return the settings as the command line wants them.

    Raises:
        Invalid: demo was asked for where real cards are trusted.
    """
    if demo and settings.trust:
        raise Invalid("--demo: software cards are refused wherever a real trust folder is set")
    pinned = rules_of.date() if rules_of else settings.rules_of
    return replace(settings, demo=demo or settings.demo, rules_of=pinned)
