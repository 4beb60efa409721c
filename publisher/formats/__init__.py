"""Output formats, one module each. A file dropped into this folder is published.

A format has the shape of ``publisher.release_data.Format`` and never imports another one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import cast

from core.releases import PACKED
from publisher.release_data import Format


def all_formats() -> tuple[Format, ...]:
    """Return every format of this folder, by the names of what they write."""
    names = (f"{__name__}.{found.name}" for found in pkgutil.iter_modules(__path__))
    modules = (cast(Format, importlib.import_module(name)) for name in names)
    return tuple(sorted(modules, key=lambda module: module.PATHS))


def format_of(path: str) -> Format | None:
    """Return the format that writes a file; packed copies and what is no format's have none."""
    folder, slash, _ = path.rpartition("/")
    return None if path.endswith(PACKED) else _owners().get(folder + slash if slash else path)


@cache
def _owners() -> Mapping[str, Format]:
    return {own: written for written in all_formats() for own in written.PATHS}
