"""Addresses in linked data (JSON-LD), made absolute for the host that serves them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

# The members whose text is an address; everywhere else a text is a text.
ADDRESSES = frozenset({"@id", "url", "contentUrl"})
# The same few addresses come again in every node.
_joined = lru_cache(maxsize=1024)(urljoin)


def absolute(document: Any, base: str) -> Any:
    """Return a document with every relative address resolved against ``base``.

    ``base`` is where the document itself stands, such as ``https://host/data/dataset.jsonld``.
    Addresses that have a scheme, and compact ones such as ``xsd:date``, stay as they are.
    """
    if isinstance(document, dict):
        return {name: _member(name, value, base) for name, value in document.items()}
    if isinstance(document, list):
        return [absolute(item, base) for item in document]
    return document


def _member(name: str, value: Any, base: str) -> Any:
    if name == "@context":
        return value
    if name in ADDRESSES and isinstance(value, str):
        return _joined(base, value)
    return absolute(value, base)
