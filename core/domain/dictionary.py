"""The data dictionary: every published field, what it means, and in which file it stands how.

The page `/data/dictionary`, `docs/open-data.md`, the descriptions in `/openapi.json`, the JSON
Schema and the Table Schemas (``core.domain.schemas``) are made from this table. A test compares it
with ``OutletRecord``, with the headings of the real files, with ``Manifest`` and with ``Current``:
a field cannot be published without standing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from core.domain.geography import TAIWAN_BOX
from core.domain.outlets import CODE, KINDS
from core.domain.text import Text

OFFICIAL, WHOLE, GEOJSON = "maskdata.csv", "maskdata-all.csv", "outlets.geojson"
POINTS, LINES, CHANGES, API = "points.json", "outlets.ndjson", "changes.ndjson", "API"
PARQUET, BY_TOWN, RESTOCKS = "outlets.parquet", "by-town/", "restocks.atom"
INFORMATION, STATUS, FEEDS = "outlet_information.json", "outlet_status.json", "feeds.json"
# What has the whole record; lines, changes and towns have all of it but the times of the release.
FULL = (WHOLE, GEOJSON, PARQUET, LINES, CHANGES, BY_TOWN, API)

FILES: Mapping[str, Text] = {
    OFFICIAL: Text(
        "官方七欄格式，凍結；兩種數量皆為 0 的不列",
        "the official seven columns, frozen; outlets with both numbers 0 are left out",
    ),
    WHOLE: Text(
        "所有販售點，含 0、座標、等級與販售狀態",
        "every outlet, zeros included, with coordinates, level and availability",
    ),
    GEOJSON: Text("所有販售點，地圖用（RFC 7946）", "every outlet, for maps (RFC 7946)"),
    POINTS: Text(
        "與 2020 年社群的 points.json 相容", "drop-in for the community's points.json of 2020"
    ),
    LINES: Text(
        "所有販售點，一行一個 JSON 物件",
        "every outlet, one JSON object a line",
    ),
    CHANGES: Text(
        "與上一份資料集不同的販售點，一行一個",
        "outlets that differ from the release before, one a line",
    ),
    PARQUET: Text(
        "所有販售點，統計與 GIS 用（GeoParquet 1.1）",
        "every outlet, for statistics and GIS (GeoParquet 1.1)",
    ),
    BY_TOWN: Text(
        "每個鄉鎮市區一個檔案，手機用；內容沒變就是同一個檔案",
        "one file a town, for telephones; the same file while nothing in it changes",
    ),
    INFORMATION: Text(
        "販售點的資料：名稱、地址、電話、座標等少變的",
        "what seldom changes of every outlet: name, address, telephone, place",
    ),
    STATUS: Text(
        "販售點的現況：數量、等級、販售狀態",
        "what changes all day of every outlet: numbers, levels, availability",
    ),
    FEEDS: Text(
        "outlet_information.json 與 outlet_status.json 的目錄",
        "where outlet_information.json and outlet_status.json are",
    ),
    RESTOCKS: Text(
        "最新的到貨，閱讀器用（Atom）", "the newest arrivals of goods, for feed readers (Atom)"
    ),
}

Type = Literal["string", "integer", "number", "boolean", "time", "date", "object", "array"]


@dataclass(frozen=True, slots=True)
class Form(Text):
    """How a value is spelt: in words, and for machines.

    ``pattern`` is of the whole text. A text that ``may_be_empty`` says so by no characters at all;
    every other value is always there. Bounds are inclusive.
    """

    type: Type = "string"
    pattern: str = ""
    may_be_empty: bool = False
    minimum: float | None = None
    maximum: float | None = None


TEXT = Form("文字", "text", may_be_empty=True)
# A word of a list that is always there.
WORD = Form("文字", "text")
TIME = Form("時間，RFC 3339，+08:00", "time, RFC 3339, +08:00", "time")
TIME_OR_NOT = Form(TIME.zh, TIME.en, "time", may_be_empty=True)
PIECES = Form("整數，片", "whole number, pieces", "integer", minimum=0)
NUMBER = Form("整數", "whole number", "integer", minimum=0)
# What was received less what was taken back.
NET = Form("整數，片；可能為負", "whole number, pieces; may be below zero", "integer")
DEGREES = Form("數值，度，WGS 84", "number, degrees, WGS 84", "number")
HASH = Form("SHA-256，小寫十六進位", "SHA-256, lower-case hex", pattern="[0-9a-f]{64}")
HASH_OR_NOT = Form(HASH.zh, HASH.en, pattern=HASH.pattern, may_be_empty=True)
OPAQUE = Form("文字，不必解讀", "text, opaque")
MEMBERS = Form("物件", "object", "object")
TRUTH = Form("真值", "boolean", "boolean")

_WEST, _SOUTH, _EAST, _NORTH = TAIWAN_BOX

LEVELS: Mapping[str, Text] = {
    "plenty": Text("充足", "plenty"),
    "some": Text("尚有", "some"),
    "few": Text("很少", "few"),
    "none": Text("沒有", "none"),
}
AVAILABILITY: Mapping[str, Text] = {
    "buyable": Text("現在可以買", "can be bought now"),
    "tickets_gone": Text("號碼牌已發完", "every number ticket is gone"),
    "sold_out": Text("販售點表示已售完", "the outlet says that it is sold out"),
    "paused": Text("暫停販售", "sales are paused"),
    "closed": Text("已停止販售", "no longer sells"),
    "unsure": Text("無法確定", "not certain"),
}
PHONE_STATUSES: Mapping[str, Text] = {
    "": Text("如登記", "as registered"),
    "hidden": Text("販售期間不公開", "hidden by the outlet during the sale"),
}
PRECISIONS: Mapping[str, Text] = {
    "rooftop": Text("門牌", "the building"),
    "road": Text("路段", "the road"),
    "town": Text("鄉鎮市區中心，不是販售點", "the centre of the town, not the outlet"),
    "": Text("不明", "not known"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One published field. ``files`` says under which name it stands in which file."""

    name: str
    meaning: Text
    form: Form
    example: str
    files: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, Text] = field(default_factory=dict)

    @property
    def in_full_formats(self) -> bool:
        """Tell whether it stands in every full format and in the API's answers."""
        return {WHOLE, GEOJSON, API} <= set(self.files)

    @property
    def elsewhere(self) -> list[tuple[str, str]]:
        """Return the other files that have it, and full formats that call it otherwise."""
        full = FULL if self.in_full_formats else ()
        return [
            (file, name)
            for file, name in self.files.items()
            if file not in full or name != self.name
        ]


