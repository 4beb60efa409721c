"""dcat.jsonld: catalogue, dataset, its current version, its history and the API, as linked data.

The dataset is what lasts: its distributions have the addresses at which the newest file always
stands. The current version is one release: each file at its own address, with size and checksum,
gone a day later. Addresses are relative to the document, which stands in the snapshot folder.

Source: DCAT 3 (W3C Recommendation, 22 August 2024); DCAT-AP 3.0 for the controlled vocabularies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.domain import dictionary
from core.domain.geography import TAIWAN_BOX
from core.domain.schemas import OUTLET_SCHEMA
from core.domain.snapshot import FileEntry, HistoryFile
from core.domain.text import Text
from core.releases import HISTORY_INDEX, MANIFEST
from publisher.catalogue import about
from publisher.catalogue.files import (
    Described,
    folders,
    listed_days,
    plain_files,
    single_files,
    unpacked,
    words_of,
)

DCAT = "dcat.jsonld"
CHINESE, ENGLISH = "zh-Hant-TW", "en"

_EU = "http://publications.europa.eu/resource/authority"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
_WEST, _SOUTH, _EAST, _NORTH = TAIWAN_BOX
_CORNERS = ((_WEST, _SOUTH), (_EAST, _SOUTH), (_EAST, _NORTH), (_WEST, _NORTH), (_WEST, _SOUTH))

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# Media types that the registry of IANA has; others have no address there.
_REGISTERED = frozenset(
    {
        *("application/atom+xml", "application/geo+json", "application/gzip", "application/json"),
        *("application/vnd.apache.parquet", "text/csv"),
    }
)
# What a kind of file conforms to, and what one file conforms to besides.
_STANDARDS = {
    "application/atom+xml": "https://www.rfc-editor.org/rfc/rfc4287",
    "application/geo+json": "https://www.rfc-editor.org/rfc/rfc7946",
    "application/x-ndjson": "https://github.com/ndjson/ndjson-spec",
    "text/csv": "https://www.rfc-editor.org/rfc/rfc4180",
    dictionary.PARQUET: "https://geoparquet.org/releases/v1.1.0/",
    dictionary.LINES: OUTLET_SCHEMA,
}
_STATUSES = {
    "active": "http://purl.org/adms/status/Completed",
    "ended": "http://purl.org/adms/status/Deprecated",
}

Node = dict[str, Any]


def history_nodes(files: Sequence[HistoryFile]) -> list[Node]:
    """Return the history as a series, and each of its days that are over as a dataset of it."""
    days = list(listed_days(files))
    if not files:
        return []
    series: Node = {
        "@id": "#history",
        "@type": "dcat:DatasetSeries",
        "dct:title": _words(about.HISTORY_TITLE),
        "dct:license": _at(about.LICENCE_URL),
        "dct:publisher": _at("#publisher"),
        "dct:spatial": _at("#taiwan"),
        "dct:isReferencedBy": _at(HISTORY_INDEX),
    }
    return [series, *(_day(day, in_day) for day, in_day in days)]


def _day(day: str, files: Sequence[HistoryFile]) -> Node:
    title = Text(f"{about.HISTORY_TITLE.zh}：{day}", f"{about.HISTORY_TITLE.en}: {day}")
    return {
        "@id": f"#history-{day}",
        "@type": "dcat:Dataset",
        "dct:title": _words(title),
        "dct:license": _at(about.LICENCE_URL),
        "dct:temporal": _period(day, day),
        "dcat:inSeries": _at("#history"),
        "dcat:distribution": _exact_all(files, ""),
    }


def lasting_nodes(said: Described) -> list[Node]:
    """Return what no release changes: publisher, place, licence, source."""
    operator = said.operator
    publisher: Node = {
        "@id": "#publisher",
        "@type": "foaf:Agent",
        "foaf:name": _words(about.PUBLISHER),
    }
    if operator.public_url:
        publisher["foaf:homepage"] = _at(operator.public_url)
    place = {
        "@id": "#taiwan",
        "@type": "dct:Location",
        "skos:prefLabel": _words(about.PLACE),
        "skos:exactMatch": _at("https://sws.geonames.org/1668284/"),
        "dcat:bbox": {
            "@type": "geosparql:wktLiteral",
            "@value": f"POLYGON(({', '.join(f'{lon} {lat}' for lon, lat in _CORNERS)}))",
        },
    }
    licence = {
        "@id": about.LICENCE_URL,
        "@type": "dct:LicenseDocument",
        "dct:title": _words(about.LICENCE),
        "dct:identifier": about.LICENCE_ID,
    }
    source = {
        "@id": about.SOURCE_URL,
        "@type": "dcat:Dataset",
        "dct:title": _words(about.SOURCE_TITLE),
        "dct:identifier": about.IDENTIFIER,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _words(about.SOURCE_OWNER)},
    }
    return [publisher, place, licence, source]


def release_nodes(said: Described) -> list[Node]:
    """Return what each release changes: catalogue, dataset, its current version, the API."""
    return [_catalogue(said), _dataset(said), _version(said), _service(said)]


def _catalogue(said: Described) -> Node:
    history = [_at("#history")] if said.history else []
    return {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _words(about.PUBLISHER),
        "dct:description": _words(about.DESCRIPTION),
        "dct:publisher": _at("#publisher"),
        "dct:license": _at(about.LICENCE_URL),
        "dct:language": _languages(),
        "dct:issued": _date(said.began),
        "dct:modified": _time(said.manifest.published_at),
        "dct:spatial": _at("#taiwan"),
        "foaf:homepage": _at("../data"),
        "dcat:dataset": [_at("#dataset"), *history],
        "dcat:service": _at("#api"),
    }


def _dataset(said: Described) -> Node:
    manifest = said.manifest
    dataset: Node = {
        "@id": "#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": about.IDENTIFIER,
        "dct:title": _words(about.TITLE),
        "dct:description": _words(about.DESCRIPTION),
        "dcat:keyword": [word for text in about.KEYWORDS for word in _words(text)],
        "dcat:theme": _at(f"{_EU}/data-theme/HEAL"),
        "dct:publisher": _at("#publisher"),
        "dct:license": _at(about.LICENCE_URL),
        "dct:accessRights": _at(f"{_EU}/access-right/PUBLIC"),
        "dct:accrualPeriodicity": _at(f"{_EU}/frequency/UPDATE_CONT"),
        "dcat:temporalResolution": {"@type": "xsd:duration", "@value": f"PT{manifest.ttl_s}S"},
        "dct:language": _languages(),
        "dct:issued": _date(said.began),
        "dct:modified": _time(manifest.published_at),
        "dct:spatial": _at("#taiwan"),
        "dcat:landingPage": _at("../data"),
        "prov:wasDerivedFrom": _at(about.SOURCE_URL),
        "dcat:version": str(manifest.sequence),
        "dcat:hasCurrentVersion": _at(_version_of(said)),
        "dcat:distribution": list(_lasting(said)),
        **_how_long(said),
    }
    return dataset | _contact(said)


def _how_long(said: Described) -> Node:
    """Say whether the feed goes on, since when, and until when where that is known."""
    sunset = said.operator.sunset
    end = sunset.isoformat() if sunset else ""
    told: Node = {
        "adms:status": _at(_STATUSES[said.status]),
        "schema:creativeWorkStatus": said.status,
        "dct:temporal": _period(said.began, end),
    }
    return told | ({"schema:expires": _date(end)} if end else {})


def _contact(said: Described) -> Node:
    operator = said.operator
    if not operator.contact:
        return {}
    kind = "vcard:hasEmail" if operator.mail else "vcard:hasURL"
    card = {
        "@type": "vcard:Organization",
        "vcard:fn": about.PUBLISHER.zh,
        kind: _at(operator.contact),
    }
    return {"dcat:contactPoint": card}


def _lasting(said: Described) -> Iterator[Node]:
    """Yield where the newest file always stands; the site packs it for those who take it so."""
    for entry in plain_files(said.manifest):
        yield {
            "@id": f"#{entry.path}",
            **_distribution(entry.path, entry.media_type),
            "dcat:accessURL": _at(entry.path),
            "dcat:downloadURL": _at(entry.path),
            "dcat:accessService": _at("#api"),
        }
    for folder in folders(said.manifest):
        media_type = next(e.media_type for e in said.manifest.files if e.path.startswith(folder))
        yield {
            "@id": f"#{folder}",
            **_distribution(folder, media_type),
            "dcat:accessURL": _at("../data"),
        }


def _version(said: Described) -> Node:
    manifest = said.manifest
    return {
        "@id": _version_of(said),
        "@type": "dcat:Dataset",
        "dct:title": _words(about.TITLE),
        "dcat:version": str(manifest.sequence),
        "dcat:isVersionOf": _at("#dataset"),
        "dct:issued": _time(manifest.published_at),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _time(manifest.as_of),
            "dcat:endDate": _time(manifest.as_of),
        },
        "dct:license": _at(about.LICENCE_URL),
        "dct:isReferencedBy": _at(f"{said.folder}/{MANIFEST}"),
        "dcat:distribution": _exact_all(single_files(manifest), f"{said.folder}/"),
    }


def _version_of(said: Described) -> str:
    return f"{said.folder}/{MANIFEST}#release"


def _exact_all(files: Sequence[FileEntry] | Sequence[HistoryFile], folder: str) -> list[Node]:
    """Describe files that will never change, packed copies among them, below a folder."""
    types = {file.path: file.media_type for file in files}
    return [_exact(file, folder + file.path, types) for file in files]


def _exact(file: FileEntry | HistoryFile, path: str, types: Mapping[str, str]) -> Node:
    """Describe a file by size and checksum; a packed copy as what it holds, and how."""
    plain = unpacked(file.path)
    said = {
        "@id": f"{path}#distribution",
        **_distribution(plain, types.get(plain, file.media_type)),
        "dcat:accessURL": _at(path),
        "dcat:downloadURL": _at(path),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _at("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }
    packed = plain != file.path
    return said | (_type_of("dcat:compressFormat", file.media_type) if packed else {})


def _distribution(name: str, media_type: str) -> Node:
    kind = media_type.partition(";")[0]
    said: Node = {
        "@type": "dcat:Distribution",
        "dct:title": _words(words_of(name)),
        "dct:license": _at(about.LICENCE_URL),
        **_type_of("dcat:mediaType", kind),
    }
    standards = [_at(_STANDARDS[of]) for of in (kind, name) if of in _STANDARDS]
    return said | ({"dct:conformsTo": standards} if standards else {})


def _type_of(member: str, media_type: str) -> Node:
    """Name a media type by its address at the registry, or in words where it has none."""
    if media_type in _REGISTERED:
        return {member: _at(f"{_MEDIA_TYPES}/{media_type}")}
    named = {"@type": "dct:MediaTypeOrExtent", "rdfs:label": media_type}
    return {"dct:format" if member == "dcat:mediaType" else member: named}


def _service(said: Described) -> Node:
    return {
        "@id": "#api",
        "@type": "dcat:DataService",
        "dct:title": _words(about.API_TITLE),
        "dct:publisher": _at("#publisher"),
        "dct:license": _at(about.LICENCE_URL),
        "dcat:endpointURL": _at("../api/v1"),
        "dcat:endpointDescription": _at("../openapi.json"),
        "dcat:landingPage": _at("../data/api"),
        "dcat:servesDataset": _at("#dataset"),
        **_contact(said),
    }


def _at(address: str) -> Node:
    return {"@id": address}


def _words(text: Text) -> list[Node]:
    return [
        {"@language": CHINESE, "@value": text.zh},
        {"@language": ENGLISH, "@value": text.en},
    ]


def _date(day: str) -> Node:
    return {"@type": "xsd:date", "@value": day}


def _time(instant: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": instant}


def _period(start: str, end: str) -> Node:
    period: Node = {"@type": "dct:PeriodOfTime", "dcat:startDate": _date(start)}
    return period | ({"dcat:endDate": _date(end)} if end else {})


def _languages() -> list[Node]:
    return [_at(f"{_EU}/language/ZHO"), _at(f"{_EU}/language/ENG")]
