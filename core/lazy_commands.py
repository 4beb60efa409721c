"""Sub-commands that are loaded only when they are called, and the options that all of them share.

A command is written with plain click, in the module that it belongs to. When it is called it finds
its `Settings` as ``ctx.obj`` (``@click.pass_obj``); `--state` and `--config` are added to it here.
"""

from __future__ import annotations

import errno
import functools
import importlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from core.errors import Invalid, MaskmapError
from core.log import configure_logging
from core.settings import Settings, load_settings

_OWN_PACKAGES = ("core", "pharmacy_portal", "publisher", "public_site")
# Whoever starts a second server on one address has made no discovery that needs a traceback.
_NO_SUCH_LISTENING = {errno.EADDRINUSE, errno.EADDRNOTAVAIL}
_STATE, _CONFIG = "state_folder", "config_file"


class Command(NamedTuple):
    """Where a command is, as ``module:attribute`` or ``module:group:sub-command``."""

    target: str
    help: str


class Group(NamedTuple):
    """A command whose sub-commands live in different modules."""

    help: str
    commands: Mapping[str, Command]


class LazyGroup(click.Group):
    """A group made from a table; only the command that is called is imported."""

    def __init__(self, table: Mapping[str, Command | Group], **options: Any) -> None:
        super().__init__(**options)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = self.table.get(cmd_name)
        if row is None:
            return None
        if isinstance(row, Group):
            return LazyGroup(row.commands, name=cmd_name, help=row.help)
        return adopt(load_command(row.target))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in self.table.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MaskmapError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno not in _NO_SUCH_LISTENING:
                raise
            raise click.ClickException(str(error.strerror)) from error


def load_command(target: str) -> click.Command:
    """Import a command.

    Raises:
        Invalid: this installation lacks the module or a library that it needs.
    """
    module_name, attribute, *rest = target.split(":")
    try:
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if missing.partition(".")[0] in _OWN_PACKAGES:
            raise Invalid(f"this installation has no {missing}") from error
        raise Invalid(
            f"{module_name} needs the library {missing}: install the extra that has it"
            " (maskmap doctor lists them)"
        ) from error
    for name in rest:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return command


def adopt(command: click.Command) -> click.Command:
    """Give a command and all below it the shared options and the settings; once only."""
    if any(parameter.name == _STATE for parameter in command.params):
        return command
    command.params += shared_options()
    if isinstance(command, click.Group):
        for below in command.commands.values():
            adopt(below)
    elif command.callback:
        command.callback = _with_settings(command.callback)
    return command


def shared_options() -> list[click.Parameter]:
    """Make the options that every command takes."""
    return [
        click.Option(
            ["--state", _STATE],
            type=click.Path(file_okay=False, path_type=Path),
            help="Folder of everything that maskmap writes.  [MASKMAP_STATE; default: var]",
            expose_value=False,
            callback=_remember,
        ),
        click.Option(
            ["--config", _CONFIG],
            type=click.Path(dir_okay=False, path_type=Path),
            help="TOML file of settings.  [MASKMAP_CONFIG]",
            expose_value=False,
            callback=_remember,
        ),
    ]


def _remember(ctx: click.Context, option: click.Parameter, value: Path | None) -> None:
    """Keep a value for `settings_of`; the innermost command's wins."""
    if value is not None:
        ctx.meta[str(option.name)] = value


def settings_of(ctx: click.Context, **defaults: object) -> Settings:
    """Read the settings for the command that is called; ``defaults`` are the command's own.

    Raises:
        Invalid: one message with every fault.
    """
    environ = dict(os.environ)
    if state := ctx.meta.get(_STATE):
        environ["MASKMAP_STATE"] = str(state)
    return load_settings(ctx.meta.get(_CONFIG), environ, **defaults)


def config_file_of(ctx: click.Context) -> Path | None:
    """Return the file named by ``--config``, if any."""
    path: Path | None = ctx.meta.get(_CONFIG)
    return path


def _with_settings(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Read the settings just before a command runs, so that `--help` never fails on them."""

    @functools.wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        ctx = click.get_current_context()
        ctx.obj = settings_of(ctx)
        configure_logging(ctx.obj.log, program=ctx.info_name or "maskmap")
        return callback(*args, **options)

    return run