# The fields that outlet_information.json has; outlet_status.json has the others.
_SELDOM_OTHER = frozenset(
    (
        *("name", "kind", "phone", "phone_status", "address"),
        *("county_code", "county", "town_code", "town", "lon", "lat"),
        *("coordinate_source", "coordinate_precision", "service_periods", "website"),
    )
)


def _everywhere(
    name: str, *, official: str = "", points: str = "", changes: bool = True
) -> dict[str, str]:
    """Return the names of a field that every full format has."""
    files = {OFFICIAL: official} if official else {}
    files |= {WHOLE: name, GEOJSON: name, PARQUET: name}
    files |= {POINTS: points} if points else {}
    if changes:
        files |= {LINES: name, CHANGES: name, BY_TOWN: name}
        files |= {(INFORMATION if name in _SELDOM_OTHER else STATUS): name}
    return files | {API: name}


def _product(product: str, zh: str, en: str, official: str, points: str) -> tuple[Field, Field]:
    """Return the number and the level of a product."""
    return (
        Field(
            product,
            Text(f"{zh}剩餘數量，依帳冊，從不修飾", f"{en} in stock by the ledger, never altered"),
            PIECES,
            "128",
            _everywhere(product, official=official, points=points),
        ),
        Field(
            f"{product}_level",
            Text(f"{zh}剩餘數量的等級，界線由方案訂定", "level of that number, by the programme"),
            WORD,
            "plenty",
            _everywhere(f"{product}_level"),
            LEVELS,
        ),
    )


