"""Words of the counter: 購買, 進貨登錄, 紀錄."""

from __future__ import annotations

from core.domain.refusals import REFUSALS
from core.domain.text import Text
from pharmacy_portal.words.frame import PAGE as FRAME

_PURCHASE = {
    "steps": Text("操作步驟", "Steps"),
    "step_1": Text("選身分別", "Choose the identity type"),
    "step_2": Text("插卡或「輸入證號+出生日期」", "Insert the card, or type number and birth date"),
    "step_3": Text("點選資格審核", "Press Check"),
    "identity_type": Text("身分別", "Identity type"),
    "number": Text("證號", "Number"),
    "birth_date": Text("出生日期", "Birth date"),
    "birth_date_hint": Text("YYYYMMDD 或民國 YYYMMDD", "YYYYMMDD or ROC YYYMMDD"),
    "check": Text("資格審核", "Check"),
    "eligible": Text("符合購買資格", "Eligible"),
    "not_eligible": Text("不符購買資格", "Not eligible"),
    "allowed_pieces": Text("可購買片數", "Pieces allowed"),
    "this_purchase": Text("本次購買紀錄", "This purchase"),
    "purchase_date": Text("購買日期", "Date of purchase"),
    "pieces_of": Text("{product}片數", "{product}s (pieces)"),
    "on_behalf": Text("代購", "On behalf of another"),
    "buy": Text("購買", "Sell"),
    "confirm": Text("確定", "Confirm"),
    "back": Text("返回", "Back"),
    "clear": Text("清除", "Clear"),
    "next_date": Text("下次購買起日", "Next purchase date"),
    "tell_buyer": Text("請告知購買者", "Tell the buyer"),
    "purchase_notes": Text("口罩購買說明", "Rules of purchase"),
    "last_sale": Text("前一筆購買", "Last sale"),
    "recent": Text("最近購買紀錄", "Recent purchases"),
    "recent_empty": Text("今日尚無購買紀錄。", "No sales today yet."),
    "outlet_short": Text("院所簡稱", "Outlet"),
    "masked_number": Text("身分證號", "Number"),
    "quantity_of": Text("{product}購買數量", "{product}s bought"),
    "correction": Text("更正", "Correct"),
    "no_stock_title": Text("目前沒有庫存", "Nothing in stock"),
    "no_stock": Text(
        "請先至「防疫口罩管控系統_進貨登錄」作業，確認今日口罩是否到貨？若無庫存量將無法進行交易！",
        "First confirm in Intake whether today's masks have arrived: without stock there is no"
        " sale!",
    ),
    "waiting": Text("確認中", "Finding out"),
    "waiting_long": Text(
        "尚未收到回覆，正以同一交易序號確認結果。請勿離開，也不必重新輸入。",
        "No answer yet: the same sale is being asked for under its own key. Please stay; nothing"
        " has to be typed again.",
    ),
    "tray_buyers": Text("點選即插卡", "Insert a card"),
    "eject": Text("取出", "Take out"),
}

