"""Writes the catalogue beside the releases, after each of them; nothing in between.

What no release changes is made once: schemas, the days of the history, publisher and licence. What
is on the disk already is not written again, so a restart costs one look at each file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import Clock, system_clock
from core.domain.dictionary import DAILY
from core.domain.linked_data import absolute
from core.domain.schemas import OUTLET_SCHEMA, outlet_schema, schema_of_table
from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import NotFound
from core.log import get_logger
from core.releases import HISTORY_INDEX, Untrusted, read_signed
from publisher.catalogue.about import Operator
from publisher.catalogue.data_package import (
    DATA_PACKAGE,
    Schemas,
    data_package,
    of_history,
    table_schemas,
)
from publisher.catalogue.dcat import DCAT, history_nodes, lasting_nodes, release_nodes
from publisher.catalogue.files import Described
from publisher.catalogue.rdf import CONTEXT
from publisher.catalogue.schema_org import DATASET, dataset
from publisher.followers import Told
from publisher.release_log import first_line
from publisher.signing import replace_signed

DAILY_SCHEMA = "daily.schema.json"
CATALOGUE = (OUTLET_SCHEMA, DAILY_SCHEMA, DATA_PACKAGE, DCAT, DATASET)
# A replay makes many releases a second; its catalogue is written at its end, and this often.
SELDOM = timedelta(seconds=5)
_DAILY_KEY = ("date", "code", "product")

_log = get_logger(__name__)
_encode = msgspec.json.Encoder().encode
_decode_index = msgspec.json.Decoder(HistoryIndex).decode


@dataclass(frozen=True, slots=True)
class _Ready:
    """What several releases share, encoded: of these products, of this index of the history."""

    products: Sequence[str]
    index: bytes
    files: Sequence[HistoryFile]
    began: str
    schemas: Schemas
    resources: Sequence[msgspec.Raw]
    nodes: Sequence[msgspec.Raw]


class Catalogue:
    """Keeps what describes the newest release of one snapshot folder."""

    def __init__(
        self, folder: Path, key: Ed25519PrivateKey, operator: Operator, clock: Clock = system_clock
    ) -> None:
        self._folder, self._key, self._operator, self._clock = folder, key, operator, clock
        self._ready: _Ready | None = None
        self._on_disk: dict[str, bytes] = {}
        self._described = 0
        self._put_off: Told | None = None
        self._seldom_at = clock()

    def keep_up(self, told: Told) -> None:
        """Describe the newest release, if that is not done; in a hurry some wait."""
        if told.manifest.sequence == self._described:
            return
        self._put_off = told
        if not told.hurried or self._clock() >= self._seldom_at:
            self.finish()

    def finish(self) -> None:
        """Describe what was put off."""
        if self._put_off is not None:
            self._describe(self._put_off)
            self._put_off, self._seldom_at = None, self._clock() + SELDOM

    def _describe(self, told: Told) -> None:
        ready = self._made_ready(told)
        said = Described(
            manifest=told.manifest,
            products=told.products,
            began=ready.began,
            operator=self._operator,
            history=ready.files,
        )
        for name, body in self._changing(said, ready).items():
            self._put(name, body)
        self._described = told.manifest.sequence

    def _changing(self, said: Described, ready: _Ready) -> Mapping[str, bytes]:
        nodes = [msgspec.Raw(self._linked(DCAT, node)) for node in release_nodes(said)]
        return {
            DATA_PACKAGE: _encode(data_package(said, ready.schemas, ready.resources)),
            DCAT: _encode({"@context": CONTEXT, "@graph": [*nodes, *ready.nodes]}),
            DATASET: self._linked(DATASET, dataset(said)),
        }

    def _made_ready(self, told: Told) -> _Ready:
        """Make what lasts, where the products or the history are others than last time."""
        ready, index = self._ready, self._index()
        if ready and ready.index == index and tuple(ready.products) == tuple(told.products):
            return ready
        files = _decode_index(index).files if index else []
        first = first_line(self._folder)
        began = (first.as_of if first else told.manifest.as_of)[: len("YYYY-MM-DD")]
        said = Described(
            manifest=told.manifest, products=told.products, began=began, operator=self._operator
        )
        schemas = {file: _raw(schema) for file, schema in table_schemas(told.products).items()}
        nodes = [*lasting_nodes(said), *history_nodes(files)]
        self._ready = _Ready(
            products=told.products,
            index=index,
            files=files,
            began=began,
            schemas=schemas,
            resources=[_raw(resource) for resource in of_history(files, DAILY_SCHEMA)],
            nodes=[msgspec.Raw(self._linked(DCAT, node)) for node in nodes],
        )
        self._put_schemas(told.products)
        return self._ready

    def _put_schemas(self, products: Sequence[str]) -> None:
        address = self._operator.address_of(OUTLET_SCHEMA) or OUTLET_SCHEMA
        self._put(OUTLET_SCHEMA, _encode(outlet_schema(products, address)))
        daily = schema_of_table({field.name: field for field in DAILY}, _DAILY_KEY)
        self._put(DAILY_SCHEMA, _encode(daily))

    def _put(self, name: str, body: bytes) -> None:
        """Write a file, unless it stands there so already."""
        if name not in self._on_disk:
            self._on_disk[name] = self._read(name)
        if self._on_disk[name] != body:
            replace_signed(self._folder / name, body, self._key)
            self._on_disk[name] = body

    def _linked(self, document: str, node: Any) -> bytes:
        """Encode a node of a document, with absolute addresses where the operator names his."""
        base = self._operator.address_of(document)
        return _encode(absolute(node, base) if base else node)

    def _index(self) -> bytes:
        """Return the index of the history as it stands; nothing while there is none."""
        return self._read(HISTORY_INDEX)

    def _read(self, name: str) -> bytes:
        """Return a file that we signed; nothing where there is none, or it is damaged."""
        try:
            return read_signed(self._folder / name, self._key.public_key())[0]
        except NotFound:
            return b""
        except Untrusted as error:
            _log.error("alarm: a file beside the releases is damaged", reason=str(error))
            return b""


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(_encode(value))
