"""Words of the card agent, 電腦設定 and the check."""

from __future__ import annotations

from core.domain.text import Text
from pharmacy_portal.words import setup
from pharmacy_portal.words.card_states import EXPLAINED, explanations

_COUNTER = {
    "typed_mark": Text("未讀卡：人工輸入", "No card read: typed by hand"),
    "typed_counted": Text(
        "此筆將註記為人工輸入，並計入人工輸入比率。",
        "This sale is marked as typed and counted in the typed share.",
    ),
    "typed_why": Text("未讀卡原因", "Why no card is read"),
    "typed_choose": Text("請選擇", "Choose"),
    "typed_card_faulty": Text("卡片異常，無法讀取", "The card is faulty"),
    "typed_no_reader": Text("沒有讀卡機，或讀卡機故障", "No reader, or it is faulty"),
    "typed_no_agent": Text("讀卡程式無法使用", "The card program does not work"),
    "to_typed": Text("卡片異常或無讀卡機：改用 02 輸入", "No card to be read: type it as 02"),
    "connect_agent": Text("連接讀卡程式", "Connect the card program"),
    "check_short": Text("檢測", "Test"),
    "two_cards": EXPLAINED["ambiguous"][0],
    "two_cards_next": EXPLAINED["ambiguous"][1],
}

PAGE: dict[str, Text] = (
    _COUNTER
    | setup.PAGE
    | {
        "old_browser": Text(
            "本系統不支援 Internet Explorer 11。請改用 Microsoft Edge、Chrome 或 Firefox 開啟本頁；"
            "Windows 10 以上已內建 Edge。",
            "Internet Explorer 11 is not supported. Open this page with Microsoft Edge, Chrome or"
            " Firefox; Edge is part of Windows 10 and later.",
        ),
    }
)
SCRIPT: dict[str, Text] = (
    explanations()
    | setup.SCRIPT
    | {
        "card_fills_in": Text(
            "01-健保卡由讀卡帶入，不能輸入。卡片異常或沒有讀卡機請按 F2 改用 02。",
            "Type 01 is filled in by the card. With no card to be read press F2 for type 02.",
        ),
        "insert_first": Text("請先插入健保卡。", "Insert the NHI card first."),
        "reason_first": Text("請選擇未讀卡原因。", "Choose why no card is read."),
    }
)
