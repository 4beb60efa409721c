"""Words of the frame every page has, and of errors."""

from __future__ import annotations

from core.domain.text import Text

PAGE = {
    "system_name": Text("防疫口罩管控系統", "Mask rationing system"),
    "skip": Text("跳到主要內容", "Skip to the content"),
    "other_language": Text("English", "中文"),
    "needs_scripts": Text(
        "櫃檯作業需要啟用瀏覽器的 JavaScript，請啟用後重新整理。",
        "The counter needs JavaScript: please switch it on and reload this page.",
    ),
    "demo_mark": Text("示範", "Demonstration"),
    "demo_line": Text(
        "示範環境：卡片、人員與庫存皆為虛構。",
        "Demonstration: cards, people and stock are all made up.",
    ),
    "pinned": Text("規定固定採用 {day} 之版本", "Rules held at those of {day}"),
    "institution_code": Text("醫事機構代碼", "Institution code"),
    "stock": Text("庫存", "Stock"),
    "connected": Text("連線正常", "Connected"),
    "log_out": Text("登出", "Log out"),
    "home": Text("我的首頁", "My page"),
    "services": Text("服務項目", "Services"),
    "menu_purchase": Text("購買", "Purchase"),
    "menu_intake": Text("進貨登錄", "Intake"),
    "menu_records": Text("紀錄", "Records"),
    "purchase_title": Text("防疫口罩管控系統_購買", "Mask rationing system: purchase"),
    "intake_title": Text("防疫口罩管控系統_進貨登錄", "Mask rationing system: intake"),
    "records_title": Text("防疫口罩管控系統_紀錄", "Mask rationing system: records"),
    "required_legend": Text(
        "欄位名稱前有「*」標記者為必填欄位", "Fields marked with * must be filled in"
    ),
    "required": Text("必填", "required"),
    "today": Text("今日", "Today"),
    "no_services": Text(
        "此身分目前沒有櫃檯作業。", "This role has no work at the counter at present."
    ),
    "buyers_today": Text("今日可購買", "May buy today"),
    "who_and_role": Text("{name} {role}", "{name}, {role}"),
    "error_number": Text("問題編號", "Reference"),
    "back_home": Text("回我的首頁", "Back to my page"),
}
SCRIPT: dict[str, Text] = {}
