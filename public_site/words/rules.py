"""The page of the rules, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
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
