"""The page about the service, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "status_title": Text("系統狀態", "Status"),
    "status_feed": Text("資料來源", "The feed"),
    "feed_active": Text("資料正常更新", "The data are being updated"),
    "feed_stale": Text(
        "資料已停止更新，以下是最後收到的數量",
        "The data are late; these are the last numbers received",
    ),
    "feed_ended": Text(
        "資料已結束發布，以下是最後的數量", "Publishing has ended; these are the last numbers"
    ),
    "status_fault": Text("最新的資料沒有採用：", "The newest data were not taken: "),
    "fault_untrusted": Text(
        "簽章或內容不符。仍提供前一次通過驗證的資料。",
        "signature or contents do not agree. The last good data stay.",
    ),
    "fault_older": Text(
        "比現有的資料舊。仍提供現有的資料。",
        "they are older than what is served. The present data stay.",
    ),
    "fault_shrunken": Text(
        "販售點突然少了許多，疑似不完整。仍提供前一次的資料。",
        "a good part of the outlets is missing. The last good data stay.",
    ),
    "fault_missing": Text(
        "檔案不完整，正在等候。仍提供前一次的資料。",
        "files are missing and waited for. The last good data stay.",
    ),
    "fault_other": Text(
        "讀取時發生問題，正在重試。仍提供前一次的資料。",
        "they could not be read; this is tried again. The last good data stay.",
    ),
    "status_numbers": Text("全國的數量", "Numbers of the country"),
    "status_service": Text("規定與服務", "Rules and service"),
    "status_snapshot": Text("這一份資料", "This snapshot"),
    "sequence": Text("資料集編號", "Snapshot number"),
    "as_of_label": Text("數量時間", "Numbers of"),
    "published_label": Text("發布時間", "Published"),
    "checked_label": Text("最近檢查", "Last checked"),
    "status_ttl": Text("有效時間", "Time to live"),
    "status_seconds": Text("{n} 秒", "{n} s"),
    "ledger_position": Text("帳冊位置", "Position in the ledger"),
    "state_position": Text("販售點資料位置", "Position of the outlets' own words"),
    "audit_position": Text("稽核紀錄位置", "Position in the audit trail"),
    "audit_head": Text("稽核鏈首", "Head of the audit chain"),
    "status_rules_hash": Text("規定的雜湊值", "Hash of the rules"),
    "status_courses": Text("每日變化", "Courses of the days"),
    "outlets_label": Text("販售點", "Outlets"),
    "with_stock_label": Text("現在有的販售點", "Outlets with stock"),
    "rules_label": Text("適用規定", "Rules in force"),
    "status_no_block": Text("尚未實施", "not in force yet"),
    "status_pinned": Text("示範：固定", "held, for the demonstration"),
    "status_sunset": Text("停止發布", "End of publishing"),
    "status_sunset_day": Text("最後一天：{day}", "last day: {day}"),
    "status_no_sunset": Text("沒有預定的結束日", "no end is planned"),
    "status_contact": Text("聯絡", "Contact"),
    "status_no_contact": Text("未提供", "not stated"),
    "status_announcements": Text("公告", "Announcements"),
    "status_machine": Text("用程式檢查", "Checking by machine"),
    "status_machine_how": Text(
        "第一行回答上面所有的數字；第二行在有資料可用時回答 200；"
        "第三行下載簽章過的指標檔，可用公鑰驗證。",
        "The first line answers all numbers above; the second 200 while data are served; the third"
        " fetches the signed pointer, to be checked with the public key.",
    ),
}
