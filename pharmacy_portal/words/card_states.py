"""What a page says about every state of agent, reader and card: what is the matter, what to do.

The codes are the card agent's own closed set; those that begin with ``agent_`` or stand under
``_PAGES_OWN`` are found out by the page itself.
"""

from __future__ import annotations

from core.domain.text import Text

Explained = tuple[Text, Text]

_PAGES_OWN: dict[str, Explained] = {
    "agent_ask": (
        Text("尚未連接讀卡程式", "The card program is not connected yet"),
        Text(
            "按「連接讀卡程式」；瀏覽器詢問是否允許存取本機裝置時，請選「允許」。只需一次。",
            "Press “Connect the card program”. When the browser asks whether this site may reach"
            " other programs on this device, choose Allow. It asks only once.",
        ),
    ),
    "agent_searching": (
        Text("尋找讀卡程式中…", "Looking for the card program…"),
        Text("請稍候。", "One moment, please."),
    ),
    "agent_blocked": (
        Text("瀏覽器阻擋了讀卡程式", "The browser blocks the card program"),
        Text(
            "點網址列左側的圖示 → 網站設定 → 將「本機網路存取／此裝置上的應用程式」改為允許 →"
            " 重新整理。連鎖藥局可由資訊人員以原則 LoopbackNetworkAllowedForUrls 一次允許。",
            "Click the icon left of the address → site settings → set “Local network access” (or"
            " “Apps on device”) to Allow → reload. For many computers an administrator sets the"
            " policy LoopbackNetworkAllowedForUrls once.",
        ),
    ),
    "agent_not_found": (
        Text("找不到讀卡程式", "The card program was not found"),
        Text(
            "讀卡程式未安裝或未啟動：請啟動它，或至「電腦設定」安裝。期間可用 02 輸入證號。",
            "It is not installed or not running: start it, or install it from Computer setup."
            " Meanwhile type 02 works without a card.",
        ),
    ),
    "agent_refused": (
        Text("讀卡程式不接受本網站", "The card program does not accept this site"),
        Text(
            "讀卡程式設定的網址與網址列不同：請以正確網址開啟本系統，或重新設定讀卡程式的網址。",
            "The address it was set up for differs from the one above: open this system under its"
            " right address, or set the program up for this one.",
        ),
    ),
    "agent_too_old": (
        Text("讀卡程式版本過舊", "The card program is too old"),
        Text("請至「下載專區」安裝新版。", "Install the new version from Downloads."),
    ),
    "agent_lost": (
        Text("與讀卡程式的連線中斷，重試中", "Lost the card program, trying again"),
        Text(
            "若未恢復，請重新啟動讀卡程式。",
            "If it does not come back, start the card program again.",
        ),
    ),
    "ready": (
        Text("讀卡機就緒", "The reader is ready"),
        Text("請插入購買者的健保卡。", "Insert the buyer's NHI card."),
    ),
    "card_in": (
        Text("讀卡機內有卡片", "There is a card in the reader"),
        Text(
            "請取出換下一位；要讀這張卡請按「資格審核」。",
            "Take it out for the next buyer; to read this one press Check.",
        ),
    ),
    "reading": (Text("讀卡中…", "Reading the card…"), Text("請勿取出。", "Leave it in.")),
    "clock_wrong": (
        Text("這台電腦的時鐘不準", "The clock of this computer is wrong"),
        Text(
            "請開啟 Windows「自動設定時間」後再讀卡；時間差太多的讀卡紀錄會被拒絕。",
            "Switch on “Set time automatically”, then read again: readings with a wrong time are"
            " refused.",
        ),
    ),
}
_CARD: dict[str, Explained] = {
    "no_service": (
        Text("電腦的智慧卡服務沒有啟動", "The computer's smart card service is not running"),
        Text(
            "請插上讀卡機；仍無效時重新開機，或請資訊人員啟動 Smart Card 服務。",
            "Plug the reader in; if that does not help, restart the computer or have the Smart Card"
            " service started.",
        ),
    ),
    "no_reader": (
        Text("沒有讀卡機", "There is no card reader"),
        Text(
            "請插上讀卡機的 USB 線。期間可用 02 輸入證號。",
            "Plug in the reader's USB cable. Meanwhile type 02 works without a card.",
        ),
    ),
    "reader_gone": (
        Text("讀卡機已拔除", "The reader was unplugged"),
        Text("請插回讀卡機，再插卡。", "Plug it in again, then insert the card."),
    ),
    "no_card": (
        Text("讀卡機內沒有卡片", "There is no card in the reader"),
        Text("請插入購買者的健保卡。", "Insert the buyer's NHI card."),
    ),
    "card_removed": (
        Text("讀取時卡片被取出", "The card was taken out while it was read"),
        Text("請再插入一次，等畫面顯示證號。", "Insert it again and wait for the number."),
    ),
    "card_mute": (
        Text("卡片沒有反應", "The card does not answer"),
        Text(
            "晶片面朝上、晶片端先插到底；以軟布擦拭晶片再試。仍無反應請用 02。",
            "Chip up and chip first, all the way in; wipe the chip with a soft cloth. If it still"
            " does not answer use type 02.",
        ),
    ),
    "card_busy": (
        Text("卡片正被其他程式使用", "Another program is using the card"),
        Text(
            "請等候數秒，或關閉其他讀卡軟體後重新插卡。",
            "Wait a few seconds, or close the other card software, then insert the card again.",
        ),
    ),
    "card_fault": (
        Text("卡片或讀卡機故障", "The card or the reader is faulty"),
        Text(
            "請重新插卡；同一張卡仍失敗請用 02，每張卡都失敗請換讀卡機。",
            "Insert it again. If only this card fails use type 02; if every card fails change the"
            " reader.",
        ),
    ),
    "not_nhi_card": (
        Text("這不是健保卡", "This is not an NHI card"),
        Text("請取出，改插購買者的健保卡。", "Take it out and insert the buyer's NHI card."),
    ),
    "bad_data": (
        Text("卡片內容無法辨識", "The card's record makes no sense"),
        Text(
            "請重新插卡；仍相同請用 02，並請購買者洽健保署換卡。",
            "Insert it again; if it stays so use type 02, and tell the buyer to have the card"
            " replaced.",
        ),
    ),
    "ambiguous": (
        Text("兩台讀卡機都有健保卡", "There is an NHI card in each of two readers"),
        Text("請選擇要讀哪一張：按 1 或 2。", "Choose which one to read: press 1 or 2."),
    ),
    "timeout": (
        Text("卡片太久沒有回應", "The card took too long to answer"),
        Text("請取出後重新插卡。", "Take it out and insert it again."),
    ),
}
_TOKEN: dict[str, Explained] = {
    "no_module": (
        Text("憑證元件尚未安裝", "The certificate component is not installed"),
        Text(
            "請安裝該卡的憑證元件（醫事憑證 HCA 或 HiCOS），並在讀卡程式中設定。",
            "Install the component of that card (HCA or HiCOS) and set it in the card program.",
        ),
    ),
    "no_token": (
        Text("沒有找到醫事人員卡或憑證卡", "No personnel card or certificate card was found"),
        Text("請插入您的卡片，晶片面朝上。", "Insert your own card, chip up."),
    ),
    "pin_wrong": (
        Text("PIN 碼錯誤", "The PIN is wrong"),
        Text("請再試一次；輸入錯誤過多會鎖卡。", "Try again; too many wrong PINs lock the card."),
    ),
    "pin_locked": (
        Text("卡片已鎖定", "The card is locked"),
        Text("請向發卡單位申請解鎖。", "Have it unlocked by the office that issued it."),
    ),
    "pin_final_try": (
        Text("PIN 碼只剩最後一次機會", "Only one try is left for the PIN"),
        Text(
            "為免鎖卡，讀卡程式不再送出。請確認 PIN 碼，並以發卡單位的工具輸入。",
            "So as not to lock the card nothing more is sent. Make sure of the PIN, then enter it"
            " once with the issuer's own tool.",
        ),
    ),
    "pin_cancelled": (
        Text("已取消輸入 PIN 碼", "Entering the PIN was cancelled"),
        Text("請再按一次並輸入 PIN 碼。", "Press once more and enter the PIN."),
    ),
    "token_removed": (
        Text("簽章時卡片被取出", "The card was taken out while it signed"),
        Text("請插回卡片再試一次。", "Insert the card and try again."),
    ),
    "token_fault": (
        Text("卡片無法簽章", "The card could not sign"),
        Text("請重新插卡再試；仍失敗請洽發卡單位。", "Insert it again; else ask its issuer."),
    ),
    "no_certificate": (
        Text("卡片內沒有可用的憑證", "There is no usable certificate on the card"),
        Text("請確認憑證已開通且未過期。", "See that it was activated and has not expired."),
    ),
}
_REPORT = Text(
    "請重新整理；仍相同請將此代碼告知聯絡窗口。",
    "Reload the page; if it stays so tell the contact office this code.",
)
_DOOR: dict[str, Explained] = {
    "host": (Text("讀卡程式拒絕此位址", "The card program refuses this address"), _REPORT),
    "origin": (
        Text("讀卡程式不接受本網站", "The card program does not accept this site"),
        _REPORT,
    ),
    "not_paired": (
        Text("尚未與讀卡程式配對", "Not paired with the card program"),
        Text(
            "至「電腦設定」輸入讀卡程式視窗上的 8 位數配對碼，只需一次。",
            "In Computer setup type the 8 digits that the card program shows, once.",
        ),
    ),
    "code": (
        Text("配對碼不正確", "The pairing code is wrong"),
        Text(
            "請照讀卡程式視窗再輸入；錯五次或兩分鐘後須取得新碼。",
            "Type what the card program shows; after five errors or two minutes get a new one.",
        ),
    ),
    "no_pairing_open": (
        Text("讀卡程式目前沒有配對碼", "The card program shows no code at present"),
        Text("請在讀卡程式按「顯示配對碼」。", "Have the card program show a pairing code."),
    ),
    "content_type": (Text("讀卡程式不認得這個要求", "The card program rejects this"), _REPORT),
    "body": (Text("讀卡程式看不懂這個要求", "The card program cannot read this"), _REPORT),
    "too_large": (Text("送給讀卡程式的內容過長", "Too long for the card program"), _REPORT),
    "method": (Text("讀卡程式沒有這項功能", "The card program cannot do this"), _REPORT),
    "not_found": (
        Text("讀卡程式沒有這項功能", "The card program cannot do this"),
        Text(
            "可能版本過舊：請至「下載專區」更新。", "It may be too old: update it from Downloads."
        ),
    ),
    "agent_not_enrolled": (
        Text("這台電腦的讀卡程式尚未登記", "This computer's card program is not enrolled"),
        Text(
            "至「電腦設定」以醫事人員卡登記一次；登記前請用 02。",
            "Enrol it once with your card in Computer setup; until then use type 02.",
        ),
    ),
}

EXPLAINED: dict[str, Explained] = _PAGES_OWN | _CARD | _TOKEN | _DOOR
# Codes that only a page can find out; all others are the agent's.
PAGES_OWN = frozenset(_PAGES_OWN)


def explanations() -> dict[str, Text]:
    """Return the words under the keys that scripts use: ``says_CODE`` and ``next_CODE``."""
    says = {f"says_{code}": what for code, (what, _) in EXPLAINED.items()}
    return says | {f"next_{code}": act for code, (_, act) in EXPLAINED.items()}
