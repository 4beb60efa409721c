"""Every parameter of the interface: what it means and what it may be.

Bounds and allowed words are those of the code that reads them, not a second list; a test compares
the names with ``search.PARAMETERS`` and tries every bound. The OpenAPI document, the page
`/data/api` and `docs/app-builder.md` are made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.dictionary import AVAILABILITY
from core.domain.outlets import CODE, KINDS
from core.domain.text import Text
from public_site.api import (
    DEFAULT_LIMIT,
    DEFAULT_NEAREST,
    DEFAULT_RADIUS_M,
    MOST_LIMIT,
    MOST_NEAREST,
)
from public_site.search import FURTHEST_M, MOST_CODES

LIST, NEAR, MAP, CHANGES = "outlets", "nearby", "map", "changes"
FILTERED = (LIST, NEAR, MAP)
LONGEST_TEXT = 100
# Empty parameters, which forms send, are left out.
_FLAG = {"type": "string", "enum": ["1", "0", "true", "false", "yes", "no", ""], "default": "0"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the query. ``schema`` is JSON Schema of the text that is sent."""

    name: str
    meaning: Text
    schema: Mapping[str, object]
    example: str
    calls: tuple[str, ...] = FILTERED
    required: bool = False


def _words(allowed: Mapping[str, Text]) -> dict[str, object]:
    return {"type": "string", "enum": [*allowed, ""]}


def _some(allowed: Mapping[str, Text]) -> dict[str, object]:
    """Return the schema of a list with commas."""
    one = "|".join(allowed)
    return {"type": "string", "pattern": f"^(({one})(,({one}))*)?$", "maxLength": LONGEST_TEXT}


def _free(**more: object) -> dict[str, object]:
    return {"type": "string", "maxLength": LONGEST_TEXT, **more}


def _whole(low: int, high: int, default: int) -> dict[str, object]:
    return {"type": "integer", "minimum": low, "maximum": high, "default": default}


def _degrees(most: int) -> dict[str, object]:
    return {"type": "number", "minimum": -most, "maximum": most}


def parameters_of(products: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Return every parameter; ``products`` are those of the programme that is served."""
    return (*_PLACE, *_state(products), *_SHAPE)


_PLACE = (
    Parameter(
        "county",
        Text("縣市：代碼、中文（臺、台皆可）或英文名稱", "county: code, Chinese or English name"),
        _free(),
        "63000",
    ),
    Parameter(
        "town",
        Text("鄉鎮市區：代碼或名稱", "town: code or name"),
        _free(),
        "63000050",
    ),
    Parameter(
        "kind",
        Text("類別，可以多個，以逗號分隔", "kind of outlet; several with commas"),
        _some(KINDS),
        "pharmacy",
    ),
    Parameter(
        "q",
        Text(
            "名稱、地址或代碼中的文字；多個詞都要符合；台／臺、全形、空白不必計較",
            "text in name, address or code; several words must all be found; 台/臺, full width"
            " and spaces are forgiven",
        ),
        _free(),
        "中正區",
    ),
    Parameter(
        "codes",
        Text(
            f"醫事機構代碼，最多 {MOST_CODES} 個，以逗號分隔",
            f"medical institution codes, up to {MOST_CODES}, with commas",
        ),
        {
            "type": "string",
            "pattern": f"^({CODE.pattern}(,{CODE.pattern}){{0,{MOST_CODES - 1}}})?$",
        },
        "5901012345,590101A011",
    ),
    Parameter(
        "bbox",
        Text("範圍：西,南,東,北（度）", "box: west,south,east,north in degrees"),
        _free(pattern=r"^(-?[0-9]+(\.[0-9]+)?(,-?[0-9]+(\.[0-9]+)?){3})?$"),
        "121.50,25.03,121.54,25.06",
    ),
)


def _state(products: tuple[str, ...]) -> tuple[Parameter, ...]:
    return (
        Parameter(
            "product",
            Text("in_stock 看哪一種產品", "the product that in_stock looks at"),
            {"type": "string", "enum": [*products, ""]},
            products[0],
        ),
        Parameter(
            "in_stock",
            Text("1：還有庫存", "1: pieces are left"),
            _FLAG,
            "1",
        ),
        Parameter(
            "open_now",
            Text("1：依看診時段，現在有開", "1: open at this hour by its service periods"),
            _FLAG,
            "1",
        ),
        Parameter(
            "window_now",
            Text("1：現在在販售時段內", "1: within one of its sale windows now"),
            _FLAG,
            "1",
        ),
        Parameter(
            "availability",
            Text("現在買不買得到", "whether a person can still buy"),
            _words(AVAILABILITY),
            "buyable",
        ),
    )


_SHAPE = (
    Parameter(
        "limit",
        Text("一頁幾筆", "how many on a page"),
        _whole(1, MOST_LIMIT, DEFAULT_LIMIT),
        "100",
        (LIST,),
    ),
    Parameter(
        "cursor",
        Text(
            "上一頁的 next_cursor；新資料集發布也不會漏掉",
            "the next_cursor of the page before; keeps its place in a new snapshot",
        ),
        _free(),
        "",
        (LIST,),
    ),
    Parameter(
        "lat",
        Text("緯度", "latitude, degrees"),
        _degrees(90),
        "25.0478",
        (NEAR,),
        required=True,
    ),
    Parameter(
        "lon",
        Text("經度", "longitude, degrees"),
        _degrees(180),
        "121.517",
        (NEAR,),
        required=True,
    ),
    Parameter(
        "radius_m",
        Text("半徑，公尺", "radius, metres"),
        {
            "type": "number",
            "minimum": 1,
            "maximum": FURTHEST_M,
            "default": DEFAULT_RADIUS_M,
        },
        "3000",
        (NEAR,),
    ),
    Parameter(
        "limit",
        Text("最多幾筆", "how many at most"),
        _whole(1, MOST_NEAREST, DEFAULT_NEAREST),
        "20",
        (NEAR,),
    ),
    Parameter(
        "since",
        Text(
            "您手上那份資料集的編號；回答此後變動的販售點",
            "the number of the snapshot that you hold; answers what changed after it",
        ),
        {"type": "integer", "minimum": 0, "maximum": 10**10 - 1},
        "2",
        (CHANGES,),
        required=True,
    ),
)