_WHO_AND_WHERE: tuple[Field, ...] = (
    Field(
        "code",
        Text(
            "醫事機構代碼；第 7 碼可能是英文字母，開頭可能是 0",
            "medical institution code; its 7th character may be a letter, its first a 0",
        ),
        Form(
            "文字，10 個字元；不可當數字",
            "text, 10 characters; never a number",
            pattern=CODE.pattern,
        ),
        "590101A011",
        _everywhere("code", official="醫事機構代碼", points="id")
        | {INFORMATION: "outlet_id", STATUS: "outlet_id", RESTOCKS: "category/@term"},
    ),
    Field(
        "name",
        Text("名稱，一字不改；不同販售點可能同名", "name, as registered; several may share one"),
        TEXT,
        "健安藥局",
        _everywhere("name", official="醫事機構名稱", points="name") | {RESTOCKS: "category/@label"},
    ),
    Field("kind", Text("類別", "kind of outlet"), WORD, "pharmacy", _everywhere("kind"), KINDS),
    Field(
        "phone",
        Text("電話", "telephone"),
        TEXT,
        "(02)23456789",
        _everywhere("phone", official="醫事機構電話", points="phone"),
    ),
    Field(
        "address",
        Text("地址，一字不改", "address, as registered"),
        TEXT,
        "臺北市中正區忠孝西路１段４９號",
        _everywhere("address", official="醫事機構地址", points="address"),
    ),
    Field(
        "county_code",
        Text("縣市代碼（內政部）", "county, code of the Ministry of the Interior"),
        Form(
            "文字，5 碼；未知為空",
            "text, 5 digits; empty when unknown",
            pattern="[0-9]{5}",
            may_be_empty=True,
        ),
        "63000",
        _everywhere("county_code"),
    ),
    Field(
        "county",
        Text("縣市", "county, name"),
        TEXT,
        "臺北市",
        _everywhere("county", points="county"),
    ),
    Field(
        "town_code",
        Text("鄉鎮市區代碼（內政部）", "town, code of the Ministry of the Interior"),
        Form(
            "文字，8 碼；未知為空",
            "text, 8 digits; empty when unknown",
            pattern="[0-9]{8}",
            may_be_empty=True,
        ),
        "63000050",
        _everywhere("town_code"),
    ),
    Field(
        "town", Text("鄉鎮市區", "town, name"), TEXT, "中正區", _everywhere("town", points="town")
    ),
    Field(
        "lon",
        Text("經度；GeoJSON 中為 geometry", "longitude; the geometry in GeoJSON"),
        replace(DEGREES, minimum=_WEST, maximum=_EAST),
        "121.517",
        _everywhere("lon") | {GEOJSON: "geometry", POINTS: "geometry"},
    ),
    Field(
        "lat",
        Text("緯度；GeoJSON 中為 geometry", "latitude; the geometry in GeoJSON"),
        replace(DEGREES, minimum=_SOUTH, maximum=_NORTH),
        "25.0478",
        _everywhere("lat") | {GEOJSON: "geometry", POINTS: "geometry"},
    ),
    Field(
        "coordinate_source",
        Text("座標來源", "whose coordinates they are"),
        TEXT,
        "gov",
        _everywhere("coordinate_source"),
    ),
    Field(
        "coordinate_precision",
        Text("座標精度", "how precise they are"),
        TEXT,
        "rooftop",
        _everywhere("coordinate_precision"),
        PRECISIONS,
    ),
)

# The numbers of each product of the official programme.
OF_PRODUCTS: Mapping[str, tuple[Field, Field]] = {
    "adult_mask": _product("adult_mask", "成人口罩", "adult masks", "成人口罩剩餘數", "mask_adult"),
    "child_mask": _product("child_mask", "兒童口罩", "child masks", "兒童口罩剩餘數", "mask_child"),
}

