"""Output formats, one module each. A file dropped into this folder is published.

A format has the shape of ``publisher.release_data.Format`` and never imports another one.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

from publisher.release_data import Format


def all_formats() -> tuple[Format, ...]:
    """Return every format of this folder, by file name of what it writes."""
    names = (f"{__name__}.{found.name}" for found in pkgutil.iter_modules(__path__))
    modules = (cast(Format, importlib.import_module(name)) for name in names)
    return tuple(sorted(modules, key=lambda module: module.PATH))
