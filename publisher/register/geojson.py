"""Read outlets from GeoJSON: the community's ``points.json``, or our own ``outlets.geojson``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.errors import Invalid
from publisher.register import cells
from publisher.register.faults import BadCell, Faults
from publisher.register.records import Point, RegisterRow

# The counts of both formats: read as numbers only to refuse what is none.
_COUNTS = ("mask_adult", "mask_child", "adult_mask", "child_mask")
# Our own releases show an outlet without coordinates at its town's centre and say so here: that
# is no witness of where it stands.
_PRECISION = "coordinate_precision"


def looks_like_json(text: str) -> bool:
    """Tell whether a text is meant as JSON, damaged or not."""
    return text.lstrip()[:1] in ("{", "[")


def read_geojson(text: str, path: Path, faults: Faults) -> tuple[RegisterRow, ...]:
    """Read the features of a FeatureCollection; each is one outlet.

    Raises:
        Invalid: names file, line or feature (the first is 1), and reason.
    """
    faults.refuse_if_any()
    faults.unit = "feature"
    features = _features(text, path)
    rows, first = [], dict[str, int]()
    for number, feature in enumerate(features, 1):
        try:
            row = _row(number, feature, path.name.split(".")[0])
            if first.setdefault(row.code, number) != number:
                raise BadCell(f"code {row.code} is feature {first[row.code]} already; keep one")
            rows.append(row)
        except BadCell as fault:
            faults.add(number, str(fault))
    faults.refuse_if_any()
    return tuple(rows)


def _features(text: str, path: Path) -> Sequence[object]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{path}: this is no whole JSON ({error}); fetch it again") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features:
        raise Invalid(f"{path}: this JSON is no GeoJSON FeatureCollection with features")
    return features


def _row(number: int, feature: object, collector: str) -> RegisterRow:
    properties = _object(feature, "properties", "the feature")
    for what in _COUNTS:
        _check_count(properties, what)
    return RegisterRow(
        line=number,
        code=cells.read_code(_text(properties, "id") or _text(properties, "code")),
        name=cells.read_name(_text(properties, "name")),
        address=_text(properties, "address"),
        phone=_text(properties, "phone"),
        county=_text(properties, "county"),
        town=_text(properties, "town"),
        note=_text(properties, "note"),
        service_periods=cells.read_service_periods(_text(properties, "service_periods")),
        website=_text(properties, "website"),
        points=() if properties.get(_PRECISION) == "town" else _points(feature, collector),
    )


def _points(feature: object, collector: str) -> tuple[Point, ...]:
    if isinstance(feature, dict) and feature.get("geometry") is None:
        return ()
    position = _object(feature, "geometry", "the feature").get("coordinates")
    match position:
        case [int() | float() as lon, int() | float() as lat, *_] if _numbers(lon, lat):
            return (Point(collector, *cells.checked_point(float(lon), float(lat))),)
    raise BadCell(f"geometry is no point with [longitude, latitude]: {position!r:.60}")


def _numbers(*values: float) -> bool:
    """Tell numbers from true and false, and from those that no float holds."""
    return all(not isinstance(value, bool) and abs(value) <= sys.float_info.max for value in values)


def _object(container: object, name: str, of: str) -> Mapping[str, object]:
    found = container.get(name) if isinstance(container, dict) else None
    if not isinstance(found, dict):
        raise BadCell(f"{of} has no {name}")
    return found


def _text(properties: Mapping[str, object], name: str) -> str:
    """Return a text property; a code written as a number has lost its zeros."""
    value = properties.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadCell(f"{name} is {value!r}, not text in quotes")
    return cells.readable(value)


def _check_count(properties: Mapping[str, object], name: str) -> None:
    value = properties.get(name)
    if value is not None:
        cells.read_count(str(value), name)
