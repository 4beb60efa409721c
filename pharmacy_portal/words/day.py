"""Words of the day: stocktake, close, dispute, practice."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {
    "menu_day": Text("日結", "Day"),
    "day_title": Text("防疫口罩管控系統_日結", "Mask rationing system: day's close"),
    "stocktake_title": Text("防疫口罩管控系統_盤點", "Mask rationing system: stocktake"),
    "stocktake_link": Text("盤點", "Stocktake"),
    "close_day": Text("日期", "Date"),
    "product": Text("品項", "Product"),
    "close_of_day": Text("{day} 日結", "Close of {day}"),
    "close_so_far": Text("截至目前", "so far"),
    "day_before": Text("前一日", "Day before"),
    "day_after": Text("後一日", "Day after"),
    "close_opening": Text("前日結存", "Brought forward"),
    "close_received": Text("進貨", "Received"),
    "close_taken_off": Text("減列", "Taken off"),
    "close_sold": Text("售出", "Sold"),
    "close_corrected": Text("更正加回", "Corrected"),
    "close_left": Text("結存", "Left"),
    "close_sales": Text("購買筆數", "Sales"),
    "close_by_card": Text("讀卡", "By card"),
    "close_typed": Text("輸入", "Typed"),
    "close_corrections": Text("更正筆數", "Corrections"),
    "close_amount": Text("應收金額(元)", "Amount due (NT$)"),
    "typed_share": Text("輸入比率 {percent}%", "{percent}% typed"),
    "typed_share_hint": Text(
        "身分別 02、03、04 由櫃檯輸入證號，未經讀卡驗證；筆數含之後更正者。",
        "Types 02, 03 and 04 are typed at the counter and not verified by a card; sales corrected"
        " later are counted too.",
    ),
    "close_check": Text(
        "前日結存＋進貨－減列－售出＋更正加回＝結存",
        "brought forward + received − taken off − sold + corrected = left",
    ),
    "print": Text("列印", "Print"),
    "download_csv": Text("下載 CSV", "Download CSV"),
    "signature_line": Text("經手人簽章", "Signed by"),
    "disputes": Text("爭議註記", "Disputes"),
    "disputes_hint": Text(
        "民眾表示未曾購買者；查證結果由主管機關回覆。",
        "Buyers who say that they have not bought; the authority looks into it and answers here.",
    ),
    "stocktake_step_1": Text(
        "暫停販售，直到登錄完成。", "Stop selling until the count is recorded."
    ),
    "stocktake_step_2": Text(
        "清點架上與庫房之片數，輸入實點數。",
        "Count the pieces on the shelf and in store, and enter what you counted.",
    ),
    "stocktake_step_3": Text(
        "核對差異後確定；系統登錄差額並註明兩數。",
        "Look at the difference and confirm: the difference is recorded with both numbers.",
    ),
    "system_stock": Text("系統庫存", "In the system"),
    "counted_of": Text("{product} 實點數", "{product}: counted"),
    "difference": Text("差異", "Difference"),
    "compare": Text("核對", "Compare"),
    "practice": Text("練習模式", "Practice"),
    "practice_begin": Text("開始練習", "Begin to practise"),
    "practice_end": Text("結束練習", "End the practice"),
    "practice_hint": Text(
        "練習時所有購買、進貨都不會寫入帳冊，也不會公開；結束後練習紀錄即消失。",
        "While you practise, no sale and no intake reaches the ledger or the public; what was"
        " practised is forgotten at the end.",
    ),
    "practice_ribbon": Text(
        "練習模式：以下數字都不是真的，請勿販售。",
        "Practice: no number here is real. Do not sell.",
    ),
    "dispute_ask": Text("民眾表示未曾購買", "The buyer says: I have not bought"),
    "dispute_hint": Text(
        "登錄爭議註記後，由主管機關查證；櫃檯看不到購買地點。",
        "A note is kept and the authority looks into it; the counter cannot see where it was.",
    ),
    "dispute_note": Text("摘要(勿填證號、姓名)", "Note (no numbers, no names)"),
    "dispute_save": Text("登錄爭議", "Keep the note"),
}
SCRIPT: dict[str, Text] = {
    "stock_agrees": Text("實點與系統相符。", "The count agrees with the system."),
    "difference_of": Text(
        "{product} 實點 {counted}、系統 {system}，差異 {difference}",
        "{product}: counted {counted}, system {system}, difference {difference}",
    ),
    "count_all": Text("請輸入每一項的實點數（整數）。", "Enter a whole number for every product."),
    "confirm_stocktake": Text("確定登錄差額？{lines}", "Record the difference? {lines}"),
    "stocktake_done": Text("已登錄盤點差額：{goods}。", "Recorded: {goods}."),
    "dispute_kept": Text(
        "已登錄爭議註記（編號 {id}），請民眾洽服務電話查詢。",
        "The note is kept (number {id}); the buyer may ask the service line.",
    ),
    "dispute_open": Text("查證中", "being looked into"),
    "dispute_none": Text("無", "none"),
}
