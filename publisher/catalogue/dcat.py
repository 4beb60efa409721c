"""dcat.jsonld: catalogue, dataset, its current version, its history and the API, as linked data.

The dataset is what lasts: its distributions have the addresses at which the newest file always
stands. The current version is one release: each file at its own address, with size and checksum,
gone a day later. Addresses are relative to the document, which stands in the snapshot folder.

Source: DCAT 3 (W3C Recommendation, 22 August 2024); DCAT-AP 3.0 for the controlled vocabularies.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.geography import TAIWAN_BOX
from core.domain.snapshot import HistoryFile
from core.domain.text import Text
from core.releases import HISTORY_INDEX, MANIFEST
from publisher.catalogue import about
from publisher.catalogue.distributions import exact_distributions, lasting_distributions
from publisher.catalogue.files import Described, listed_days, single_files
from publisher.catalogue.rdf import Node, at, day, instant, period, words

DCAT = "dcat.jsonld"

_EU = "http://publications.europa.eu/resource/authority"
_WEST, _SOUTH, _EAST, _NORTH = TAIWAN_BOX
_CORNERS = ((_WEST, _SOUTH), (_EAST, _SOUTH), (_EAST, _NORTH), (_WEST, _NORTH), (_WEST, _SOUTH))

_STATUSES = {
    "active": "http://purl.org/adms/status/Completed",
    "ended": "http://purl.org/adms/status/Deprecated",
}


def history_nodes(files: Sequence[HistoryFile]) -> list[Node]:
    """Return the history as a series, and each of its days that are over as a dataset of it."""
    days = list(listed_days(files))
    if not files:
        return []
    series: Node = {
        "@id": "#history",
        "@type": "dcat:DatasetSeries",
        "dct:title": words(about.HISTORY_TITLE),
        "dct:license": at(about.LICENCE_URL),
        "dct:publisher": at("#publisher"),
        "dct:spatial": at("#taiwan"),
        "dct:isReferencedBy": at(HISTORY_INDEX),
    }
    return [series, *(_day(date, in_day) for date, in_day in days)]


def _day(date: str, files: Sequence[HistoryFile]) -> Node:
    title = Text(f"{about.HISTORY_TITLE.zh}：{date}", f"{about.HISTORY_TITLE.en}: {date}")
    return {
        "@id": f"#history-{date}",
        "@type": "dcat:Dataset",
        "dct:title": words(title),
        "dct:license": at(about.LICENCE_URL),
        "dct:temporal": period(date, date),
        "dcat:inSeries": at("#history"),
        "dcat:distribution": exact_distributions(files, ""),
    }


def lasting_nodes(said: Described) -> list[Node]:
    """Return what no release changes: publisher, place, licence, source."""
    operator = said.operator
    publisher: Node = {
        "@id": "#publisher",
        "@type": "foaf:Agent",
        "foaf:name": words(about.PUBLISHER),
    }
    if operator.public_url:
        publisher["foaf:homepage"] = at(operator.public_url)
    place = {
        "@id": "#taiwan",
        "@type": "dct:Location",
        "skos:prefLabel": words(about.PLACE),
        "skos:exactMatch": at("https://sws.geonames.org/1668284/"),
        "dcat:bbox": {
            "@type": "geosparql:wktLiteral",
            "@value": f"POLYGON(({', '.join(f'{lon} {lat}' for lon, lat in _CORNERS)}))",
        },
    }
    licence = {
        "@id": about.LICENCE_URL,
        "@type": "dct:LicenseDocument",
        "dct:title": words(about.LICENCE),
        "dct:identifier": about.LICENCE_ID,
    }
    source = {
        "@id": about.SOURCE_URL,
        "@type": "dcat:Dataset",
        "dct:title": words(about.SOURCE_TITLE),
        "dct:identifier": about.IDENTIFIER,
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": words(about.SOURCE_OWNER)},
    }
    return [publisher, place, licence, source]


def release_nodes(said: Described) -> list[Node]:
    """Return what each release changes: catalogue, dataset, its current version, the API."""
    return [_catalogue(said), _dataset(said), _version(said), _service(said)]


def _catalogue(said: Described) -> Node:
    history = [at("#history")] if said.history else []
    return {
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": words(about.PUBLISHER),
        "dct:description": words(about.DESCRIPTION),
        "dct:publisher": at("#publisher"),
        "dct:license": at(about.LICENCE_URL),
        "dct:language": _languages(),
        "dct:issued": day(said.began),
        "dct:modified": instant(said.manifest.published_at),
        "dct:spatial": at("#taiwan"),
        "foaf:homepage": at("../data"),
        "dcat:dataset": [at("#dataset"), *history],
        "dcat:service": at("#api"),
    }


def _dataset(said: Described) -> Node:
    manifest = said.manifest
    dataset: Node = {
        "@id": "#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": about.IDENTIFIER,
        "dct:title": words(about.TITLE),
        "dct:description": words(about.DESCRIPTION),
        "dcat:keyword": [word for text in about.KEYWORDS for word in words(text)],
        "dcat:theme": at(f"{_EU}/data-theme/HEAL"),
        "dct:publisher": at("#publisher"),
        "dct:license": at(about.LICENCE_URL),
        "dct:accessRights": at(f"{_EU}/access-right/PUBLIC"),
        "dct:accrualPeriodicity": at(f"{_EU}/frequency/UPDATE_CONT"),
        "dcat:temporalResolution": {"@type": "xsd:duration", "@value": f"PT{manifest.ttl_s}S"},
        "dct:language": _languages(),
        "dct:issued": day(said.began),
        "dct:modified": instant(manifest.published_at),
        "dct:spatial": at("#taiwan"),
        "dcat:landingPage": at("../data"),
        "prov:wasDerivedFrom": at(about.SOURCE_URL),
        "dcat:version": str(manifest.sequence),
        "dcat:hasCurrentVersion": at(_version_of(said)),
        "dcat:distribution": list(lasting_distributions(said)),
        **_how_long(said),
    }
    return dataset | _contact(said)


def _how_long(said: Described) -> Node:
    """Say whether the feed goes on, since when, and until when where that is known."""
    sunset = said.operator.sunset
    end = sunset.isoformat() if sunset else ""
    told: Node = {
        "adms:status": at(_STATUSES[said.status]),
        "schema:creativeWorkStatus": said.status,
        "dct:temporal": period(said.began, end),
    }
    return told | ({"schema:expires": day(end)} if end else {})


def _contact(said: Described) -> Node:
    operator = said.operator
    if not operator.contact:
        return {}
    kind = "vcard:hasEmail" if operator.mail else "vcard:hasURL"
    card = {
        "@type": "vcard:Organization",
        "vcard:fn": about.PUBLISHER.zh,
        kind: at(operator.contact),
    }
    return {"dcat:contactPoint": card}


def _version(said: Described) -> Node:
    manifest = said.manifest
    return {
        "@id": _version_of(said),
        "@type": "dcat:Dataset",
        "dct:title": words(about.TITLE),
        "dcat:version": str(manifest.sequence),
        "dcat:isVersionOf": at("#dataset"),
        "dct:issued": instant(manifest.published_at),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": instant(manifest.as_of),
            "dcat:endDate": instant(manifest.as_of),
        },
        "dct:license": at(about.LICENCE_URL),
        "dct:isReferencedBy": at(f"{said.folder}/{MANIFEST}"),
        "dcat:distribution": exact_distributions(single_files(manifest), f"{said.folder}/"),
    }


def _version_of(said: Described) -> str:
    return f"{said.folder}/{MANIFEST}#release"


def _service(said: Described) -> Node:
    return {
        "@id": "#api",
        "@type": "dcat:DataService",
        "dct:title": words(about.API_TITLE),
        "dct:publisher": at("#publisher"),
        "dct:license": at(about.LICENCE_URL),
        "dcat:endpointURL": at("../api/v1"),
        "dcat:endpointDescription": at("../openapi.json"),
        "dcat:landingPage": at("../data/api"),
        "dcat:servesDataset": at("#dataset"),
        **_contact(said),
    }


def _languages() -> list[Node]:
    return [at(f"{_EU}/language/ZHO"), at(f"{_EU}/language/ENG")]
