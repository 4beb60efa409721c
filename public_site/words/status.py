"""The page about the service, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
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
