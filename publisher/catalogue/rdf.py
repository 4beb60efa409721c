"""Nodes and literals of linked data, and the vocabularies that their names come from."""

from __future__ import annotations

from typing import Any

from core.domain.text import Text

CHINESE, ENGLISH = "zh-Hant-TW", "en"
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

Node = dict[str, Any]


def at(address: str) -> Node:
    """Point to an address, relative or not."""
    return {"@id": address}


def words(text: Text) -> list[Node]:
    """Say something in both languages."""
    return [
        {"@language": CHINESE, "@value": text.zh},
        {"@language": ENGLISH, "@value": text.en},
    ]


def day(date: str) -> Node:
    """Name a day (``YYYY-MM-DD``)."""
    return {"@type": "xsd:date", "@value": date}


def instant(time: str) -> Node:
    """Name an instant (RFC 3339)."""
    return {"@type": "xsd:dateTime", "@value": time}


def period(start: str, end: str) -> Node:
    """Name the days from one to another; an open end where there is none."""
    said: Node = {"@type": "dct:PeriodOfTime", "dcat:startDate": day(start)}
    return said | ({"dcat:endDate": day(end)} if end else {})
