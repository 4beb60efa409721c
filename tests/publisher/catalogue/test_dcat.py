"""The DCAT catalogue, read as another catalogue's harvester reads it: parsed, and asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from core.releases import sha256_hex

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
SCHEMA = Namespace("http://schema.org/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
HERE = "https://mask.example.tw/data/"
DOCUMENT = f"{HERE}dcat.jsonld"
DATASET, RELEASE = URIRef(f"{DOCUMENT}#dataset"), URIRef(f"{HERE}0000000001/manifest.json#release")


def graph_of(folder: Path, base: str = DOCUMENT) -> Graph:
    body = (folder / "dcat.jsonld").read_bytes()
    return Graph().parse(data=body, format="json-ld", publicID=base)


@pytest.fixture(scope="module")
def graph(published: Path) -> Graph:
    return graph_of(published)


@pytest.fixture(scope="module")
def manifest(published: Path) -> dict:
    return json.loads((published / "0000000001" / "manifest.json").read_bytes())


def values(graph: Graph, subject: Node, predicate: Node) -> list[Node]:
    return list(graph.objects(subject, predicate))


def value(graph: Graph, subject: Node, predicate: Node) -> Node:
    (found,) = graph.objects(subject, predicate)
    return found


def test_there_is_one_catalogue_with_the_dataset_its_history_and_the_api(graph):
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    history = URIRef(f"{DOCUMENT}#history")
    assert set(graph.objects(catalogue, DCAT.dataset)) == {DATASET, history}
    assert (history, RDF.type, DCAT.DatasetSeries) in graph
    service = value(graph, catalogue, DCAT.service)
    assert value(graph, service, DCAT.endpointURL) == URIRef("https://mask.example.tw/api/v1")
    description = URIRef("https://mask.example.tw/openapi.json")
    assert value(graph, service, DCAT.endpointDescription) == description
    assert value(graph, service, DCAT.servesDataset) == DATASET


def test_the_dataset_has_the_official_identifier_and_both_languages(graph):
    assert value(graph, DATASET, DCTERMS.identifier) == Literal("A21030000I-D50001-001")
    for words in (DCTERMS.title, DCTERMS.description):
        languages = [text.language for text in values(graph, DATASET, words)]
        assert sorted(languages) == ["en", "zh-hant-tw"] or sorted(languages) == [
            "en",
            "zh-Hant-TW",
        ]
    licence = URIRef("https://data.gov.tw/license")
    assert value(graph, DATASET, DCTERMS.license) == licence
    assert value(graph, licence, DCTERMS.identifier) == Literal("OGDL-Taiwan-1.0")
    assert all(
        value(graph, one, DCTERMS.license) == licence
        for one in graph.subjects(RDF.type, DCAT.Distribution)
    )


def test_it_says_whom_to_ask_and_until_when_the_data_come(graph):
    card = value(graph, DATASET, DCAT.contactPoint)
    assert value(graph, card, VCARD.hasEmail) == URIRef("mailto:data@example.tw")
    assert value(graph, DATASET, ADMS.status) == URIRef("http://purl.org/adms/status/Completed")
    assert value(graph, DATASET, SCHEMA.creativeWorkStatus) == Literal("active")
    assert value(graph, DATASET, SCHEMA.expires).toPython() == date(2020, 4, 30)
    period = value(graph, DATASET, DCTERMS.temporal)
    assert value(graph, period, DCAT.startDate).toPython() == date(2020, 2, 6)
    assert value(graph, period, DCAT.endDate).toPython() == date(2020, 4, 30)


def test_the_dataset_stays_and_its_files_are_where_the_newest_always_stand(graph, manifest):
    plain = {e["path"] for e in manifest["files"] if not e["path"].endswith((".gz", ".br"))}
    single = {path for path in plain if "/" not in path}
    assert len(single) < len(plain)
    lasting = values(graph, DATASET, DCAT.distribution)
    addresses = {str(url) for one in lasting for url in graph.objects(one, DCAT.downloadURL)}
    assert addresses == {HERE + path for path in single}
    assert len(lasting) == len(single) + 1
    assert not [one for one in lasting if (one, SPDX.checksum, None) in graph]


def test_the_current_version_has_every_file_with_size_and_checksum(graph, manifest, published):
    assert value(graph, DATASET, DCAT.hasCurrentVersion) == RELEASE
    assert value(graph, RELEASE, DCAT.isVersionOf) == DATASET
    assert value(graph, RELEASE, DCAT.version) == value(graph, DATASET, DCAT.version)
    said = {}
    for one in graph.objects(RELEASE, DCAT.distribution):
        checksum = value(graph, one, SPDX.checksum)
        algorithm = value(graph, checksum, SPDX.algorithm)
        assert algorithm == SPDX.checksumAlgorithm_sha256
        path = str(value(graph, one, DCAT.downloadURL)).removeprefix(HERE)
        said[path] = (str(value(graph, one, DCAT.byteSize)), checksum_of(graph, checksum))
    single = [entry["path"] for entry in manifest["files"] if "/" not in entry["path"]]
    assert set(said) == {f"0000000001/{path}" for path in single}
    for path, (size, checksum) in said.items():
        body = (published / path).read_bytes()
        assert (int(size), checksum) == (len(body), sha256_hex(body))


def checksum_of(graph: Graph, node: Node) -> str:
    found = value(graph, node, SPDX.checksumValue)
    assert isinstance(found, Literal) and found.datatype == XSD.hexBinary
    return found.toPython().hex()


def test_a_packed_copy_is_what_it_holds_and_how_it_is_packed(graph):
    types = "https://www.iana.org/assignments/media-types/"
    packed = URIRef(f"{HERE}0000000001/outlets.geojson.gz#distribution")
    assert value(graph, packed, DCAT.mediaType) == URIRef(f"{types}application/geo+json")
    assert value(graph, packed, DCAT.compressFormat) == URIRef(f"{types}application/gzip")
    plain = URIRef(f"{HERE}0000000001/outlets.geojson#distribution")
    assert values(graph, plain, DCAT.compressFormat) == []
    conforms = value(graph, plain, DCTERMS.conformsTo)
    assert conforms == URIRef("https://www.rfc-editor.org/rfc/rfc7946")


def test_each_day_that_is_over_is_a_dataset_of_the_series(graph):
    days = list(graph.subjects(DCAT.inSeries, URIRef(f"{DOCUMENT}#history")))
    assert days == [URIRef(f"{DOCUMENT}#history-2020-02-05")]
    files = [
        value(graph, one, DCAT.downloadURL) for one in graph.objects(days[0], DCAT.distribution)
    ]
    assert sorted(map(str, files)) == [
        f"{HERE}daily/2020-02-05.csv",
        f"{HERE}daily/2020-02-05.csv.gz",
        f"{HERE}history/date=2020-02-05/day.parquet",
    ]


def test_all_types_and_numbers_are_what_they_say(graph):
    literals = [node for triple in graph for node in triple if isinstance(node, Literal)]
    assert Counter(bool(node.ill_typed) for node in literals)[True] == 0
    assert {node.datatype for node in literals} >= {XSD.date, XSD.dateTime, XSD.duration}


def addresses(graph: Graph) -> Iterator[str]:
    return (str(node) for triple in graph for node in triple if isinstance(node, URIRef))


def test_every_address_is_absolute_on_whatever_host_it_is_read(unnamed):
    mirror = "https://mirror.example.org/data/"
    found = set(addresses(graph_of(unnamed, f"{mirror}dcat.jsonld")))
    assert {urlsplit(address).scheme for address in found} <= {"http", "https", "mailto"}
    assert f"{mirror}maskdata.csv" in found
    assert "https://mirror.example.org/api/v1" in found


def test_an_address_of_ones_own_holds_wherever_the_file_is_read(published):
    found = set(addresses(graph_of(published, "https://mirror.example.org/dcat.jsonld")))
    assert not [address for address in found if "mirror.example.org" in address]
    assert graph_of(published, "https://mirror.example.org/x").isomorphic(graph_of(published))
