"""`maskmap agent`: the card agent of this computer, for the user who starts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from core.errors import MaskmapError, Unavailable
from core.log import configure_logging
from pharmacy_portal.card_agent.agent import NAME, VERSION, Agent
from pharmacy_portal.card_agent.bell import Bell, ring
from pharmacy_portal.card_agent.configuration import (
    FILE,
    PORTALS_VARIABLE,
    Configuration,
    origin_of,
    read_configuration,
)
from pharmacy_portal.card_agent.hardware import PcscHardware
from pharmacy_portal.card_agent.home import Home, default_folder
from pharmacy_portal.card_agent.pairing import Pairing
from pharmacy_portal.card_agent.pin import best_source, can_open_windows, dialog_command
from pharmacy_portal.card_agent.server import AgentServer
from pharmacy_portal.card_agent.token import StaffToken

_RUNS = "an agent of this user runs already"
_CODE = "配對碼 pairing code: {} {}  (2 分鐘內輸入網頁 type it into the page within 2 minutes)"
Function = TypeVar("Function", bound=Callable[..., Any])


class _Agent(click.Group):
    """Says what went wrong in one line, also where the agent is a program of its own."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MaskmapError as error:
            raise click.ClickException(str(error)) from error


def _folder_option(function: Function) -> Function:
    return click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        help="The agent's own folder.  [default: among this user's application settings]",
    )(function)


@click.group(cls=_Agent, invoke_without_command=True)
@click.option(
    "--portal",
    "portals",
    multiple=True,
    metavar="URL",
    help=f"A portal whose pages may use this agent; repeat for more.  [{PORTALS_VARIABLE}, {FILE}]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this port only; 0: any.  [default: the first free of 8463, 8464, 8465]",
)
@_folder_option
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="FILE",
    help="PKCS#11 library of the staff's cards; repeat to try several.  [default: known vendors']",
)
@click.option("--token", metavar="LABEL", help="Sign with the token of this name only.")
@click.option(
    "--pin-command",
    metavar="COMMAND",
    help="Ask for the PIN with this program, which prints it, such as `zenity --password`.",
)
@click.option("--pair", "pair_now", is_flag=True, help="Show a pairing code at once.")
@click.option("--no-window", is_flag=True, help="Use the terminal, open no window.")
@click.version_option(VERSION, prog_name=NAME)
@click.pass_context
def agent(
    ctx: click.Context,
    portals: tuple[str, ...],
    port: int | None,
    folder: Path | None,
    modules: tuple[str, ...],
    token: str | None,
    pin_command: str | None,
    pair_now: bool,
    no_window: bool,
) -> None:
    """Read cards and sign with them for the portal's pages, on this computer only.

    The agent answers on 127.0.0.1 to pages of the portals named, once they are paired: it shows a
    code, you type it into the page. It runs until TERM or Ctrl-C, with or without readers.
    """
    if ctx.invoked_subcommand is not None:
        return
    home = Home(folder or default_folder())
    found = read_configuration(
        home,
        os.environ,
        portals=portals,
        ports=() if port is None else (port,),
        modules=modules,
        token=token,
        pin_command=pin_command,
    )
    if not home.take():
        shown = ring(home)
        raise Unavailable(f"{_RUNS}; {'it shows a pairing code now' if shown else 'stop it first'}")
    try:
        configure_logging("info", program="agent")
        asyncio.run(_run(home, found, pair_now=pair_now, windows=not no_window))
    except KeyboardInterrupt:
        pass
    finally:
        home.let_go()


@agent.command()
@_folder_option
@click.pass_context
def pair(ctx: click.Context, folder: Path | None) -> None:
    """Have this user's running agent show a new pairing code; print it too."""
    home = _home(ctx, folder)
    if home.take():
        home.let_go()
        raise Unavailable("no agent of this user runs; start it with `maskmap agent`")
    code = ring(home)
    if code is None:
        raise Unavailable("the agent does not answer; stop it and start it again")
    click.echo(code)


@agent.command()
@_folder_option
@click.option("--portal", metavar="URL", help="Only the pages of this portal.")
@click.pass_context
def forget(ctx: click.Context, folder: Path | None, portal: str | None) -> None:
    """End the pairings of all pages; a running agent heeds it at once."""
    home = _home(ctx, folder)
    count = Pairing(home).forget(origin_of(portal) if portal else None)
    say(f"{count} pairings ended")


def _home(ctx: click.Context, folder: Path | None) -> Home:
    """Return the agent's folder; `--folder` may stand before the command as well as after it."""
    before = ctx.parent.params.get("folder") if ctx.parent else None
    return Home(folder or before or default_folder())


async def _run(home: Home, found: Configuration, *, pair_now: bool, windows: bool) -> None:
    """Serve until TERM or Ctrl-C."""
    os.umask(0o077)
    token = StaffToken(found.modules, found.token)
    pin = best_source(shlex.split(found.pin_command), windows=windows)
    server = AgentServer(Agent(home, PcscHardware(), token, pin), found.portals)
    ended = asyncio.Event()
    _end_on_signal(ended)
    shown = CodeOnShow(windows=windows and can_open_windows())
    pairing = server.agent.pairing

    def show_code() -> str:
        code = pairing.open()
        shown.show(code)
        return code

    async with server.running(found.ports):
        say(f"{NAME} {VERSION}: {server.url}")
        say(f"portals: {', '.join(found.portals) or _NO_PORTAL}")
        bell = Bell(home, show_code)
        if pair_now or (found.portals and not pairing.origins):
            show_code()
        watching = asyncio.create_task(bell.watch(lambda: pairing.is_open or shown.close()))
        try:
            await ended.wait()
        finally:
            watching.cancel()
            bell.silence()
            shown.close()


_NO_PORTAL = f"none, so no page is served; name one with --portal, {PORTALS_VARIABLE} or {FILE}"


class CodeOnShow:
    """The pairing code, on the terminal and in a window where there can be one."""

    def __init__(self, *, windows: bool) -> None:
        self._windows = windows
        self._window: subprocess.Popen[bytes] | None = None

    def show(self, code: str) -> None:
        """Show a code in place of the former one."""
        self.close()
        say(_CODE.format(code[:4], code[4:]))
        if not self._windows:
            return
        try:
            words = [*dialog_command(), "code"]
            self._window = subprocess.Popen(words, stdin=subprocess.PIPE)  # noqa: S603
            assert self._window.stdin is not None
            # Not among the words: every user may read a process's command line.
            self._window.stdin.write(code.encode())
            self._window.stdin.close()
        except OSError as error:
            say(f"no window: {error}")

    def close(self) -> bool:
        """Take the window away; always False."""
        if self._window is not None:
            self._window.terminate()
            self._window.wait()
            self._window = None
        return False


def say(text: str) -> None:
    """Tell the person; a program started without a terminal has no stderr."""
    if sys.stderr is not None:
        click.echo(text, err=True)


def _end_on_signal(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    # Windows has no such handlers in its loop; there Ctrl-C ends `asyncio.run`.
    with contextlib.suppress(NotImplementedError):
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, ended.set)
