"""Distributions: where a file stands, what it is, how large, and its checksum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.domain import dictionary
from core.domain.schemas import OUTLET_SCHEMA
from core.domain.snapshot import FileEntry, HistoryFile
from publisher.catalogue import about
from publisher.catalogue.files import Described, folders, plain_files, unpacked, words_of
from publisher.catalogue.rdf import Node, at, words

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
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


def lasting_distributions(said: Described) -> Iterator[Node]:
    """Yield where the newest file always stands; the site packs it for those who take it so."""
    for entry in plain_files(said.manifest):
        yield {
            "@id": f"#{entry.path}",
            **_distribution(entry.path, entry.media_type),
            "dcat:accessURL": at(entry.path),
            "dcat:downloadURL": at(entry.path),
            "dcat:accessService": at("#api"),
        }
    for folder in folders(said.manifest):
        media_type = next(e.media_type for e in said.manifest.files if e.path.startswith(folder))
        yield {
            "@id": f"#{folder}",
            **_distribution(folder, media_type),
            "dcat:accessURL": at("../data"),
        }


def exact_distributions(
    files: Sequence[FileEntry] | Sequence[HistoryFile], folder: str
) -> list[Node]:
    """Describe files that will never change, packed copies among them, below a folder."""
    types = {file.path: file.media_type for file in files}
    return [_exact(file, folder + file.path, types) for file in files]


def _exact(file: FileEntry | HistoryFile, path: str, types: Mapping[str, str]) -> Node:
    """Describe a file by size and checksum; a packed copy as what it holds, and how."""
    plain = unpacked(file.path)
    said = {
        "@id": f"{path}#distribution",
        **_distribution(plain, types.get(plain, file.media_type)),
        "dcat:accessURL": at(path),
        "dcat:downloadURL": at(path),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": at("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }
    packed = plain != file.path
    return said | (_type_of("dcat:compressFormat", file.media_type) if packed else {})


def _distribution(name: str, media_type: str) -> Node:
    kind = media_type.partition(";")[0]
    said: Node = {
        "@type": "dcat:Distribution",
        "dct:title": words(words_of(name)),
        "dct:license": at(about.LICENCE_URL),
        **_type_of("dcat:mediaType", kind),
    }
    standards = [at(_STANDARDS[of]) for of in (kind, name) if of in _STANDARDS]
    return said | ({"dct:conformsTo": standards} if standards else {})


def _type_of(member: str, media_type: str) -> Node:
    """Name a media type by its address at the registry, or in words where it has none."""
    if media_type in _REGISTERED:
        return {member: at(f"{_MEDIA_TYPES}/{media_type}")}
    named = {"@type": "dct:MediaTypeOrExtent", "rdfs:label": media_type}
    return {"dct:format" if member == "dcat:mediaType" else member: named}