_WHAT_ELSE: tuple[Field, ...] = (
    Field(
        "availability",
        Text(
            "現在買不買得到，與數量分開：還有 200 片而號碼牌已發完時，就買不到",
            "whether a person can still buy, apart from the number: 200 left and every ticket"
            " gone means no",
        ),
        WORD,
        "buyable",
        _everywhere("availability"),
        AVAILABILITY,
    ),
    Field(
        "availability_reason",
        Text("買不到的原因，販售點自己的話", "why not, in the outlet's own words"),
        TEXT,
        "盤點中",
        _everywhere("availability_reason"),
    ),
    Field(
        "availability_since",
        Text("從何時起", "since when"),
        TIME_OR_NOT,
        "2020-02-06T09:12:00+08:00",
        _everywhere("availability_since"),
    ),
    Field(
        "availability_until",
        Text(
            "到何時為止會自動結束，例如今日售完到午夜；不知道為空",
            "when it ends by itself, such as sold out today at midnight; empty where nobody knows",
        ),
        TIME_OR_NOT,
        "2020-02-07T00:00:00+08:00",
        _everywhere("availability_until"),
    ),
    Field(
        "note",
        Text("備註，販售點自己的話", "note, in the outlet's own words"),
        Form("文字，可能有換行", "text, may have line breaks", may_be_empty=True),
        "09:00 發號碼牌",
        _everywhere("note", points="note"),
    ),
    Field(
        "sale_windows",
        Text("販售時段；不一定是看診時段", "when masks are sold; not the opening hours"),
        TEXT,
        "一至五 09:00-11:00 50片; 六 10:00-12:00",
        _everywhere("sale_windows"),
    ),
    Field(
        "tickets",
        Text("號碼牌：何時發、幾張", "number tickets: when, how many"),
        TEXT,
        "08:30 發 100 張",
        _everywhere("tickets"),
    ),
    Field(
        "service_periods",
        Text(
            "看診時段：星期一至日的上午、下午、晚上；N 有開，Y 沒開",
            "opening hours: mornings Monday to Sunday, afternoons, evenings; N open, Y closed",
        ),
        Form(
            "文字，21 個字元；未知為空",
            "text, 21 characters; empty when unknown",
            pattern="[NY]{21}",
            may_be_empty=True,
        ),
        "NNNNNNNNNNNNNNYYYYYYY",
        _everywhere("service_periods", points="service_periods"),
    ),
    Field(
        "website",
        Text("網址", "web address"),
        TEXT,
        "https://pharmacy.example",
        _everywhere("website", points="website"),
    ),
    Field(
        "phone_status",
        Text(
            "電話為空的原因；每一種檔案裡電話都是空的",
            "why the telephone is empty; it is then empty in every file",
        ),
        TEXT,
        "hidden",
        _everywhere("phone_status"),
        PHONE_STATUSES,
    ),
    Field(
        "changed_at",
        Text("數量最後一次變動的時間；從未變動為空", "when a number last changed; empty if never"),
        TIME_OR_NOT,
        "2020-02-06T10:27:05+08:00",
        _everywhere("changed_at"),
    ),
    Field(
        "valid_at",
        Text(
            "數量的時間，整份相同；官方 CSV 與 points.json 寫成 2020/02/06 10:30:05（臺北時間）",
            "the instant the numbers are true for; in the official CSV and points.json spelt"
            " 2020/02/06 10:30:05 (Taipei time)",
        ),
        TIME,
        "2020-02-06T10:30:05+08:00",
        _everywhere("valid_at", official="來源資料時間", points="updated", changes=False),
    ),
    Field(
        "published_at",
        Text("發布時間，整份相同", "when the release was made"),
        TIME,
        "2020-02-06T10:30:06+08:00",
        _everywhere("published_at", changes=False),
    ),
)


