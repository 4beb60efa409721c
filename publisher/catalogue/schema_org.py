"""dataset.jsonld: the dataset as search engines read it, embedded by the site's page `/data`.

Its distributions are at the addresses where the newest file always stands: whoever comes back in a
month finds it. Addresses are relative to the document; ``core.domain.linked_data`` makes them
absolute. Source: schema.org Dataset, DataDownload, DataCatalog.
"""

from __future__ import annotations

from typing import Any

from core.domain.dictionary import OF_PRODUCTS, named
from core.domain.geography import TAIWAN_BOX
from core.domain.schemas import both
from core.domain.snapshot import FileEntry
from publisher.catalogue import about
from publisher.catalogue.files import Described, plain_files, words_of
from publisher.catalogue.rdf import CHINESE, ENGLISH

DATASET = "dataset.jsonld"
_WEST, _SOUTH, _EAST, _NORTH = TAIWAN_BOX

Node = dict[str, Any]


def dataset(said: Described) -> Node:
    """Return the dataset."""
    manifest, sunset = said.manifest, said.operator.sunset
    end = sunset.isoformat() if sunset else ".."
    node: Node = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": "dcat.jsonld#dataset",
        "url": "../data",
        "name": about.TITLE.zh,
        "alternateName": [about.TITLE.en, about.SOURCE_TITLE.zh],
        "description": both(about.DESCRIPTION, "\n\n"),
        "identifier": about.IDENTIFIER,
        "inLanguage": [CHINESE, ENGLISH],
        "keywords": [word for text in about.KEYWORDS for word in (text.zh, text.en)],
        "license": about.LICENCE_URL,
        "isAccessibleForFree": True,
        "isBasedOn": {"@type": "Dataset", **_source()},
        "creator": _publisher(said),
        "publisher": _publisher(said),
        "creativeWorkStatus": said.status,
        "version": str(manifest.sequence),
        "datePublished": said.began,
        "dateModified": manifest.published_at,
        "temporalCoverage": f"{said.began}/{end}",
        "spatialCoverage": {
            "@type": "Place",
            "name": both(about.PLACE),
            "geo": {"@type": "GeoShape", "box": f"{_SOUTH} {_WEST} {_NORTH} {_EAST}"},
        },
        "variableMeasured": [_variable(name) for name in (*said.products, "availability")],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": "dcat.jsonld#catalogue",
            "name": both(about.PUBLISHER),
            "url": "../data",
        },
        "distribution": [_download(entry) for entry in plain_files(manifest)],
    }
    return node | ({"expires": end} if sunset else {})


def _source() -> Node:
    return {
        "name": about.SOURCE_TITLE.zh,
        "description": f"{both(about.SOURCE_TITLE)}，{both(about.SOURCE_OWNER)}",
        "identifier": about.IDENTIFIER,
        "url": about.SOURCE_URL,
        "license": about.LICENCE_URL,
        "creator": {"@type": "GovernmentOrganization", "name": both(about.SOURCE_OWNER)},
    }


def _publisher(said: Described) -> Node:
    operator = said.operator
    organization: Node = {"@type": "Organization", "name": both(about.PUBLISHER)}
    if operator.public_url:
        organization["url"] = operator.public_url
    if operator.contact:
        how = {"email": operator.mail} if operator.mail else {"url": operator.page}
        point = {"@type": "ContactPoint", "contactType": "open data", **how}
        organization["contactPoint"] = point
    return organization


def _variable(name: str) -> Node:
    known = name == "availability" or name in OF_PRODUCTS
    variable: Node = {"@type": "PropertyValue", "name": name}
    if known:
        variable["description"] = both(named(name).meaning)
    return variable if name == "availability" else variable | {"unitText": "片 · piece"}


def _download(entry: FileEntry) -> Node:
    return {
        "@type": "DataDownload",
        "name": entry.path,
        "description": both(words_of(entry.path)),
        "encodingFormat": entry.media_type.partition(";")[0],
        "contentUrl": entry.path,
    }
