"""What stands around every page, ages, levels and errors, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "site_name": Text("口罩哪裡買", "Where to buy masks"),
    "skip": Text("跳到主要內容", "Skip to the content"),
    "other_language": Text("English", "中文"),
    "menu": Text("選單", "Menu"),
    "nav_search": Text("查詢", "Search"),
    "nav_rules": Text("購買規定", "Rules"),
    "nav_apps": Text("應用清冊", "Apps"),
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
    "rule_today": Text("今天 {day}可買：", "Today, {day}:"),
    "page_is_old": Text("這一頁已舊，重新載入", "This page is old: load it anew"),
    "text_mode": Text("純文字版（省流量）", "Text only (saves data)"),
    "full_mode": Text("完整版", "Full version"),
    "theme": Text("明暗", "Appearance"),
    "theme_auto": Text("自動", "System"),
    "theme_light": Text("淺色", "Light"),
    "theme_dark": Text("深色", "Dark"),
    "sunset_label": Text("停止更新公告", "End of the service"),
    "sunset_before": Text(
        "資料將於 {day} 之後停止更新；屆時本站保留最後的數量。",
        "The data will be updated until {day}; after that the last numbers stay here.",
    ),
    "sunset_after": Text(
        "資料已於 {day} 停止更新。以下是最後的數量，不再代表現場。",
        "The data ended on {day}. These are the last numbers; they no longer describe the shelf.",
    ),
    "share_text": Text(
        "哪一間藥局現在真的還買得到口罩：附近、數量、號碼牌、規定。數量以藥局實際存量為主。",
        "Where masks can really be bought now: near you, how many, tickets and rules. The stock at"
        " the pharmacy counts.",
    ),
    "share_picture_words": Text(
        "口罩哪裡買：查詢附近販售點的口罩存量",
        "Where to buy masks: the stock of the outlets near you",
    ),
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
    "until": Text("至 {time}", "until {time}"),
    "until_end_of_today": Text("至今日結束", "until the end of today"),
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
        "網址中的條件「{parameter}」有誤，請重新查詢。",
        "The condition “{parameter}” in the address is wrong; please search anew.",
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
