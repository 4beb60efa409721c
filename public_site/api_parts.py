"""The interface as the pages list it: calls with their parameters, addresses of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.text import Text
from public_site.operations import OPERATIONS, Operation
from public_site.parameter_table import FILTERED, Parameter, parameters_of
from public_site.sandbox import BASE_PATH


@dataclass(frozen=True)
class ApiCall:
    """One call as listed: its own parameters apart from the filters that several calls share."""

    operation: Operation
    filters: tuple[Parameter, ...]
    own: tuple[Parameter, ...]


@dataclass(frozen=True)
class SandboxCall:
    """An address of the sandbox, the status it answers, and what it shows."""

    path: str
    status: int
    shows: Text
    headers: Mapping[str, str]


def calls(products: tuple[str, ...], have: frozenset[str]) -> list[ApiCall]:
    """Return the calls that the site has, in the order of the OpenAPI document."""
    every = parameters_of(products)
    found = []
    for operation in OPERATIONS:
        if operation.path in have and operation.path.startswith("/api/"):
            asked = [parameter for parameter in every if operation.call in parameter.calls]
            filters = tuple(one for one in asked if one.calls == FILTERED)
            own = tuple(one for one in asked if one.calls != FILTERED)
            found.append(ApiCall(operation, filters, own))
    return found


def bounds_in_words(schema: Mapping[str, object]) -> str:
    """Say in signs what a parameter may be: its words, its bounds, its default."""
    parts = []
    words = [str(word) for word in schema.get("enum", ()) if word]  # type: ignore[attr-defined]
    if words:
        parts.append(" · ".join(words))
    if "minimum" in schema:
        parts.append(f"{schema['minimum']} – {schema['maximum']}")
    if schema.get("default") not in (None, "0"):
        parts.append(f"= {schema['default']}")
    return "; ".join(parts)


_FIXED_TAG = 'W/"3-2020-02-06T10:30:05+08:00"'
_ADDRESSES: tuple[tuple[str, int, str, str], ...] = (
    ("/api/v1/outlets", 200, "12 個販售點，涵蓋各種例外", "12 outlets, one for each exception"),
    ("/api/v1/outlets?limit=5", 200, "分頁：依 next 往下翻", "paging: follow next"),
    ("/api/v1/outlets/599901A002", 200, "第 7 碼是字母的代碼", "a code with a letter"),
    ("/api/v1/outlets/0199010003", 200, "開頭是 0 的代碼", "a code with a leading zero"),
    (
        "/api/v1/outlets/5999010005",
        200,
        "還有 200 片，但號碼牌已發完",
        "200 left, and every ticket gone",
    ),
    (
        "/api/v1/outlets/5999010009",
        200,
        "備註有引號、逗號、換行、表情符號、罕用字",
        "a note with quotes, commas, a line break, emoji, a rare character",
    ),
    ("/api/v1/nearby?lat=25.0478&lon=121.517", 200, "依距離排序", "by distance"),
    ("/api/v1/snapshot", 200, "資料集與檔案", "the snapshot and its files"),
    (
        "/api/v1/changes?since=2",
        200,
        "兩個變動，一個不再發布",
        "two changed, one no longer published",
    ),
    ("/data/maskdata.csv", 200, "沒有 0/0 的列", "no row with both numbers zero"),
    ("/stale/api/v1/outlets", 200, "stale 為 true：資料過時", "stale is true: old data"),
    ("/api/v1/outlets/5999019999", 404, "OUTLET_UNKNOWN", "OUTLET_UNKNOWN"),
    ("/api/v1/outlets?limit=0", 400, "PARAMETER_INVALID", "PARAMETER_INVALID"),
    ("/api/v1/changes?since=0", 410, "CHANGES_GONE：請重抓完整資料", "CHANGES_GONE: begin anew"),
    ("/data/1/maskdata.csv", 410, "SNAPSHOT_GONE：已移除", "SNAPSHOT_GONE: it has been removed"),
    (
        "/unavailable/api/v1/outlets",
        503,
        "NO_SNAPSHOT，附 Retry-After",
        "NO_SNAPSHOT, with Retry-After",
    ),
)


def sandbox_calls() -> tuple[SandboxCall, ...]:
    """Return the addresses of the sandbox worth trying."""
    known = SandboxCall(
        f"{BASE_PATH}/api/v1/outlets",
        304,
        Text("您已有這一份", "you hold this one already"),
        {"If-None-Match": _FIXED_TAG},
    )
    plain = (
        SandboxCall(f"{BASE_PATH}{path}", status, Text(zh, en), {})
        for path, status, zh, en in _ADDRESSES
    )
    return (*plain, known)
