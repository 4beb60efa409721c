"""Words of the login page."""

from __future__ import annotations

from core.domain.text import Text

PAGE = {
    "login_title": Text("憑證登入", "Certificate login"),
    "login_cards": Text(
        "請使用醫事人員卡、自然人憑證、醫事機構卡或政府單位憑證登入。",
        "Log in with a medical personnel card, a citizen digital certificate, a medical"
        " institution card or a government unit certificate.",
    ),
    "login_no_reader": Text(
        "這台電腦的讀卡程式尚未連線，無法讀取憑證。",
        "The card program of this computer is not connected, so no card can be read.",
    ),
    "login_no_reader_next": Text(
        "請確認讀卡機與讀卡程式已安裝並啟動，再重新整理本頁。",
        "See that the reader and the card program are installed and running, then reload.",
    ),
    "login_expired": Text(
        "登入已逾時，請重新登入。逾時前送出的購買，請至最近購買紀錄確認是否完成。",
        "The session has ended: please log in again. For a sale sent just before, see in the"
        " recent purchases whether it went through.",
    ),
    "login_tray": Text("點選一張卡片登入", "Choose a card to log in"),
    "login_tray_empty": Text(
        "尚無示範卡片，請執行 maskmap demo card。",
        "There are no demo cards yet: run `maskmap demo card`.",
    ),
    "login_more": Text("更多藥師卡（{count} 張）", "More pharmacists' cards ({count})"),
    "choose_institution": Text("請選擇本次登入之機構", "Choose the institution to log in for"),
    "login_purpose": Text(
        "本系統供嚴重特殊傳染性肺炎防疫期間口罩購買管控作業使用。",
        "This system controls the purchase of masks during the epidemic.",
    ),
    "privacy": Text(
        "證號僅供資格審核，系統不留存證號與出生日期；每次查詢均留有稽核紀錄。",
        "Numbers serve the eligibility check only: neither number nor birth date is kept, and"
        " every look-up is audited.",
    ),
}
SCRIPT: dict[str, Text] = {}
