"""The search page and its list, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "search_title": Text("查詢口罩存量", "Mask stock near you"),
    "search_label": Text(
        "地址、藥局名稱、代碼、鄉鎮市區或車站", "Address, pharmacy, code, town or station"
    ),
    "search_hint": Text("地址、藥局、捷運站…", "Address, name, station…"),
    "search_button": Text("查詢", "Search"),
    "near_me": Text("附近", "Near me"),
    "near_why": Text(
        "位置在您的裝置上先取到約 100 公尺，只用來依距離排序，不會留存。",
        "Your device rounds the position to about 100 m; it is used for sorting by distance and"
        " not kept.",
    ),
    "near_asking": Text("正在取得位置…", "Finding your position…"),
    "near_refused": Text(
        "沒有取得位置；可改用縣市或地址查詢。",
        "No position was given; please search by county or address instead.",
    ),
    "filters": Text("篩選", "Filters"),
    "quoted": Text("「{text}」", "“{text}”"),
    "more_conditions": Text("縣市、鄉鎮市區、類別", "County, town, kind"),
    "apply": Text("套用", "Apply"),
    "remove_filter": Text("移除篩選：{name}", "Remove filter: {name}"),
    "now_in_stock": Text("現在有", "In stock"),
    "open_now": Text("現在營業", "Open now"),
    "window_now": Text("販售時段中", "Sale hours now"),
    "open_at_present": Text("營業中", "Open now"),
    "shut_at_present": Text("現在未營業", "Not open now"),
    "selling_now": Text("正在販售時段", "now"),
    "these_outlets": Text("指定的 {n} 個販售點", "{n} outlets by code"),
    "this_area": Text("地圖範圍", "Area of the map"),
    "county": Text("縣市", "County or city"),
    "town": Text("鄉鎮市區", "Town or district"),
    "kind": Text("類別", "Kind"),
    "all": Text("全部", "All"),
    "choose_county_first": Text("先選縣市", "Choose a county first"),
    "by_county": Text("依縣市查看", "By county or city"),
    "in_stock_of": Text("{stock}／{total} 間有", "{stock} of {total} have some"),
    "found": Text("{total} 個販售點，{stock} 個現在有", "{total} outlets, {stock} have some"),
    "found_near": Text(
        "離您最近的 {n} 個販售點，最遠 {distance}",
        "The {n} outlets nearest to you, up to {distance}",
    ),
    "found_near_place": Text(
        "離{place}最近的 {n} 個販售點，最遠 {distance}",
        "The {n} outlets nearest to {place}, up to {distance}",
    ),
    "nowhere_found": Text("沒有符合的販售點", "No outlet fits"),
    "nowhere_why": Text(
        "符合所有條件的販售點一個也沒有。可以試試：", "None fits every condition. Try:"
    ),
    "without_stock_filter": Text("包含目前售完的", "Include those sold out now"),
    "without_text": Text("不限「{text}」", "Without “{text}”"),
    "with_shorter_text": Text("改查「{text}」", "Search for “{text}”"),
    "without_town": Text("整個{name}", "All of {name}"),
    "without_county": Text("全國", "The whole country"),
    "without_kind": Text("所有類別", "Every kind"),
    "alternative_count": Text("{n} 個", "{n} outlets"),
    "without_area": Text("不限地圖範圍", "Beyond the area of the map"),
    "without_open_now": Text("包含現在未營業的", "Including those not open now"),
    "without_window_now": Text("不限販售時段", "At any time of sale"),
    "nearest_with_stock": Text("最近且現在有的販售點", "Nearest outlets that have some now"),
    "page_of": Text("第 {page}／{pages} 頁", "Page {page} of {pages}"),
    "previous": Text("上一頁", "Previous"),
    "next": Text("下一頁", "Next"),
    "pages": Text("分頁", "Pages"),
    "call": Text("打電話", "Call"),
    "call_name": Text("打電話給{name}", "Call {name}"),
    "navigate": Text("導航", "Directions"),
    "navigate_name": Text("導航到{name}", "Directions to {name}"),
    "on_map": Text("地圖", "Map"),
    "on_map_name": Text("在地圖上看{name}", "{name} on the map"),
    "map_section": Text("地圖", "Map"),
    "list_or_map": Text("列表或地圖", "List or map"),
    "as_list": Text("列表", "List"),
    "as_map": Text("地圖", "Map"),
    "share": Text("分享", "Share"),
    "share_copied": Text("已複製連結", "Link copied"),
    "share_copied_near": Text(
        "已複製連結（含您約 100 公尺內的位置）", "Link copied; it tells about where you are"
    ),
    "share_failed": Text("無法複製，請複製網址列", "Please copy the address above"),
    "changed": Text("{ago}異動", "changed {ago}"),
    "open_today": Text("今天開：{parts}", "Open today: {parts}"),
    "closed_today": Text("今天休息", "Closed today"),
    "metres": Text("{n} 公尺", "{n} m"),
    "kilometres": Text("{n} 公里", "{n} km"),
}
