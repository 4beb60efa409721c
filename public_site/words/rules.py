"""The page of the rules, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "rules_title": Text("誰可以買、可以買多少", "Who may buy, and how much"),
    "rules_who_today": Text("今天誰可以買", "Who may buy today"),
    "digit_title": Text("我哪一天可以買？", "On which day may I buy?"),
    "digit_label": Text("證號最後一碼", "Last digit of your number"),
    "digit_none": Text("請選擇", "choose"),
    "digit_hint": Text(
        "只需要最後一碼，不要輸入完整證號。填了上次購買日，就會算出下次購買起日；兩者都不會留存。",
        "The last digit is enough; never enter the whole number. With the day of your last"
        " purchase the next purchase date is worked out. Neither is kept.",
    ),
    "digit_button": Text("查看日期", "Show the days"),
    "digit_answer": Text("末一碼 {digit}：", "Last digit {digit}:"),
    "digit_yes": Text("可以買", "may buy"),
    "digit_no": Text("不能買", "may not buy"),
    "digit_condition": Text(
        "前提是購買期間內還沒買過。", "Provided that the time since the last purchase has passed."
    ),
    "bought_label": Text("上次購買日（可不填）", "Day of your last purchase (if any)"),
    "bought_unreadable": Text(
        "看不懂這個日期，請寫成 2020-02-06 或 109/02/06。",
        "This is not a day; write it as 2020-02-06 or 109/02/06.",
    ),
    "bought_future": Text(
        "這一天還沒到，請填已經購買的日期。",
        "That day is still to come. Enter a day on which you have bought.",
    ),
    "bought_too_early": Text(
        "這一天實名制還沒開始，當時的購買不計，可以直接購買。",
        "Name-based sale had not begun on that day; such a purchase does not count.",
    ),
    "own_digit": Text("末一碼 {digit}", "Last digit {digit}"),
    "own_letter": Text("英文字母", "a letter"),
    "own_odd": Text("單號", "Odd last digits"),
    "own_even": Text("雙號", "Even last digits"),
    "own_bought_on": Text("{day} 買過一次：", "Bought on {day}:"),
    "own_not_bought": Text("購買期間內還沒買過的話：", "If you have not bought in this period:"),
    "own_today": Text("今天就可以買", "may buy today"),
    "own_next": Text("{day}起可以買", "may buy from {day}"),
    "own_next_round": Text(
        "要等下一輪，日期尚未公布", "must wait for the next round, which is not announced yet"
    ),
    "day_of_odd": Text("單號", "odd"),
    "day_of_even": Text("雙號", "even"),
    "day_of_all": Text("皆可", "all"),
    "day_of_nobody": Text("無", "none"),
    "calendar_title": Text("這一週和下一週", "This week and the next"),
    "calendar_caption": Text(
        "每一天哪些證號末一碼可以買。", "Whose last digit may buy on each day."
    ),
    "calendar_key": Text("✓＝可以買，✕＝不能買。", "✓: may buy; ✕: may not."),
    "rules_quota": Text("可以買幾片、多少錢", "How many, at what price"),
    "rules_days": Text("多久可以再買一次、一天怎麼算", "How often, and what counts as a day"),
    "rules_children": Text("兒童", "Children"),
    "rules_foreigners": Text("外籍人士", "Foreigners"),
    "rules_on_behalf": Text("代購：幫別人買", "Buying for somebody else"),
    "rules_bring": Text("要帶什麼", "What to bring"),
    "rules_supply": Text("供應量與依據", "Supply, and where this is laid down"),
    "rules_refused": Text("我沒買卻被拒，怎麼辦？", "Refused, though I have not bought?"),
    "rules_refused_why": Text(
        "櫃檯顯示「購買期間內已購買」而您確定沒有買，請依序：",
        "The counter says that you have bought, and you are sure that you have not. In this order:",
    ),
    "rules_take_along": Text("詢問時請備妥", "Have at hand when you ask"),
    "rules_whom_to_ask": Text("可以問誰", "Whom to ask"),
    "rules_every_reason": Text(
        "櫃檯的每一種訊息，以及您可以怎麼做", "Every message of the counter, and what you can do"
    ),
    "rules_upcoming": Text("即將實施的規定", "Announced changes"),
    "rules_after_that": Text("更之後的（{n} 次）", "Later ones ({n})"),
    "rules_history": Text("規定的沿革", "How the rules have changed"),
    "rules_history_open": Text("歷次規定（{n} 次）", "All {n} of them"),
    "rules_from": Text("{day}起", "From {day}"),
    "rules_in_force": Text("現行", "in force"),
    "rules_source": Text("依據：", "Source (in Chinese):"),
    "rules_no_longer": Text("不再適用：{line}", "No longer: {line}"),
    "rules_same": Text(
        "本頁由販售點櫃檯判斷資格所用的同一份規定產生。",
        "This page is made from the very rules by which the counter decides.",
    ),
}