def record_of(products: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields of one outlet, in the order of the files, for a programme's products."""
    pairs = (OF_PRODUCTS.get(name) or _product(name, name, name, "", "") for name in products)
    return (*_WHO_AND_WHERE, *chain.from_iterable(pairs), *_WHAT_ELSE)


RECORD = record_of(tuple(OF_PRODUCTS))

# What stands in one file only, or is added by one call.
ALSO: tuple[Field, ...] = (
    Field(
        "removed",
        Text("true：這個代碼不再發布", "true: this code is no longer published"),
        TRUTH,
        "true",
        {CHANGES: "removed"},
    ),
    Field(
        "available",
        Text("看診時段的文字說明", "the opening hours in Chinese words"),
        TEXT,
        "星期一上午看診、星期二上午看診、…",
        {POINTS: "available"},
    ),
    Field(
        "custom_note",
        Text("現在買不到的原因", "why nobody can buy there now"),
        TEXT,
        "暫停販售：盤點中",
        {POINTS: "custom_note"},
    ),
    Field("cunli", Text("村里，一律為空", "village; always empty"), TEXT, "", {POINTS: "cunli"}),
    Field(
        "geometry",
        Text("點位", "the point"),
        Form("WKB，OGC:CRS84", "WKB, OGC:CRS84", "object"),
        "POINT (121.517 25.0478)",
        {PARQUET: "geometry"},
    ),
    Field(
        "bbox",
        Text(
            "點位的範圍，供查詢時略過整段資料：xmin、ymin、xmax、ymax",
            "the bounds of the point, by which a query skips row groups: xmin, ymin, xmax, ymax",
        ),
        MEMBERS,
        "{xmin: 121.51699, ymin: 25.047798, …}",
        {PARQUET: "bbox"},
    ),
    Field(
        "changed_in",
        Text("最後一次寫出此檔的資料集編號", "number of the release that last wrote this file"),
        NUMBER,
        "118",
        {BY_TOWN: "changed_in"},
    ),
    Field(
        "as_of",
        Text("那份資料集的數量時間", "the instant the numbers of that release were true for"),
        TIME,
        "2020-02-06T10:28:05+08:00",
        {BY_TOWN: "as_of"},
    ),
    Field(
        "outlets",
        Text("販售點，依代碼排序", "the outlets, ascending by code"),
        Form("清單", "list", "array"),
        "[…]",
        {BY_TOWN: "outlets", INFORMATION: "data.outlets", STATUS: "data.outlets"},
    ),
    Field(
        "last_updated",
        Text(
            "檔案內容的時間；outlet_information.json 為最後一次變動的時間",
            "the instant the file is true for; of outlet_information.json when it last changed",
        ),
        TIME,
        "2020-02-06T10:30:05+08:00",
        dict.fromkeys((INFORMATION, STATUS, FEEDS), "last_updated"),
    ),
    Field(
        "ttl",
        Text("幾秒後會再查看", "seconds until the next look"),
        Form("整數，秒", "whole number, seconds", "integer", minimum=1),
        "30",
        dict.fromkeys((INFORMATION, STATUS, FEEDS), "ttl"),
    ),
    Field(
        "version",
        Text("格式的版本", "version of the format"),
        WORD,
        "1.0",
        dict.fromkeys((INFORMATION, STATUS, FEEDS), "version"),
    ),
    Field(
        "feeds",
        Text(
            "各檔案的 name 與 url（相對於此檔）", "each file's name, and its url relative to this"
        ),
        Form("清單", "list", "array"),
        '[{"name": "outlet_status", "url": "outlet_status.json"}, …]',
        {FEEDS: "data.feeds"},
    ),
    Field(
        "arrived_at",
        Text("到貨登錄的時間", "when the arrival was recorded"),
        TIME,
        "2020-02-06T09:02:11+08:00",
        {RESTOCKS: "updated"},
    ),
    Field(
        "arrival",
        Text("何處到貨、各產品幾片", "where goods arrived, how many of each product"),
        WORD,
        "健安藥局（臺北市中正區）到貨：成人口罩 200 片、兒童口罩 50 片",
        {RESTOCKS: "title"},
    ),
    Field(
        "distance_m",
        Text("到查詢位置的大圓距離", "great-circle distance from the place asked for"),
        Form("數值，公尺，一位小數", "number, metres, one decimal", "number", minimum=0),
        "182.4",
        {API: "distance_m"},
    ),
    Field(
        "bearing_deg",
        Text("從查詢位置看的方位角，北為 0，順時針", "bearing from there, clockwise from north"),
        Form("整數，度", "whole number, degrees", "integer", minimum=0, maximum=359),
        "45",
        {API: "bearing_deg"},
    ),
    Field(
        "direction",
        Text("從查詢位置看的方向", "direction from there"),
        TEXT,
        "north-east",
        {API: "direction"},
    ),
)

# daily/YYYY-MM-DD.csv: how a Taipei day went, a row an outlet and product.
DAILY: tuple[Field, ...] = (
    Field(
        "date",
        Text("臺北日期", "the Taipei day"),
        Form("日期，YYYY-MM-DD", "date, YYYY-MM-DD", "date"),
        "2020-02-06",
    ),
    replace(RECORD[0], files={}),
    Field("product", Text("產品代號", "id of the product"), WORD, "adult_mask"),
    Field(
        "opening",
        Text("當日開始的數量", "in stock as the day began"),
        PIECES,
        "120",
    ),
    Field("received", Text("當日進貨，已扣除更正", "received, corrections taken off"), NET, "200"),
    Field("sold", Text("當日售出，已扣除退回", "sold, reversals taken off"), NET, "250"),
    Field(
        "closing",
        Text(
            "當日結束的數量 = opening + received − sold",
            "in stock as the day ended: opening + received − sold",
        ),
        PIECES,
        "70",
    ),
    Field(
        "sold_out_at",
        Text(
            "最後一次售完的時間；當日結束時還有庫存，或當日沒有售完，為空",
            "when it last sold out; empty where any is left as the day ends, or none was sold",
        ),
        TIME_OR_NOT,
        "2020-02-06T10:27:05+08:00",
    ),
    Field(
        "hours_in_stock",
        Text("當日有庫存的時數", "for how long of the day there was any"),
        Form(
            "數值，小時，兩位小數", "number, hours, two decimals", "number", minimum=0, maximum=24
        ),
        "3.25",
    ),
)

# current.json: which release is the newest. The API's answers open with some of these.
CURRENT: tuple[Field, ...] = (
    Field(
        "sequence",
        Text("最新資料集的編號，只會變大", "number of the newest release; only ever grows"),
        NUMBER,
        "123",
    ),
    Field(
        "manifest",
        Text("它的清單，相對於資料夾", "its manifest, relative to the folder"),
        TEXT,
        "0000000123/manifest.json",
    ),
    Field("sha256", Text("清單的雜湊值", "hash of that manifest's bytes"), HASH, "9f86d081…"),
    Field(
        "checked_at",
        Text(
            "最後一次查看帳冊的時間，不論有無變動",
            "when the ledger was last looked at, changed or not",
        ),
        TIME,
        "2020-02-06T10:30:35+08:00",
    ),
    Field(
        "ttl_s",
        Text(
            "幾秒後會再查看；超過 3 倍即為過時（stale）",
            "seconds until the next look; stale after three times as long",
        ),
        Form("整數，秒", "whole number, seconds", "integer", minimum=1),
        "30",
    ),
)

MANIFEST: tuple[Field, ...] = (
    Field("sequence", Text("資料集編號", "number of the release"), NUMBER, "123"),
    Field(
        "as_of",
        Text("數量的時間", "the instant the numbers are true for"),
        TIME,
        RECORD[-2].example,
    ),
    Field("published_at", Text("發布時間", "when it was made"), TIME, RECORD[-1].example),
    Field("ttl_s", CURRENT[-1].meaning, CURRENT[-1].form, "30"),
    Field(
        "ledger_position",
        Text("數量算到帳冊的哪裡", "how far in the ledger the numbers reach"),
        OPAQUE,
        "181234",
    ),
    Field(
        "state_position",
        Text("販售點自述算到哪裡", "how far in what outlets say of themselves"),
        OPAQUE,
        "9120",
    ),
    Field(
        "previous",
        Text("上一份清單的雜湊值；第一份為空", "hash of the manifest before; empty in the first"),
        HASH_OR_NOT,
        "60303ae2…",
    ),
    Field("audit_head", Text("稽核鏈首", "head of the audit chain"), HASH, "fd61a03a…"),
    Field(
        "audit_position",
        Text("稽核鏈涵蓋幾筆", "how many audit rows that head covers"),
        OPAQUE,
        "402211",
    ),
    Field(
        "rules",
        Text(
            "當時的方案：programme、block（生效日）、pinned、hash、words（中英文說明）、document（全文）",
            "the rules in force: programme, block (day of effect), pinned, hash, words (in both"
            " languages), document (in full)",
        ),
        MEMBERS,
        '{"programme": "masks", "block": "2020-02-06", …}',
    ),
    Field(
        "counts",
        Text(
            "販售點數、有庫存的販售點數、各產品總片數",
            "outlets, outlets with any stock, all pieces of each product",
        ),
        MEMBERS,
        '{"outlets": 6505, …}',
    ),
    Field(
        "files",
        Text(
            "各檔案：path、media_type、bytes、sha256、rows（列出幾個販售點）",
            "each file: path, media_type, bytes, sha256, rows (how many outlets it lists)",
        ),
        Form("清單", "list", "array"),
        '[{"path": "maskdata.csv", …}]',
    ),
    Field(
        "disclaimer",
        Text("官方聲明", "the official disclaimer, to be shown"),
        TEXT,
        "口罩數量以藥局實際存量為主…",
    ),
)

# What opens every answer of the API.
ENVELOPE: tuple[Field, ...] = (
    Field(
        "snapshot", Text("資料集編號", "number of the snapshot"), NUMBER, "123", {API: "snapshot"}
    ),
    Field("as_of", MANIFEST[1].meaning, TIME, MANIFEST[1].example, {API: "as_of"}),
    Field("published_at", MANIFEST[2].meaning, TIME, MANIFEST[2].example, {API: "published_at"}),
    Field("checked_at", CURRENT[3].meaning, TIME, CURRENT[3].example, {API: "checked_at"}),
    Field(
        "stale",
        Text(
            "true：已超過 3 倍 ttl_s 沒有更新，請告訴使用者",
            "true: not confirmed for three times ttl_s; tell your users",
        ),
        TRUTH,
        "false",
        {API: "stale"},
    ),
)


def named(name: str) -> Field:
    """Return a field of an outlet, or of the API's answers, by its name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


def columns_of(file: str, products: Sequence[str] = tuple(OF_PRODUCTS)) -> dict[str, Field]:
    """Return the names in a file, each with its field."""
    fields = (*record_of(products), *ALSO)
    return {found.files[file]: found for found in fields if file in found.files}


_BY_NAME = {found.name: found for found in (*ENVELOPE, *ALSO, *RECORD)}
