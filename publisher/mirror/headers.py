"""What the store says with each object: its media type, and how long caches may keep it.

A file of a release is never changed, nor is one of a day that is over. What is replaced may be kept
for a second; where the origin is down, for a day, since everything says its own age.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=1, stale-if-error=86400"
TEXT = "text/plain; charset=utf-8"

# By ending, of the files that no manifest describes. deploy/nginx says the same; a test compares.
MEDIA_TYPES: Mapping[str, str] = {
    ".atom": "application/atom+xml",
    ".br": "application/x-brotli",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".pem": "application/x-pem-file",
    ".schema.json": "application/schema+json",
    ".sig": TEXT,
    ".xml": "application/xml",
}


def media_type_of(path: str) -> str:
    """Return the media type that a name's ending stands for; the longest ending counts."""
    endings = PurePosixPath(path).suffixes
    longest = ("".join(endings[start:]) for start in range(len(endings)))
    known = (MEDIA_TYPES[ending] for ending in longest if ending in MEDIA_TYPES)
    return next(known, "application/octet-stream")