_INTAKE = {
    "arrival_first": Text(
        "請先至「防疫口罩管控系統_庫存」作業, 確認今日口罩是否到貨? 若無庫存量將無法進行交易!",
        "First confirm whether today's masks have arrived: without stock there is no sale!",
    ),
    "arrival_question": Text(
        "請確定是否自動寫入口罩進貨量:{goods}",
        "Write the day's standard goods into stock: {goods}?",
    ),
    "arrival_typed": Text(
        "今日已有手動登錄之進貨；再自動寫入會重複增加庫存。",
        "An intake was already typed today; writing the standard goods would add to it.",
    ),
    "arrival_yes": Text("已到貨，寫入標準量", "Arrived: write the standard goods"),
    "arrival_other": Text("數量不同 → 進貨登錄", "Another number → Intake"),
    "arrival_later": Text("尚未到貨", "Not arrived yet"),
    "arrival_enough": Text("已登錄，今日不再寫入", "Already typed: nothing more today"),
    "arrival_later_hint": Text(
        "庫存不變，15 分鐘後再詢問。", "Stock stays as it is; asked again in 15 minutes."
    ),
    "automatic_today": Text("今日標準量", "Today's standard goods"),
    "automatic_done": Text("今日已由系統自動寫入。", "Written by the system today."),
    "new_intake": Text("新增進貨紀錄", "New intake"),
    "intake_hint": Text(
        "因損毀等因素無法販售，請輸入負數，例如 -10。",
        "For goods that cannot be sold (damaged, for example) enter a negative number, such as"
        " -10.",
    ),
    "note": Text("備註", "Note"),
    "add": Text("新增", "Add"),
    "type_again": Text(
        "片數與每日標準量差異過大，請再輸入一次以確認。",
        "Far from the day's standard goods: please type the numbers once more.",
    ),
    "again_of": Text("再次輸入{product}片數", "{product}s once more (pieces)"),
    "history": Text("歷史登錄進貨紀錄", "Intake history"),
    "history_empty": Text("尚無進貨紀錄。", "No intakes yet."),
    "reported_at": Text("回報日期時間", "Reported at"),
    "intake_notice": Text(
        "為利有需要的民眾能快速找到販售點，本系統亦即時將進貨登錄扣減民眾購買紀錄後之庫存量資料"
        "開放介接查詢，請維護進貨登錄資料之正確性與完整性。",
        "So that people can find an outlet quickly, the stock (intake less purchases) is published"
        " at once as open data: please keep what is entered here correct and complete.",
    ),
    "server_time": Text(
        "回報日期時間由系統自動寫入，同日可登錄多次。",
        "The system writes date and time; several entries a day are normal.",
    ),
}

PAGE = _PURCHASE | _INTAKE
SCRIPT = {
    "connected": FRAME["connected"],
    "disconnected": Text("連線中斷，重試中", "Disconnected, trying again"),
    "no_answer": Text(
        "連線中斷，未能審核；恢復後請再按資格審核。",
        "Disconnected: the check was not made. Press Check once connected.",
    ),
    "offline_login": Text("連線中斷，請稍後再試。", "Disconnected: please try again soon."),
    "checking": Text("資格審核中…", "Checking…"),
    "waiting": _PURCHASE["waiting"],
    "type_first": Text(
        "請插卡，或輸入證號與出生日期。", "Insert the card, or type number and birth date."
    ),
    "card_inserted": Text("已插卡：{name}", "Card inserted: {name}"),
    "card_removed": Text("卡片已取出", "Card taken out"),
    "may_buy": Text("{products} 合計 {total} 片", "{products}: {total} in all"),
    "over_limit": REFUSALS["OVER_LIMIT"].official,
    "due": Text("應收 {amount} 元", "NT${amount} due"),
    "confirm_sale": Text("{goods}，應收 {amount} 元", "{goods}: NT${amount} due"),
    "goods": Text("{product}{pieces}{unit}", "{product}: {pieces}"),
    "goods_joined": Text("、", ", "),
    "sold": Text("購買完成：{goods}，應收 {amount} 元", "Sold: {goods}. NT${amount} due"),
    "sold_at": Text("{time} 完成", "Done at {time}"),
    "confirm_void": Text(
        "確定更正（取消）這筆購買？庫存將加回。",
        "Correct (undo) this sale? The stock will be added back.",
    ),
    "voided": Text("已更正", "Corrected"),
    "correction": _PURCHASE["correction"],
    "confirm": _PURCHASE["confirm"],
    "back": _PURCHASE["back"],
    "written": Text("已寫入庫存檔：{goods}。", "Written into stock: {goods}."),
    "goto_intake": Text("請至「進貨登錄」頁面輸入進貨數量。", "Please enter the number in Intake."),
    "later": Text(
        "尚未到貨：庫存不變，15 分鐘後再詢問。",
        "Not arrived yet: stock stays as it is; asked again in 15 minutes.",
    ),
    "already_written": Text("今日已由系統自動寫入。", "Written by the system today already."),
    "confirm_intake": Text("確定登錄 {goods}？", "Record {goods}?"),
    "recorded": Text("已登錄：{goods}。", "Recorded: {goods}."),
    "system": Text("系統", "System"),
    "flagged": Text("大量", "unusual"),
    "no_pieces": Text("請輸入片數。", "Enter how many pieces."),
    "signing_in": Text("登入中…", "Logging in…"),
    "history_empty": _INTAKE["history_empty"],
    "recent_empty": _PURCHASE["recent_empty"],
}
