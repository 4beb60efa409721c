"""Distances between all points of each group, at once: what a million outlets can bear.

The metric is geopy's great circle: a sphere of the same radius.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.domain.geography import EARTH_RADIUS_M


class Gaps(NamedTuple):
    """Every two rows of one group: their numbers (``first`` < ``second``) and their distance."""

    first: np.ndarray
    second: np.ndarray
    metres: np.ndarray


def gaps_within(group: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> Gaps:
    """Measure every two points of the same group; the rows of a group must stand together."""
    pairs = list(_pairs(group))
    first = np.concatenate([left for left, _ in pairs]) if pairs else np.empty(0, dtype=np.intp)
    second = np.concatenate([right for _, right in pairs]) if pairs else first
    return Gaps(first, second, metres_between(lon[first], lat[first], lon[second], lat[second]))


def _pairs(group: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pair each row with the next of its group, with the one after that, and so on."""
    pairs = []
    for step in range(1, len(group)):
        left = np.flatnonzero(group[:-step] == group[step:])
        if not len(left):
            break
        pairs.append((left, left + step))
    return pairs


def metres_between(
    lon1: np.ndarray, lat1: np.ndarray, lon2: np.ndarray, lat2: np.ndarray
) -> np.ndarray:
    """Return great-circle distances in metres; degrees in (haversine), element by element."""
    north1, north2 = np.radians(lat1), np.radians(lat2)
    rise, turn = np.sin((north2 - north1) / 2), np.sin(np.radians(lon2 - lon1) / 2)
    half = rise**2 + np.cos(north1) * np.cos(north2) * turn**2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
