"""Keep what collectors say of coordinates, so that a later list can confirm or contest it.

The ledger holds the one place that was chosen; this file (``STATE/register/coordinates.csv``)
holds why. It is the publisher's own working paper: losing it costs a new import, no truth.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from core.errors import Invalid
from publisher.register.consensus import COLUMNS, no_evidence


def evidence_path(state: Path) -> Path:
    """Return where the evidence lies in a state folder."""
    return state / "register" / "coordinates.csv"


def load_evidence(state: Path) -> pd.DataFrame:
    """Read the evidence; empty where nothing was imported yet.

    Raises:
        Invalid: the file is damaged.
    """
    path = evidence_path(state)
    if not path.exists():
        return no_evidence()
    try:
        text = pd.read_csv(path, dtype=str, keep_default_na=False)
        # Before there was geocoding, every point meant the door.
        text = text if "precision" in text else text.assign(precision="rooftop")
        return text[COLUMNS].astype({"lon": "float64", "lat": "float64"})
    except (ValueError, KeyError) as error:
        raise Invalid(f"{path}: damaged ({error}); delete it and import the lists anew") from error


def save_evidence(state: Path, evidence: pd.DataFrame) -> None:
    """Replace the evidence by one rename, so that no reader sees half of it."""
    path = evidence_path(state)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8", newline="") as file:
        evidence.to_csv(file, index=False, lineterminator="\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
