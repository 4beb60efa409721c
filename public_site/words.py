"""Every word of the pages, Chinese and English side by side.

A test compares this table with what templates and code ask for: nothing may be missing, nothing
may be left over.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.domain.text import Text

_FRAME = {
    "site_name": Text("口罩哪裡買", "Where to buy masks"),
    "skip": Text("跳到主要內容", "Skip to the content"),
    "other_language": Text("English", "中文"),
    "menu": Text("選單", "Menu"),
    "nav_search": Text("查詢", "Search"),
    "nav_rules": Text("購買規定", "Rules"),
    "nav_data": Text("開放資料", "Open data"),
    "nav_status": Text("系統狀態", "Status"),
    "disclaimer": Text(
        "口罩數量以藥局實際存量為主，線上查詢之數量僅供參考",
        "The stock actually at the pharmacy counts; the numbers shown online are for reference",
    ),
    "footer_source": Text(
        "數量由販售點登錄，經簽章後發布。",
        "Outlets record the numbers; they are signed before they are published.",
    ),
    "footer_licence": Text(
        "資料採「政府資料開放授權條款－第1版」提供。",
        "The data are provided under the Open Government Data Licence of Taiwan, version 1.0.",
    ),
    "footer_privacy": Text(
        "本站不使用 Cookie，不記錄查詢內容及位置。",
        "This site sets no cookies and keeps no record of searches or positions.",
    ),
    "pinned_short": Text(
        "示範：購買規定固定為 {block} 版本，並非現行規定。",
        "Demonstration: the rules are held at those of {block}; they are not the rules of today.",
    ),
}

_FRESHNESS = {
    "age_of_data": Text("資料時間", "Age of the data"),
    "data_of": Text("資料", "Data"),
    "fresh": Text("最新", "up to date"),
    "stale_title": Text("資料已停止更新，數量待確認", "The data are no longer updated"),
    "stale_text": Text(
        "以下為最後一次收到的數量，可能與現場不同；前往之前請先打電話詢問。系統恢復後會自動更新。",
        "These are the last numbers received and may differ from the shelf; please call before you"
        " go. Updates resume by themselves.",
    ),
    "just_now": Text("剛剛", "just now"),
    "seconds_ago": Text("{n} 秒前", "{n} s ago"),
    "minutes_ago": Text("{n} 分鐘前", "{n} min ago"),
    "hours_ago": Text("{n} 小時前", "{n} h ago"),
    "days_ago": Text("{n} 天前", "{n} d ago"),
    "snapshot_no": Text("第 {n} 號資料集", "Snapshot {n}"),
}

_LEVELS = {
    "level_plenty": Text("充足", "plenty"),
    "level_some": Text("尚有", "some"),
    "level_few": Text("不多", "few"),
    "level_none": Text("售完", "sold out"),
    "availability_buyable": Text("可購買", "can be bought"),
    "availability_tickets_gone": Text("號碼牌已發完", "number tickets are gone"),
    "availability_sold_out": Text("今日已售完", "sold out for today"),
    "availability_paused": Text("暫停販售", "sale paused"),
    "availability_closed": Text("已停止販售", "no longer sells"),
    "availability_unsure": Text("待確認", "to be confirmed"),
    "since": Text("{time} 起", "since {time}"),
}

_SEARCH = {
    "search_title": Text("查詢口罩存量", "Mask stock near you"),
    "search_label": Text("地址、藥局名稱或代碼", "Address, pharmacy name or code"),
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
    "near_result": Text("離您最近的販售點", "Nearest to you"),
    "filters": Text("篩選", "Filters"),
    "quoted": Text("「{text}」", "“{text}”"),
    "more_conditions": Text("縣市、鄉鎮市區、類別", "County, town, kind"),
    "apply": Text("套用", "Apply"),
    "remove_filter": Text("移除篩選：{name}", "Remove filter: {name}"),
    "now_in_stock": Text("現在有", "In stock"),
    "county": Text("縣市", "County or city"),
    "town": Text("鄉鎮市區", "Town or district"),
    "kind": Text("類別", "Kind"),
    "all": Text("全部", "All"),
    "choose_county_first": Text("先選縣市", "Choose a county first"),
    "by_county": Text("依縣市查看", "By county or city"),
    "in_stock_of": Text("{stock}／{total} 間有", "{stock} of {total} have some"),
    "rules_today": Text("今天可買", "Today:"),
    "found": Text("{total} 個販售點，{stock} 個現在有", "{total} outlets, {stock} have some now"),
    "found_near": Text(
        "離您最近的 {n} 個販售點，最遠 {distance}",
        "The {n} outlets nearest to you, up to {distance}",
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
    "nearest_with_stock": Text("最近且現在有的販售點", "Nearest outlets that have some now"),
    "page_of": Text("第 {page}／{pages} 頁", "Page {page} of {pages}"),
    "previous": Text("上一頁", "Previous"),
    "next": Text("下一頁", "Next"),
    "pages": Text("分頁", "Pages"),
    "call": Text("打電話", "Call"),
    "call_name": Text("打電話給{name}", "Call {name}"),
    "navigate": Text("導航", "Directions"),
    "navigate_name": Text("導航到{name}", "Directions to {name}"),
    "changed": Text("{ago}異動", "changed {ago}"),
    "open_today": Text("今天開：{parts}", "Open today: {parts}"),
    "closed_today": Text("今天休息", "Closed today"),
    "metres": Text("{n} 公尺", "{n} m"),
    "kilometres": Text("{n} 公里", "{n} km"),
}

_OUTLET = {
    "remaining": Text("剩餘數量", "Remaining stock"),
    "details": Text("販售點資料", "About this outlet"),
    "address": Text("地址", "Address"),
    "phone": Text("電話", "Phone"),
    "code": Text("醫事機構代碼", "Institution code"),
    "note": Text("備註", "Note"),
    "sale_windows": Text("販售時段", "Sale windows"),
    "tickets": Text("號碼牌", "Number tickets"),
    "website": Text("網站", "Website"),
    "not_given": Text("未提供", "not given"),
    "hours": Text("固定看診（營業）時段", "Opening periods"),
    "hours_hint": Text(
        "販售口罩的時間可能不同，請以備註或電話詢問為準。",
        "Masks may be sold at other times; see the note or call.",
    ),
    "hours_unknown": Text("未提供營業時段。", "The opening periods are not known."),
    "part_0": Text("上午", "morning"),
    "part_1": Text("下午", "afternoon"),
    "part_2": Text("晚上", "evening"),
    "day_0": Text("一", "Mon"),
    "day_1": Text("二", "Tue"),
    "day_2": Text("三", "Wed"),
    "day_3": Text("四", "Thu"),
    "day_4": Text("五", "Fri"),
    "day_5": Text("六", "Sat"),
    "day_6": Text("日", "Sun"),
    "open": Text("營業", "open"),
    "closed": Text("休息", "closed"),
    "today": Text("今天", "today"),
    "period": Text("時段", "Period"),
    "where": Text("位置", "Where it is"),
    "open_in_phone": Text("在地圖程式開啟", "Open in a map app"),
    "open_osm": Text("OpenStreetMap", "OpenStreetMap"),
    "open_google": Text("Google 地圖路線", "Google Maps directions"),
    "precision_rooftop": Text("精確到門牌", "exact to the house"),
    "precision_road": Text("精確到道路", "exact to the road"),
    "precision_town": Text(
        "只知道在哪個鄉鎮市區，圖上是該區中心，請以地址為準",
        "only the town is known: this is its centre; go by the address",
    ),
    "precision_": Text("精確度未註明", "precision not stated"),
    "coordinate_source": Text("座標來源：{source}", "Source of the position: {source}"),
    "source_not_stated": Text("未註明", "not stated"),
    "as_of": Text("數量時間 {time}", "Numbers of {time}"),
    "this_as_json": Text("這一筆的 JSON", "This record as JSON"),
    "last_change": Text("最近異動", "Last change"),
    "never_changed": Text("尚無異動", "no change yet"),
    "back_to_search": Text("回到查詢", "Back to the search"),
    "more_in_town": Text("{town}的其他販售點", "Other outlets in {town}"),
    "why_not": Text("現在不能購買", "Nothing can be bought here now"),
}

_RULES = {
    "rules_title": Text("誰可以買、可以買多少", "Who may buy, and how much"),
    "rules_who_today": Text("今天誰可以買", "Who may buy today"),
    "week_ahead": Text("未來七天", "The next seven days"),
    "date": Text("日期", "Date"),
    "who": Text("可購買者", "Who may buy"),
    "digit_title": Text("我哪一天可以買？", "On which day may I buy?"),
    "digit_label": Text("證號最後一碼", "Last digit of your number"),
    "digit_hint": Text(
        "只需要最後一碼，不要輸入完整證號。",
        "The last digit is enough; never enter the whole number.",
    ),
    "digit_button": Text("查看日期", "Show the days"),
    "digit_answer": Text("末一碼 {digit}：成人", "Last digit {digit}: adults"),
    "digit_yes": Text("可以買", "may buy"),
    "digit_no": Text("不能買", "may not buy"),
    "digit_condition": Text(
        "前提是購買間隔已滿；孩童的規定見下方。",
        "Provided that the time since the last purchase has passed; for children see below.",
    ),
    "rules_in_full": Text("完整規定", "The rules in full"),
    "rules_same": Text(
        "本頁由販售點櫃檯判斷資格所用的同一份規定產生。",
        "This page is made from the very rules by which the counter decides.",
    ),
}

_DATA = {
    "data_title": Text("開放資料", "Open data"),
    "data_intro": Text(
        "所有檔案、API 和網頁都出自同一份資料集，沒有時間差。免申請、免金鑰。",
        "Files, API and pages all come from one snapshot, at the same moment. No registration, no"
        " key.",
    ),
    "three_lines": Text("三行就能開始", "Three lines to begin"),
    "line_csv": Text("下載官方格式 CSV", "Download the official CSV"),
    "line_nearby": Text("臺北車站附近現在有的", "What is in stock near Taipei main station"),
    "line_python": Text("用 Python 讀取", "Read it with Python"),
    "files_title": Text("目前的檔案", "The files now"),
    "file": Text("檔案", "File"),
    "what": Text("內容", "What it holds"),
    "rows": Text("筆數", "Rows"),
    "size": Text("大小", "Size"),
    "compressed": Text("壓縮後 {size}", "{size} compressed"),
    "file_maskdata.csv": Text(
        "官方七欄格式；兩種數量皆為 0 的不列",
        "The official seven columns; rows with both numbers 0 are left out",
    ),
    "file_maskdata-all.csv": Text(
        "所有販售點，含 0、座標、等級與販售狀態",
        "Every outlet, zeros included, with coordinates, level and availability",
    ),
    "file_outlets.geojson": Text(
        "所有販售點，地圖用（RFC 7946）", "Every outlet, for maps (RFC 7946)"
    ),
    "file_points.json": Text(
        "與 2020 年社群的 points.json 相容", "Drop-in for the community's points.json of 2020"
    ),
    "file_other": Text("資料檔", "Data file"),
    "addresses_2020": Text("2020 年程式使用的網址仍然有效：", "The addresses of 2020 still work:"),
    "api_title": Text("API", "API"),
    "api_outlets": Text("依條件列出販售點", "Outlets by condition"),
    "api_one": Text("單一販售點", "One outlet"),
    "api_nearby": Text("依距離排序", "By distance"),
    "api_snapshot": Text("資料集資訊", "About the snapshot"),
    "verify_title": Text("如何驗證", "How to verify"),
    "verify_text": Text(
        "每份資料集都有 Ed25519 簽章。下列指令下載清單、簽章與公鑰並驗證；"
        "公鑰請另從您信任的管道核對。",
        "Every snapshot is signed with Ed25519. These commands fetch manifest, signature and key,"
        " and check them; compare the key with one from a channel that you trust.",
    ),
    "fixed_address": Text(
        "固定網址（內容永不改變）：", "Fixed address (its content never changes):"
    ),
    "terms": Text(
        "使用時請註明資料時間；availability 不是 buyable 時表示目前無法購買。",
        "Please show the time of the data; an availability other than buyable means that nothing"
        " can be bought now.",
    ),
}

_STATUS = {
    "status_title": Text("系統狀態", "Status"),
    "status_fresh": Text("資料正常更新", "The data are being updated"),
    "sequence": Text("資料集編號", "Snapshot number"),
    "as_of_label": Text("數量時間", "Numbers of"),
    "published_label": Text("發布時間", "Published"),
    "checked_label": Text("最近檢查", "Last checked"),
    "ledger_position": Text("帳冊位置", "Position in the ledger"),
    "audit_head": Text("稽核鏈首", "Head of the audit chain"),
    "outlets_label": Text("販售點", "Outlets"),
    "with_stock_label": Text("現在有的販售點", "Outlets with stock"),
    "pieces_label": Text("全國剩餘", "Remaining in the country"),
    "rules_label": Text("適用規定", "Rules in force"),
    "status_machine": Text("供程式讀取：", "For programs:"),
}

_ERRORS = {
    "outlet_unknown_title": Text("找不到這個販售點", "There is no such outlet"),
    "outlet_unknown_text": Text(
        "代碼「{code}」不在目前的資料中。代碼是十個字元，例如 5901012345；也可以用名稱或地址查詢。",
        "The code “{code}” is not in the present data. A code has ten characters, such as"
        " 5901012345; you can also search by name or address.",
    ),
    "not_found_title": Text("找不到這個網頁", "There is no such page"),
    "not_found_text": Text(
        "網址可能打錯，或頁面已經移走。", "The address may be mistyped, or the page has moved."
    ),
    "invalid_title": Text("無法理解查詢條件", "The search cannot be understood"),
    "invalid_text": Text(
        "網址中的條件有誤：{detail}", "A condition in the address is wrong: {detail}"
    ),
    "empty_title": Text("資料準備中", "The data are being prepared"),
    "empty_text": Text(
        "系統剛啟動，還沒有收到第一份資料。本頁稍後會自動重新整理。",
        "The system has just started and has no data yet. This page reloads by itself.",
    ),
    "failed_title": Text("系統發生問題", "Something went wrong on our side"),
    "failed_text": Text(
        "問題已記錄，請稍後再試。編號：{request_id}",
        "It has been noted; please try again later. Reference: {request_id}",
    ),
    "refused_title": Text("無法處理這個請求", "This request cannot be answered"),
    "refused_text": Text("{detail}", "{detail}"),
}

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        **_FRAME,
        **_FRESHNESS,
        **_LEVELS,
        **_SEARCH,
        **_OUTLET,
        **_RULES,
        **_DATA,
        **_STATUS,
        **_ERRORS,
    }
)


def word(key: str, language: str, **values: object) -> str:
    """Return words by key in a language, placeholders filled."""
    text = WORDS[key].in_language(language)
    return text.format(**values) if values else text
