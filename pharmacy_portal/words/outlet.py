"""Words of the outlet's own page; what the public sees is called as the site calls it."""

from __future__ import annotations

from core.domain.outlet_says import LONGEST_NOTE
from core.domain.text import Text

_PUBLIC = {
    "level_plenty": Text("充足", "plenty"),
    "level_some": Text("尚有", "some"),
    "level_few": Text("不多", "few"),
    "level_none": Text("售完", "sold out"),
    "availability_tickets_gone": Text("號碼牌已發完", "number tickets are gone"),
    "availability_sold_out": Text("今日已售完", "sold out for today"),
    "availability_paused": Text("暫停販售", "sale paused"),
    "availability_closed": Text("已停止販售", "no longer sells"),
    "since_time": Text("{time} 起", "since {time}"),
    "until_time": Text("至 {time}", "until {time}"),
    "between": Text("，", ", "),
}

PAGE: dict[str, Text] = _PUBLIC | {
    "menu_outlet": Text("號碼牌/售完", "Tickets / sold out"),
    "outlet_title": Text(
        "防疫口罩管控系統_號碼牌/售完", "Mask rationing system: tickets, sold out"
    ),
    "outlet_seen": Text("民眾現在看到的", "What the public sees now"),
    "outlet_counts_stay": Text(
        "數量永遠是帳冊的庫存；這裡只說明現在買不買得到。按下即刻生效，約 30 秒內公開。"
        "不影響本機構登錄購買。",
        "The numbers are always the ledger's; here you only say whether people can buy now. It"
        " takes effect at once and is public in about 30 seconds. Your own sales are not blocked.",
    ),
    "outlet_today": Text("今天", "Today"),
    "tickets_gone_tap": Text("號碼牌已發完", "Tickets are gone"),
    "sold_out_tap": Text("今日已售完", "Sold out today"),
    "phone_tap": Text("販售期間不公開電話", "Hide the telephone"),
    "tickets_gone_hint": Text("明日自動恢復", "back by itself tomorrow"),
    "sold_out_hint": Text(
        "明日自動恢復；進貨不會取消", "back by itself tomorrow; an intake does not undo it"
    ),
    "phone_hint": Text("再按一次即公開", "press again to show it"),
    "pause_title": Text("暫停販售", "Pause the sale"),
    "pause_reason": Text("原因", "Reason"),
    "pause_zh": Text("自填原因（中文）", "Own words (Chinese)"),
    "pause_en": Text("自填原因（英文，可不填）", "Own words (English, optional)"),
    "pause_until": Text("到何時（可不填）", "Until (optional)"),
    "pause_until_time": Text("時刻", "Time"),
    "pause_until_hint": Text(
        "只填日期：到當日結束。時間一到自動恢復。",
        "A date alone: to the end of that day. It ends by itself.",
    ),
    "pause_do": Text("暫停販售", "Pause"),
    "pause_end": Text("恢復販售", "Sell again"),
    "tickets_title": Text("號碼牌", "Number tickets"),
    "tickets_time": Text("每日發放時間", "Given out each day at"),
    "tickets_count": Text("張數", "How many"),
    "windows_title": Text("販售時段", "Sale windows"),
    "windows_hint": Text(
        "一日可有多個時段；片數可不填。",
        "Several a day are possible; pieces may be left out.",
    ),
    "window_add": Text("新增時段", "Add a window"),
    "note_title": Text("備註", "Note"),
    "note_hint": Text(
        f"最多 {LONGEST_NOTE} 字，民眾看得到；請勿填寫任何人的姓名、證號或電話。",
        f"At most {LONGEST_NOTE} characters, seen by the public; nobody's name, identity number or"
        " telephone, please.",
    ),
    "outlet_save": Text("儲存", "Save"),
    "proposals_title": Text("登記資料更正", "Correct the register"),
    "proposals_hint": Text(
        "名稱、地址、位置、電話與看診時段由主管機關登記；送出後待審核，採用後才會改變。",
        "Name, address, position, telephone and opening hours are the authority's register; a"
        " proposal waits for its decision and changes nothing before.",
    ),
    "proposal_kind": Text("更正項目", "What to correct"),
    "proposal_value": Text("正確內容", "Correct value"),
    "proposal_lat": Text("緯度", "Latitude"),
    "proposal_lon": Text("經度", "Longitude"),
    "proposal_note": Text("說明（可不填）", "Explanation (optional)"),
    "proposal_send": Text("送出更正申請", "Send the proposal"),
    "proposal_at": Text("申請時間", "Sent at"),
    "proposal_state": Text("審核情形", "State"),
    "proposals_empty": Text("尚無更正申請。", "No proposals yet."),
    "not_an_outlet": Text(
        "本機構不是登記之販售點。", "This institution is not an outlet of the register."
    ),
}
SCRIPT: dict[str, Text] = {
    "outlet_saved": Text("已儲存：{what}。", "Saved: {what}."),
    "outlet_taken_back": Text("已取消：{what}。", "Taken back: {what}."),
    "outlet_offline": Text(
        "連線中斷，尚未儲存；輸入的內容仍在，請稍候再按一次。",
        "Disconnected: not saved. What you typed is still here; press again in a moment.",
    ),
    "outlet_changed_elsewhere": Text(
        "另一個櫃檯剛改過這一項：「{theirs}」。再按一次儲存即以您的內容取代。",
        "Another till has just changed this to “{theirs}”. Save again to replace it with yours.",
    ),
    "nothing": Text("（空白）", "(empty)"),
    "weekday_names": Text("一,二,三,四,五,六,日", "Mon,Tue,Wed,Thu,Fri,Sat,Sun"),
    "window_days": Text("星期", "Days"),
    "window_start": Text("開始", "From"),
    "window_end": Text("結束", "To"),
    "window_pieces": Text("片數", "Pieces"),
    "window_remove": Text("刪除時段", "Remove"),
    "phone_hidden_public": Text("販售期間不公開電話", "telephone not shown during the sale"),
    "no_windows": Text("未填販售時段", "no sale windows"),
    "proposal_sent": Text("已送出，待審核。", "Sent; it waits for a decision."),
    "proposal_withdraw": Text("撤回", "Withdraw"),
    "proposals_none": PAGE["proposals_empty"],
    "tickets_title": PAGE["tickets_title"],
    "windows_title": PAGE["windows_title"],
    "note_title": PAGE["note_title"],
    "pause_title": PAGE["pause_title"],
    "sold_out_tap": PAGE["sold_out_tap"],
    "tickets_gone_tap": PAGE["tickets_gone_tap"],
    "phone_tap": PAGE["phone_tap"],
}
