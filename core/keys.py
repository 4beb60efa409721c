"""The keys that turn identity numbers into person keys: a file outside the database."""

from __future__ import annotations

import os
import secrets
import tomllib
from pathlib import Path

from core.domain.buyers import PersonKeys
from core.errors import Invalid
from core.settings import Settings

_KEY_BYTES = 32


def load_person_keys(settings: Settings) -> PersonKeys:
    """Read the person keys; a new state gets one, readable by its owner only.

    Raises:
        Invalid: the file is not one of ours, or its keys are too short.
    """
    path = settings.person_keys_file
    if not path.exists():
        _make(path)
    try:
        document = tomllib.loads(path.read_text())
        keys = {name: bytes.fromhex(value) for name, value in document["keys"].items()}
        current = document["current"]
    except (KeyError, ValueError, AttributeError) as error:
        raise Invalid(f"{path} is not a file of person keys: {error}") from None
    if current not in keys or any(len(key) < _KEY_BYTES for key in keys.values()):
        raise Invalid(f"{path}: `current` must name a key, and keys have {_KEY_BYTES} bytes each")
    return PersonKeys(keys, current)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = f'current = "k1"\n\n[keys]\nk1 = "{secrets.token_hex(_KEY_BYTES)}"\n'
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
