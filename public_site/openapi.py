"""``/openapi.json``: the interface as OpenAPI 3.1, made from the tables that the code reads.

Parameters come from ``parameter_table``, answers from ``api_shapes``, an outlet's words from the
data dictionary, operations from ``operations``. One whose route the site does not have is left
out, and a test finds a route that is not described.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from aiohttp import web

from core.releases import sha256_hex
from public_site.answers import JSON, accepts_gzip, gzipped, is_known
from public_site.api_shapes import shapes
from public_site.keys import SETTINGS, SNAPSHOTS
from public_site.operations import KNOWN, OPENAPI_PATH, OPERATIONS, PROBLEM_CODES, RANGE, Operation
from public_site.origin import origin_of
from public_site.parameter_table import parameters_of
from public_site.sandbox import BASE_PATH

routes = web.RouteTableDef()

VERSION, API_ROOT = "1.0.0", "/api/v1"
_FIVE_MINUTES = "public, max-age=300"
# Used until the first snapshot says which products there are.
OFFICIAL_PRODUCTS = ("adult_mask", "child_mask")
_FAULTS = {
    400: "a parameter cannot be understood",
    404: "there is no such thing",
    410: "it was here and has been removed",
    414: "the address is too long: ask in several",
    416: "there is no such part",
    503: "no snapshot yet; try again after Retry-After",
}


@routes.get(OPENAPI_PATH)
async def openapi(request: web.Request) -> web.Response:
    """Answer the interface as OpenAPI 3.1, for the host that was asked."""
    published = request.app[SNAPSHOTS].published
    products = published.view.programme.product_ids if published else OFFICIAL_PRODUCTS
    have = frozenset(paths_of(request.app))
    body, packed, tag = _encoded(origin_of(request), request.app[SETTINGS].contact, products, have)
    headers = {"ETag": tag, "Cache-Control": _FIVE_MINUTES, "Vary": "Accept-Encoding"}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    if accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        body = packed
    return web.Response(body=body, headers=headers, content_type=JSON, charset="utf-8")


@routes.get(API_ROOT)
async def root_of_the_api(request: web.Request) -> web.Response:
    """Lead to the document: catalogues name this address as that of the service."""
    raise web.HTTPSeeOther(f"../{OPENAPI_PATH.removeprefix('/')}")


def paths_of(app: web.Application) -> set[str]:
    """Return the paths that an application answers, as OpenAPI writes them."""
    found = (route.resource for route in app.router.routes())
    return {resource.canonical for resource in found if resource is not None}


@lru_cache(maxsize=8)
def _encoded(
    origin: str, contact: str, products: tuple[str, ...], have: frozenset[str]
) -> tuple[bytes, bytes, str]:
    """Return the document, the same compressed, and its tag, which stands for either."""
    body = msgspec.json.encode(document(origin, contact, products, have))
    return body, gzipped(body), f'W/"{sha256_hex(body)}"'


def document(
    origin: str, contact: str, products: tuple[str, ...], have: frozenset[str]
) -> dict[str, Any]:
    """Return the OpenAPI document. ``have`` are the paths that the site answers."""
    named = shapes(products)
    _, schemas = msgspec.json.schema_components(
        list(named.values()), ref_template="#/components/schemas/{name}"
    )
    servers = [
        {"url": origin or "/", "description": "the data · 正式資料"},
        {"url": f"{origin}{BASE_PATH}", "description": "fixed answers · 固定答案的沙盒"},
    ]
    paths = {
        operation.path: {"get": _operation(operation, products, servers)}
        for operation in OPERATIONS
        if operation.path in have
    }
    return {
        "openapi": "3.1.0",
        "info": _info(origin, contact),
        "servers": servers,
        "paths": paths,
        "components": {"schemas": schemas, "responses": _faults()},
    }


def _info(origin: str, contact: str) -> dict[str, Any]:
    codes = "\n".join(f"- `{code}`: {text.en} · {text.zh}" for code, text in PROBLEM_CODES.items())
    return {
        "title": "maskmap open data",
        "version": VERSION,
        "description": (
            "Where name-based masks can still be bought. No key, CORS `*`; every answer names one"
            " snapshot. Unknown parameters are ignored, empty ones left out. Members are added,"
            " never renamed or removed within `/api/v1`.\n\n"
            f"Codes of `application/problem+json`:\n{codes}"
        ),
        "termsOfService": f"{origin}/data/policy",
        "contact": _contact(contact),
        "license": {"name": "政府資料開放授權條款－第1版 (OGDL-Taiwan-1.0)"},
    }


def _contact(contact: str) -> dict[str, str]:
    if contact.startswith("mailto:"):
        return {"email": contact.removeprefix("mailto:")}
    return {"url": contact} if contact else {}


def _operation(
    operation: Operation, products: tuple[str, ...], servers: list[dict[str, str]]
) -> dict[str, Any]:
    asked = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": f"{parameter.meaning.en} · {parameter.meaning.zh}",
            "schema": parameter.schema,
            **(
                {"example": _typed(parameter.example, parameter.schema)}
                if parameter.example
                else {}
            ),
        }
        for parameter in parameters_of(products)
        if operation.call in parameter.calls
    ]
    here = {} if operation.in_sandbox else {"servers": servers[:1]}
    return {
        "operationId": operation.name,
        "summary": f"{operation.summary.en} · {operation.summary.zh}",
        "parameters": [*operation.more, *asked, KNOWN],
        "responses": _responses(operation),
        **here,
    }


def _typed(example: str, schema: Mapping[str, object]) -> object:
    if schema["type"] == "integer":
        return int(example)
    return float(example) if schema["type"] == "number" else example


def _responses(operation: Operation) -> dict[str, Any]:
    shape = {"schema": {"$ref": f"#/components/schemas/{operation.answer}"}}
    content = operation.content or {JSON: shape}
    headers = {"ETag": {"schema": {"type": "string"}}}
    found: dict[str, Any] = {
        "200": {"description": "as asked", "headers": headers, "content": content},
        "304": {"description": "what you hold is right"},
    }
    if RANGE in operation.more:
        found["206"] = {"description": "the part asked for"}
        found["416"] = {"$ref": "#/components/responses/416"}
    given = {*operation.faults, *((414,) if 400 in operation.faults else ())}
    faults = {status: {"$ref": f"#/components/responses/{status}"} for status in sorted(given)}
    return found | {str(status): fault for status, fault in faults.items()}


def _faults() -> dict[str, Any]:
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": words, "content": shape} for status, words in _FAULTS.items()
    }
