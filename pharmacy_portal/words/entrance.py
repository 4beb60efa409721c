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
    "login_pin": Text(
        "PIN 碼由讀卡程式的視窗詢問；網頁不會詢問 PIN 碼，請勿在任何網頁輸入。",
        "The card program asks for the PIN in a window of its own. No web page does: never type a"
        " PIN into one.",
    ),
    "login_by_card": Text("插卡登入", "Log in by card"),
    "login_by_passkey": Text("以通行密鑰登入", "Log in with a passkey"),
    "login_by_nhi": Text("健保卡＋通行密鑰", "NHI card and passkey"),
    "login_passkey_hint": Text(
        "通行密鑰須先以卡片登入後建立。健保卡只說明您是誰，仍須通行密鑰才能登入。",
        "A passkey is made after a login by card. The NHI card only says who you are: it takes the"
        " passkey to log in.",
    ),
    "login_invited": Text("第一次使用，有授權碼", "First time here, with a code"),
    "login_invitation": Text("授權碼", "Invitation code"),
    "login_invitation_hint": Text(
        "請輸入主管機關、機構代表或機構管理者給您的授權碼，再以您的卡片登入。",
        "Type the code the authority or your institution gave you, then log in with your card.",
    ),
    "locked": Text("畫面已鎖定", "Locked"),
    "locked_next": Text(
        "插回您的卡片並在讀卡程式輸入 PIN 碼，或使用通行密鑰。",
        "Insert your card again and enter the PIN in the card program, or use your passkey.",
    ),
    "unlock_card": Text("以卡片解鎖", "Unlock by card"),
    "unlock_passkey": Text("以通行密鑰解鎖", "Unlock with a passkey"),
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
SCRIPT: dict[str, Text] = {
    "enter_pin": Text(
        "請在讀卡程式的視窗輸入 PIN 碼…", "Enter the PIN in the card program's window…"
    ),
    "passkey_unsupported": Text(
        "這個瀏覽器不支援通行密鑰，請以卡片登入。",
        "This browser knows no passkeys: log in by card.",
    ),
    "passkey_address": Text(
        "在這個網址不能使用通行密鑰，請以卡片登入。",
        "Passkeys do not work under this address: log in by card.",
    ),
    "passkey_cancelled": Text(
        "已取消，或這台裝置沒有您的通行密鑰。",
        "Cancelled, or there is no passkey of yours on this device.",
    ),
    "passkey_failed": Text(
        "通行密鑰無法使用，請以卡片登入。", "The passkey did not work: log in by card."
    ),
}
