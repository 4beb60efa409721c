"""datapackage.json: the release as one Data Package, with a Table Schema for each CSV file.

Addresses are relative to the snapshot folder, so that ``frictionless validate`` works on a copy of
it. Packed copies and folders of many files are left to the manifest: a package names each table
once. Source: Data Package 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain import dictionary
from core.domain.geography import TAIWAN_BOX
from core.domain.schemas import both, table_schema
from core.domain.snapshot import DISCLAIMER_ZH, FileEntry, HistoryFile
from core.releases import MANIFEST, PACKED
from publisher.catalogue import about
from publisher.catalogue.files import Described, listed_days, plain_files, words_of
from publisher.formats import full_csv, official_csv

DATA_PACKAGE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_KEY = ("code",)
_COMMA = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True}

# How a file is called whose usual ending makes frictionless read it as a table or as a descriptor:
# it would guess types (codes become numbers), or want extras. So it compares size and hash.
_FORMATS = {
    dictionary.INFORMATION: "gbfs-like",
    dictionary.STATUS: "gbfs-like",
    dictionary.FEEDS: "gbfs-like",
    "ndjson": "json-lines",
    "parquet": "apache-parquet",
}

Member = dict[str, Any]
# By the name of the file; encoded ones too.
Schemas = Mapping[str, object]


def table_schemas(products: Sequence[str]) -> dict[str, Member]:
    """Return the Table Schema of each CSV file of a release."""
    headings = {
        dictionary.OFFICIAL: (official_csv.COLUMNS, official_csv.COLUMNS[:1]),
        dictionary.WHOLE: (full_csv.columns(tuple(products)), _KEY),
    }
    return {
        file: table_schema(file, heading, products, key)
        for file, (heading, key) in headings.items()
    }


def data_package(said: Described, schemas: Schemas, history: Sequence[object]) -> Member:
    """Return the package; ``history`` are the resources of the days, made by ``of_history``."""
    manifest, operator = said.manifest, said.operator
    package: Member = {
        "$schema": PROFILE,
        "name": "maskmap-open-data",
        "identifier": about.IDENTIFIER,
        "title": both(about.TITLE),
        "description": both(about.DESCRIPTION, "\n\n"),
        "version": str(manifest.sequence),
        "created": manifest.published_at,
        "keywords": [word for text in about.KEYWORDS for word in (text.zh, text.en)],
        "licenses": [
            {
                "name": about.LICENCE_ID,
                "path": about.LICENCE_URL,
                "title": both(about.LICENCE),
            }
        ],
        "sources": [
            {
                "title": f"{both(about.SOURCE_TITLE)} ({about.IDENTIFIER})",
                "path": about.SOURCE_URL,
            }
        ],
        "contributors": [_contact(said)],
        "feed": _feed(said),
        "temporal": _temporal(said),
        "spatial": {"name": both(about.PLACE), "bbox": list(TAIWAN_BOX)},
        "disclaimer": DISCLAIMER_ZH,
        "resources": [
            *(_of_release(entry, said.folder, schemas) for entry in plain_files(manifest)),
            *history,
        ],
    }
    if operator.public_url:
        package["homepage"] = f"{operator.public_url}/data"
    return package


def _contact(said: Described) -> Member:
    """Name the publisher, and how to ask where the operator says so."""
    operator = said.operator
    contact: Member = {"title": both(about.PUBLISHER), "roles": ["publisher"]}
    if operator.mail:
        contact["email"] = operator.mail
    if operator.page:
        contact["path"] = operator.page
    return contact


def _feed(said: Described) -> Member:
    """Say of which release the package is, and whether others will follow."""
    manifest, sunset = said.manifest, said.operator.sunset
    feed: Member = {
        "status": said.status,
        "sequence": manifest.sequence,
        "as_of": manifest.as_of,
        "published_at": manifest.published_at,
        "ttl_s": manifest.ttl_s,
        "manifest": f"{said.folder}/{MANIFEST}",
    }
    return feed | ({"sunset": sunset.isoformat()} if sunset else {})


def _temporal(said: Described) -> Member:
    sunset = said.operator.sunset
    return {"start": said.began} | ({"end": sunset.isoformat()} if sunset else {})


def _of_release(entry: FileEntry, folder: str, schemas: Schemas) -> Member:
    schema = schemas.get(entry.path)
    resource = _resource(entry, f"{folder}/{entry.path}", entry.path, schema)
    return resource | {"title": both(words_of(entry.path))}


def of_history(files: Sequence[HistoryFile], daily_schema: str) -> list[Member]:
    """Return the resources of the days that are over; ``daily_schema`` is where theirs stands."""
    found = []
    for _, in_day in listed_days(files):
        for file in in_day:
            if not file.path.endswith(PACKED):
                schema = daily_schema if file.path.endswith(".csv") else None
                name = file.path.replace("=", "-")
                found.append(_resource(file, file.path, name, schema))
    return found


def _resource(file: FileEntry | HistoryFile, path: str, name: str, schema: object | None) -> Member:
    """Describe a file; as a table where there is a schema of it."""
    media_type, _, charset = file.media_type.partition("; charset=")
    ending = name.rpartition(".")[2]
    resource: Member = {
        "name": name,
        "path": path,
        "format": _FORMATS.get(name) or _FORMATS.get(ending, ending),
        "mediatype": media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
    }
    if charset:
        resource["encoding"] = charset
    if schema:
        table = {"type": "table", "rows": file.rows, "dialect": _COMMA, "schema": schema}
        return resource | table
    return resource
