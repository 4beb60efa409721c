"""``/openapi.json``: the interface as OpenAPI 3.1, made from the tables that the code reads.

Parameters come from ``parameter_table``, answers from ``api_shapes``, an outlet's words from the
data dictionary. Operations stand here; one whose route the site does not have is left out, and a
test finds a route that is not described.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from aiohttp import web

from core.domain.outlets import CODE
from core.domain.text import Text
from core.releases import sha256_hex
from public_site.announcements import ATOM_PATH, JSON_PATH
from public_site.answers import JSON, accepts_gzip, gzipped, is_known
from public_site.api_shapes import shapes
from public_site.keys import SETTINGS, SNAPSHOTS
from public_site.origin import origin_of
from public_site.parameter_table import CHANGES, LIST, MAP, NEAR, parameters_of
from public_site.sandbox import BASE_PATH

routes = web.RouteTableDef()

PATH, VERSION = "/openapi.json", "1.0.0"
_FIVE_MINUTES = "public, max-age=300"
# Used until the first snapshot says which products there are.
OFFICIAL_PRODUCTS = ("adult_mask", "child_mask")

# Every code that a problem may have, with what to do.
PROBLEM_CODES: Mapping[str, Text] = {
    "PARAMETER_INVALID": Text("參數無法理解；detail 說明可用的值", "a value cannot be understood"),
    "NOT_FOUND": Text("沒有這個網址", "there is no such address"),
    "OUTLET_UNKNOWN": Text("沒有這個代碼", "no outlet has this code"),
    "FILE_UNKNOWN": Text("資料集沒有這個檔案", "the snapshot has no such file"),
    "SNAPSHOT_UNKNOWN": Text("沒有這個編號的資料集", "there never was such a snapshot"),
    "SNAPSHOT_GONE": Text("這份資料集已移除（410）", "the snapshot has been removed (410)"),
    "CHANGES_GONE": Text(
        "變動紀錄已不在（410）；請改抓 full 所列的完整資料",
        "changes are kept for a day (410); fetch everything from an address in full",
    ),
    "METHOD_NOT_ALLOWED": Text("只接受 GET 與 HEAD", "only GET and HEAD are possible"),
    "ADDRESS_TOO_LONG": Text("網址太長（414）", "the address is too long (414)"),
    "REQUEST_TOO_LARGE": Text("請求太大（413）", "the request is too large (413)"),
    "REQUEST_TOO_SLOW": Text("請求太慢（408）", "the request took too long (408)"),
    "MEDIA_TYPE_UNSUPPORTED": Text("表單格式不對（415）", "that is no form (415)"),
    "RANGE_INVALID": Text("檔案沒有這一段（416）", "the file has no such part (416)"),
    "NO_COURSE": Text("沒有那一天的變化", "no course of that day is kept"),
    "NO_SNAPSHOT": Text(
        "剛啟動，還沒有資料（503）；請依 Retry-After 再試",
        "just started (503): try again after Retry-After",
    ),
    "FAILED": Text("我們的錯誤（500），已記錄", "a fault of ours (500), noted"),
}

_TEXT_BODY = {"schema": {"type": "string"}}
_ANY_FILE = {
    "text/csv": _TEXT_BODY,
    "text/plain": _TEXT_BODY,
    "application/json": {"schema": {}},
    "application/geo+json": {"schema": {"type": "object"}},
    "application/x-ndjson": _TEXT_BODY,
    "application/x-pem-file": _TEXT_BODY,
    "application/gzip": {"schema": {}},
}
_FILE = {
    "name": "file",
    "in": "path",
    "required": True,
    "description": "a name from the manifest, or current.json, current.json.sig, public-key.pem",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.=-]*$"},
    "example": "maskdata.csv",
}
_SEQUENCE = {
    "name": "sequence",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**10 - 1},
    "example": 2,
}
_CODE = {
    "name": "code",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{CODE.pattern}$"},
    "example": "5901012345",
}
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9.-]*$"},
    "example": "maskdata-sample-2020-02-06.csv",
}
_DAY = {
    "name": "day",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "date"},
    "example": "2020-02-06",
}
_LANGUAGE = {
    "name": "lang",
    "in": "query",
    "description": "zh-TW or en; anything else means zh-TW",
    "schema": {"type": "string"},
}
_KNOWN = {
    "name": "If-None-Match",
    "in": "header",
    "description": "the ETag that you hold: an unchanged answer costs a 304",
    "schema": {"type": "string"},
}
_RANGE = {
    "name": "Range",
    "in": "header",
    "description": "a part of the uncompressed file, such as bytes=0-999; what is none is ignored",
    "schema": {"type": "string"},
}
_FAULTS = {
    400: "a parameter cannot be understood",
    404: "there is no such thing",
    410: "it was here and has been removed",
    416: "there is no such part",
    503: "no snapshot yet; try again after Retry-After",
}


@dataclass(frozen=True)
class Operation:
    """One call. ``call`` names its parameters in the table, ``answer`` its shape."""

    path: str
    name: str
    summary: Text
    call: str = ""
    answer: str = ""
    content: Mapping[str, object] = field(default_factory=dict)
    more: tuple[Mapping[str, object], ...] = ()
    faults: tuple[int, ...] = (503,)
    in_sandbox: bool = True


_DOWNLOAD = {"content": _ANY_FILE, "faults": (404, 503)}
OPERATIONS = (
    Operation(
        "/api/v1/outlets",
        "listOutlets",
        Text("依條件列出販售點，依代碼排序", "outlets by condition, ascending by code"),
        LIST,
        "Outlets",
        faults=(400, 503),
    ),
    Operation(
        "/api/v1/outlets/{code}",
        "getOutlet",
        Text("單一販售點", "one outlet"),
        answer="OneOutlet",
        more=(_CODE,),
        faults=(404, 503),
    ),
    Operation(
        "/api/v1/nearby",
        "listNearby",
        Text("附近的販售點，依距離排序", "outlets by distance"),
        NEAR,
        "Nearby",
        faults=(400, 503),
    ),
    Operation(
        "/api/v1/map",
        "listForMap",
        Text("所有符合的販售點，精簡列，供地圖使用", "all outlets that match, as short rows"),
        MAP,
        "Map",
        faults=(400, 503),
    ),
    Operation(
        "/api/v1/changes",
        "listChanges",
        Text("某份資料集之後變動的販售點", "what changed after a snapshot"),
        CHANGES,
        "Changes",
        faults=(400, 404, 410, 503),
    ),
    Operation(
        "/api/v1/offline",
        "getOffline",
        Text(
            "本站離線時保存的精簡資料；格式可能改變，請改用 outlets",
            "what this site keeps for use offline; its form may change: use outlets",
        ),
        content={"application/json": {"schema": {"type": "object"}}},
        in_sandbox=False,
    ),
    Operation(
        "/api/v1/snapshot",
        "getSnapshot",
        Text("資料集：時間、規定、檔案", "the snapshot: times, rules, files"),
        answer="Snapshot",
    ),
    Operation(
        "/data/{file}",
        "getFile",
        Text("目前資料集的檔案", "a file of the current snapshot"),
        more=(_FILE, _RANGE),
        **_DOWNLOAD,
    ),
    Operation(
        "/data/{sequence}/{file}",
        "getNumberedFile",
        Text("某份資料集的檔案，永不改變", "a file of a numbered snapshot; never changes"),
        content=_ANY_FILE,
        more=(_SEQUENCE, _FILE, _RANGE),
        faults=(404, 410, 503),
    ),
    Operation(
        "/data/courses/{day}.json",
        "getCourse",
        Text("一天之中的數量變化", "the numbers in the course of a day"),
        content={"application/json": {"schema": {"type": "object"}}},
        more=(_DAY,),
        faults=(404, 503),
        in_sandbox=False,
    ),
    Operation(
        "/data/courses/{day}.json.sig",
        "getCourseSignature",
        Text("它的簽章", "its signature"),
        content={"text/plain": _TEXT_BODY},
        more=(_DAY,),
        faults=(404, 503),
        in_sandbox=False,
    ),
    Operation(
        "/apps.json",
        "listApps",
        Text("應用清冊", "the directory of applications"),
        content={"application/json": {"schema": {"type": "object"}}},
        in_sandbox=False,
    ),
    Operation(
        "/data/samples/{name}",
        "getSample",
        Text("小型樣本", "a small sample"),
        content=_ANY_FILE,
        more=(_NAME,),
        faults=(404,),
        in_sandbox=False,
    ),
    Operation(
        JSON_PATH,
        "listAnnouncements",
        Text("公告", "announcements"),
        answer="Announcements",
        faults=(),
        in_sandbox=False,
    ),
    Operation(
        ATOM_PATH,
        "getAnnouncementsFeed",
        Text("公告，Atom", "announcements as Atom"),
        content={"application/atom+xml": _TEXT_BODY},
        more=(_LANGUAGE,),
        faults=(),
        in_sandbox=False,
    ),
    Operation(
        "/resource/mask/maskdata.csv",
        "getMaskdataOf2020",
        Text("2020 年的網址：maskdata.csv", "the address of 2020: maskdata.csv"),
        content={"text/csv": _TEXT_BODY},
        more=(_RANGE,),
    ),
    Operation(
        "/json/points.json",
        "getPointsOf2020",
        Text("2020 年的網址：points.json", "the address of 2020: points.json"),
        content={"application/json": {"schema": {"type": "object"}}},
        more=(_RANGE,),
    ),
    Operation(
        PATH,
        "getOpenapi",
        Text("這份文件", "this document"),
        content={"application/json": {"schema": {"type": "object"}}},
        faults=(),
        in_sandbox=False,
    ),
)


@routes.get(PATH)
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
        "parameters": [*operation.more, *asked, _KNOWN],
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
    if _RANGE in operation.more:
        found["206"] = {"description": "the part asked for"}
        found["416"] = {"$ref": "#/components/responses/416"}
    faults = {status: {"$ref": f"#/components/responses/{status}"} for status in operation.faults}
    return found | {str(status): fault for status, fault in faults.items()}


def _faults() -> dict[str, Any]:
    shape = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): {"description": words, "content": shape} for status, words in _FAULTS.items()
    }
