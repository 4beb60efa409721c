"""Where the files of `data/` lie: beside the code in a checkout, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path

from core.errors import Invalid

_PACKAGE = Path(__file__).resolve().parent
# The installed wheel comes first: beside it could lie a stranger's `data` folder.
_PLACES = (_PACKAGE / "_data", _PACKAGE.parent / "data")


def data_path(name: str) -> Path:
    """Find a file or folder of `data/`, such as ``programmes`` or ``reference/towns.csv``.

    Raises:
        Invalid: there is no such file; the installation is damaged.
    """
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise Invalid(f"data file {name!r} is missing; install maskmap again")
