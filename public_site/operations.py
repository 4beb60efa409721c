"""What may be asked under ``/api/v1`` and beside it: every operation, and every code of a problem.

``openapi`` makes the document of it, the pages for app builders their lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.outlets import CODE
from core.domain.text import Text
from core.releases import HISTORY_INDEX, SIGNATURE
from public_site.announcements import ATOM_PATH, JSON_PATH
from public_site.parameter_table import CHANGES, LIST, MAP, NEAR

OPENAPI_PATH = "/openapi.json"

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
    "application/ld+json": {"schema": {"type": "object"}},
    "application/schema+json": {"schema": {"type": "object"}},
    "application/atom+xml": _TEXT_BODY,
    "application/vnd.apache.parquet": {"schema": {}},
    "application/gzip": {"schema": {}},
    "application/x-brotli": {"schema": {}},
}
_FILE = {
    "name": "file",
    "in": "path",
    "required": True,
    "description": (
        "a name from the manifest or from the index of the history; at the top also current.json,"
        " datapackage.json, dcat.jsonld, dataset.jsonld, outlet.schema.json, daily.schema.json,"
        " each with its .sig,"
        " and public-key.pem"
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.=-]*$"},
    "example": "maskdata.csv",
}
_PARTITION = {
    "name": "partition",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^date=[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "example": "date=2020-02-06",
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
KNOWN = {
    "name": "If-None-Match",
    "in": "header",
    "description": "the ETag that you hold: an unchanged answer costs a 304",
    "schema": {"type": "string"},
}
RANGE = {
    "name": "Range",
    "in": "header",
    "description": "a part of the uncompressed file, such as bytes=0-999; what is none is ignored",
    "schema": {"type": "string"},
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
        more=(_FILE, RANGE),
        **_DOWNLOAD,
    ),
    Operation(
        "/data/{sequence}/{file}",
        "getNumberedFile",
        Text("某份資料集的檔案，永不改變", "a file of a numbered snapshot; never changes"),
        content=_ANY_FILE,
        more=(_SEQUENCE, _FILE, RANGE),
        faults=(404, 410, 503),
    ),
    Operation(
        "/data/by-town/{file}",
        "getTownFile",
        Text(
            "目前資料集中一個鄉鎮市區的販售點：by-town/鄉鎮市區代碼.json",
            "the outlets of one town in the current snapshot: by-town/TOWNCODE.json",
        ),
        more=(_FILE, RANGE),
        **_DOWNLOAD,
    ),
    Operation(
        f"/data/{HISTORY_INDEX}",
        "getHistoryIndex",
        Text("歷史資料有哪些檔案", "which files the history has"),
        content={"application/json": {"schema": {"type": "object"}}},
        more=(RANGE,),
        faults=(404, 503),
        in_sandbox=False,
    ),
    Operation(
        f"/data/{HISTORY_INDEX}{SIGNATURE}",
        "getHistoryIndexSignature",
        Text("它的簽章", "its signature"),
        content={"text/plain": _TEXT_BODY},
        more=(RANGE,),
        faults=(404, 503),
        in_sandbox=False,
    ),
    Operation(
        "/data/history/{partition}/{file}",
        "getHistoryFile",
        Text(
            "一天的歷史（Parquet），partition 為 date=YYYY-MM-DD",
            "a day of the history as Parquet; partition is date=YYYY-MM-DD",
        ),
        more=(_PARTITION, _FILE, RANGE),
        in_sandbox=False,
        **_DOWNLOAD,
    ),
    Operation(
        "/data/daily/{file}",
        "getDailyFile",
        Text("一天的統計：YYYY-MM-DD.csv", "the roll-up of a day: YYYY-MM-DD.csv"),
        more=(_FILE, RANGE),
        in_sandbox=False,
        **_DOWNLOAD,
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
        more=(RANGE,),
    ),
    Operation(
        "/json/points.json",
        "getPointsOf2020",
        Text("2020 年的網址：points.json", "the address of 2020: points.json"),
        content={"application/json": {"schema": {"type": "object"}}},
        more=(RANGE,),
    ),
    Operation(
        OPENAPI_PATH,
        "getOpenapi",
        Text("這份文件", "this document"),
        content={"application/json": {"schema": {"type": "object"}}},
        faults=(),
        in_sandbox=False,
    ),
)
