"""The directory of applications, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "apps_title": Text("應用清冊", "Directory of applications"),
    "apps_intro": Text(
        "用這份開放資料做的地圖、機器人與 App。歡迎放上自己的連結。",
        "Maps, bots and apps made with these open data. Add your own.",
    ),
    "apps_disclaimer": Text(
        "清冊中的應用由各作者維護，數量以販售點實際存量為準。",
        "Each application is its author's; the stock actually at the outlet counts.",
    ),
    "apps_submit": Text("放上我的應用", "Add an application"),
    "apps_filter": Text("依類別篩選", "Filter by category"),
    "apps_recent": Text("現在的應用", "Applications of today"),
    "apps_none_recent": Text(
        "這裡還沒有新的應用，歡迎成為第一個。", "There is none yet; be the first."
    ),
    "apps_none_here": Text("這一類沒有應用。", "There is none of this kind."),
    "apps_history": Text("2020 年的應用", "Applications of 2020"),
    "apps_history_intro": Text(
        "第一天的口罩地圖與機器人，作為歷史紀錄保存。來源：{source}。清單上的圖片未註明授權，故不轉載。",
        "The maps and bots of the first days, kept as history. Source: {source}. The list's"
        " pictures state no licence and are not copied.",
    ),
    "apps_related": Text("相關連結", "Related links"),
    "apps_by": Text("作者", "By"),
    "apps_platform": Text("平台", "Platform"),
    "apps_category": Text("類別", "Category"),
    "apps_first_seen": Text("首見", "First seen"),
    "apps_state": Text("狀態", "State"),
    "apps_link_works": Text("連結正常", "link works"),
    "apps_link_broken": Text("連結失效", "link is broken"),
    "apps_link_unchecked": Text("連結未檢查", "link not checked"),
    "apps_checked_at": Text("{time} 檢查", "checked {time}"),
    "apps_json": Text("供程式讀取：", "For programs:"),
    "apps_form_title": Text("放上我的應用", "Add an application"),
    "apps_form_intro": Text(
        "送出後由管理者審核，通過才會公開。送出的內容全部公開，請勿填寫個人資料。",
        "A steward reviews it before it is shown. All of it becomes public; enter no personal"
        " data.",
    ),
    "apps_required": Text("標示 * 的欄位必填。", "Fields marked * are required."),
    "apps_name": Text("名稱", "Name"),
    "apps_url": Text("網址", "Address"),
    "apps_url_hint": Text("以 https:// 開頭", "beginning with https://"),
    "apps_author": Text("作者或團隊", "Author or team"),
    "apps_author_url": Text("作者的網頁", "Author's page"),
    "apps_description": Text("一句話介紹", "In one sentence"),
    "apps_choose": Text("請選擇", "Choose"),
    "apps_trap": Text("請留空", "Leave this empty"),
    "apps_send": Text("送出審核", "Send for review"),
    "apps_fix": Text("有一欄需要修正。", "One field needs a correction."),
    "apps_already": Text(
        "這個網址已在清冊中，或正在等候審核，不需再送。",
        "This address is in the directory or waits for review; no need to send it again.",
    ),
    "apps_queue_full": Text(
        "等候審核的太多了，請一小時後再送；您填的內容仍在下方。",
        "Too many wait for review; please try again in an hour. What you entered is still below.",
    ),
    "apps_sent_title": Text("已收到，等候審核", "Received; it waits for review"),
    "apps_sent_text": Text(
        "收件編號 {reference}。審核通過後會出現在應用清冊。",
        "Reference {reference}. It appears in the directory once it is accepted.",
    ),
    "apps_back": Text("回到應用清冊", "Back to the directory"),
}
