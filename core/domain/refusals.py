"""The words for every refusal: what the screen says, and what to tell the buyer or the user.

Source of the official words: slides of 109.2.5 (不符購買資格, 下次購買起日, 確認今日口罩是否到貨,
若無庫存量將無法進行交易, 每次購買總片數不得超過規定上限) and the manual; the rest is written in
their tone. Numbers and dates that a rule may change are not here: they stand beside the refusal,
from the block in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.domain.text import Text


@dataclass(frozen=True, slots=True)
class Refusal:
    """``official``: the line on the screen. ``tell_buyer``: one sentence, what to do next."""

    official: Text
    tell_buyer: Text


def _refusal(official_zh: str, official_en: str, tell_zh: str, tell_en: str) -> Refusal:
    return Refusal(Text(official_zh, official_en), Text(tell_zh, tell_en))


_ELIGIBILITY = {
    "ID_FORMAT": _refusal(
        "證號格式不符身分別，請確認身分別及證號。",
        "The number does not have the form of this identity type.",
        "請再次出示證件，由櫃檯確認身分別後重新輸入證號。",
        "Please show the document again; the counter will check its type and retype the number.",
    ),
    "ID_CHECKSUM": _refusal(
        "證號檢查碼錯誤，請確認證號是否輸入正確。",
        "The check digit of the number is wrong; a character was probably mistyped.",
        "請再次出示證件，由櫃檯逐字核對證號後重新輸入。",
        "Please show the document again; the counter will compare the number letter by letter.",
    ),
    "BIRTH_DATE_INVALID": _refusal(
        "出生日期錯誤，請輸入證件上之出生日期(YYYYMMDD)。",
        "The birth date is impossible; enter the one on the document (YYYYMMDD).",
        "請再次出示證件，由櫃檯核對出生日期後重新輸入。",
        "Please show the document again; the counter will check the birth date and retype it.",
    ),
    "NOT_IN_FORCE": _refusal(
        "不符購買資格：實名制尚未開始實施。",
        "Not eligible: name-based sale has not begun yet.",
        "實名制開始實施後，請攜帶證件再來購買。",
        "Please come back with your document once name-based sale has begun.",
    ),
    "FUTURE_PURCHASE": _refusal(
        "不符購買資格：查有日期晚於今日之購買紀錄，已通報系統管理者。",
        "Not eligible: a purchase dated after today is on record; the operator has been alerted.",
        "系統時間有誤，這不是您的問題，請稍後再試或洽服務電話。",
        "This is a fault of the system clock and not yours; try later or ring the service line.",
    ),
    "WRONG_WEEKDAY": _refusal(
        "不符購買資格：證號末一碼今日不可購買。",
        "Not eligible: the last digit of the number may not buy today.",
        "請於下次購買起日再來；單號者每週一、三、五，雙號者每週二、四、六，週日皆可購買。",
        "Please come on the next purchase date: odd digits buy on Monday, Wednesday and Friday,"
        " even ones on Tuesday, Thursday and Saturday, and everybody on Sunday.",
    ),
    "PARITY_UNDETERMINED": _refusal(
        "不符購買資格：證號末一碼不是數字，無法判定單雙號。",
        "Not eligible: the number does not end in a digit, so it is neither odd nor even.",
        "證號末一碼不是數字者，請於週日購買。",
        "A number that ends in a letter may buy on Sundays; please come on the next one.",
    ),
    "WITHIN_WINDOW": _refusal(
        "不符購買資格：購買期間內已購買。",
        "Not eligible: already bought within the purchase window.",
        "您在這段期間內已經購買過，請於下次購買起日再來。",
        "You have already bought in this period; please come back on the next purchase date.",
    ),
    "CHILD_MASK_AGE": _refusal(
        "此品項僅限兒童購買，購買者出生日期不符。",
        "This product is for children only, and the buyer's birth date does not qualify.",
        "兒童口罩僅限兒童的健保卡購買，請改買成人口罩，或出示兒童本人的健保卡。",
        "Child masks are sold on a child's own NHI card only; take adult masks instead,"
        " or bring the child's card.",
    ),
    "OVER_LIMIT": _refusal(
        "每次購買總片數不得超過規定上限。",
        "The pieces of one purchase exceed the limit.",
        "請減少片數，至多為畫面所示之可購買片數。",
        "Please take fewer: at most the number of pieces shown as allowed.",
    ),
    "QTY_ZERO": _refusal(
        "請輸入購買片數。",
        "Enter how many pieces are bought.",
        "請告訴櫃檯要購買幾片。",
        "Please tell the counter how many pieces you want.",
    ),
    "QTY_INVALID": _refusal(
        "片數錯誤，請輸入整數，且購買片數不得為負數。",
        "The number of pieces must be a whole number, and a purchase is never negative.",
        "請櫃檯重新輸入片數。",
        "The counter will enter the number of pieces again.",
    ),
}

_COUNTER = {
    "NO_STOCK": _refusal(
        "庫存量不足：請先至「防疫口罩管控系統_進貨登錄」作業，確認今日口罩是否到貨？"
        "若無庫存量將無法進行交易！",
        "Not enough stock: first confirm in 進貨登錄 (intake) whether today's goods have arrived;"
        " without stock there is no sale.",
        "這裡的口罩數量不足，請改買較少片數，或查詢附近還有庫存的販售點；您的購買資格不受影響。",
        "There are not enough here: take fewer, or look up another outlet nearby;"
        " you keep your right to buy.",
    ),
    "STOPPED": _refusal(
        "主管機關已停止販售，本次不予登錄。",
        "The authority has stopped sale for now; nothing was recorded.",
        "停售原因及期間請見畫面與公告；您的購買資格不受影響。",
        "See the notice for the reason and how long it lasts; you keep your right to buy.",
    ),
    "ALREADY_DONE": _refusal(
        "此作業已完成，不再重複登錄。",
        "This has already been done and is not recorded again.",
        "紀錄已在系統中，請勿重複操作，可至紀錄頁面確認。",
        "It is already on record; do not repeat it, see the list of records.",
    ),
    "BELOW_ZERO": _refusal(
        "扣減後庫存量將小於零，無法登錄。",
        "The stock would fall below zero; nothing was recorded.",
        "請先清點實際庫存，再輸入不超過目前庫存量之負數。",
        "Count the goods, then enter a negative number no larger than the present stock.",
    ),
    "CONFIRMATION_NEEDED": _refusal(
        "登錄片數與每日標準量差異過大，請再次輸入片數以確認。",
        "The number is far from the day's standard; type it again to confirm.",
        "請核對到貨單，並再次輸入相同片數；數量有誤請更正。",
        "Check the delivery note and type the same number again, or correct it.",
    ),
    "STOCK_MOVED": _refusal(
        "清點期間系統庫存有變動，尚未登錄。",
        "The stock changed while you were counting; nothing was recorded.",
        "請看最新系統庫存，暫停販售後重新清點並輸入。",
        "See the stock as it is now, stop selling for a moment, count and enter again.",
    ),
    "NOTHING_TO_DISPUTE": _refusal(
        "查無購買期間內之購買紀錄，無須登錄爭議。",
        "No purchase within the window stands against this person; there is nothing to dispute.",
        "請重新資格審核，並依畫面說明之原因處理。",
        "Check the eligibility again and follow the reason on the screen.",
    ),
    "PRACTICE_MODE": _refusal(
        "練習模式中，此功能不開放。",
        "Not available while practising.",
        "請先結束練習模式。",
        "Leave the practice mode first.",
    ),
    "KEY_REUSED": _refusal(
        "此交易序號已用於另一筆不同內容之交易。",
        "This idempotency key was already used for a request with other contents.",
        "請至最近購買紀錄確認前一筆是否完成，再以新的序號送出。",
        "See in the recent purchases whether the first one went through, then send a new key.",
    ),
    "CARD_READING_REQUIRED": _refusal(
        "身分別「01-健保卡」須插卡讀取，且讀卡紀錄須經驗證；本次未登錄。",
        "Identity type 01 needs a reading of the NHI card that can be verified;"
        " nothing was recorded.",
        "請重新插入健保卡讀取；讀卡異常時，請改選身分別「02-健保卡(卡片異常請輸入ID)」並輸入證號及出生日期。",
        "Please put the NHI card into the reader again; if it cannot be read, choose type 02"
        " instead and type its number and birth date.",
    ),
}

_ACCESS = {
    "LOGIN_FAILED": _refusal(
        "憑證登入失敗。",
        "The certificate login failed.",
        "請重新插卡再登入；仍無法登入時，請洽聯絡窗口。",
        "Insert the card again and log in once more; if that fails, call the help desk.",
    ),
    "CERTIFICATE_REVOKED": _refusal(
        "此憑證已廢止，無法登入。",
        "This certificate has been revoked.",
        "請改用有效之憑證，或向發卡單位申請換發。",
        "Use a valid card, or apply to its issuer for a new one.",
    ),
    "CERTIFICATE_EXPIRED": _refusal(
        "此憑證不在有效期間內，無法登入。",
        "This certificate is outside its period of validity.",
        "請確認電腦時間，並向發卡單位辦理展期或換發。",
        "Check this computer's clock, and have the card renewed by its issuer.",
    ),
    "CERTIFICATE_UNTRUSTED": _refusal(
        "此憑證非本系統接受之憑證機構所簽發，無法登入。",
        "This certificate was not issued by an authority that is accepted here.",
        "請使用醫事人員卡、健保卡或自然人憑證登入。",
        "Log in with a medical personnel card, an NHI card or a citizen digital certificate.",
    ),
    "REVOCATION_UNKNOWN": _refusal(
        "目前無法查驗此憑證是否已廢止，暫時無法登入。",
        "Nobody can say now whether this certificate has been revoked, so it cannot log in.",
        "請稍候一分鐘再登入；仍無法登入時，請洽聯絡窗口(憑證廢止清冊)。",
        "Try again in a minute; if that fails, call the help desk: certificate revocation list.",
    ),
    "SESSION_LOCKED": _refusal(
        "畫面已鎖定，請以原登入者之憑證或通行密鑰解鎖。",
        "The session is locked: unlock it with the card or the passkey of whoever logged in.",
        "請插入您的卡片並輸入密碼解鎖，或登出後由他人登入。",
        "Insert your card and enter its PIN to go on, or log out so that somebody else can log in.",
    ),
    "OTHER_USER": _refusal(
        "此憑證或通行密鑰非目前登入者所有。",
        "This card or passkey belongs to somebody else than the user who is logged in.",
        "請使用登入時之卡片；換人作業請先登出。",
        "Use the card that logged in; to work as somebody else, log out first.",
    ),
    "CARD_LOGIN_REQUIRED": _refusal(
        "此項作業須以憑證登入辦理，通行密鑰登入者不得辦理。",
        "This needs a login with the card; a passkey login does not suffice.",
        "請登出後，以您的憑證卡片重新登入再辦理。",
        "Log out, then log in with your card and do it again.",
    ),
    "PASSKEY_REFUSED": _refusal(
        "通行密鑰驗證失敗。",
        "The passkey was not accepted.",
        "請再試一次；仍無法使用時，請以憑證登入並重新設定通行密鑰。",
        "Try once more; if that fails, log in with the card and set up the passkey anew.",
    ),
    "PASSKEY_LIMIT": _refusal(
        "通行密鑰數量已達上限。",
        "There are as many passkeys as one user may have.",
        "請先刪除不再使用之通行密鑰，再新增。",
        "Remove one that is no longer used, then add the new one.",
    ),
    "CHALLENGE_EXPIRED": _refusal(
        "登入作業已逾時。",
        "The login took too long, or its challenge was already used.",
        "請重新整理登入畫面，再登入一次。",
        "Reload the login page and log in again.",
    ),
    "NOT_ENROLLED": _refusal(
        "此憑證尚未獲授權使用防疫口罩管控系統。",
        "This certificate has not been authorised to use the system.",
        "請機構管理者先於「使用者授權管理作業」設定使用者。",
        "Ask the administrator of the institution to authorise this user first.",
    ),
    "CHOOSE_INSTITUTION": _refusal(
        "您於多個機構獲授權，請選擇機構。",
        "You are authorised at several institutions.",
        "請選擇本次登入之機構。",
        "Choose the institution you log in for.",
    ),
    "CARD_RENEWED": _refusal(
        "此卡片與原登錄之卡片不同(可能已換發)，無法登入。",
        "This card is not the one that is registered for its holder: it was probably renewed.",
        "請以舊卡登入後於「我的帳號」登錄新卡，或請機構管理者核發換卡授權碼"
        "(機構代表及唯一之管理者請洽主管機關)。",
        "Register it under My account after logging in with the old one, or ask your administrator"
        " (a representative or only administrator: the authority) for a code.",
    ),
    "CARD_BOUND": _refusal(
        "此卡片已登錄於其他帳號。",
        "This card is registered for an account already.",
        "請改用本人之卡片；如確為本人，請洽機構管理者。",
        "Use your own card; if it is yours, ask the administrator of the institution.",
    ),
    "CARD_KIND": _refusal(
        "此種卡片不適用於該身分。",
        "This kind of card does not fit the role.",
        "機構代表請用醫事機構卡或政府單位憑證；管理者及使用者請用醫事人員卡或自然人憑證。",
        "Representatives use the institution's card or a government certificate; administrators"
        " and users a medical personnel card or a citizen digital certificate.",
    ),
    "INVITATION_INVALID": _refusal(
        "授權碼錯誤、已使用或已逾期。",
        "The code is wrong, used, or older than seven days.",
        "請核對八位授權碼；仍無法使用時，請核發人重新核發。",
        "Compare the eight signs; if it still fails, ask whoever gave it for a new one.",
    ),
    "GRANT_TO_SELF": _refusal(
        "不得對本人授權。",
        "Nobody authorises himself.",
        "請由另一位機構管理者或機構代表辦理。",
        "Ask another administrator, or the representative of the institution.",
    ),
    "LAST_ADMINISTRATOR": _refusal(
        "這是本機構唯一的機構管理者。",
        "This is the only administrator of the institution.",
        "請機構代表先設定接任之管理者；機構代表仍要解除時，請再次確認。",
        "Let the representative appoint a successor first; only the representative may dismiss"
        " all the same, by confirming once more.",
    ),
    "MANY_LEAVERS": _refusal(
        "名冊異動人數異常，未予匯入。",
        "Suspiciously many would leave by this list; nothing was taken.",
        "請確認名冊完整；確為大量離職時，請加註後再匯入。",
        "See that the list is whole; if so many did leave, say so and import it again.",
    ),
    "SESSION_EXPIRED": _refusal(
        "登入已逾時，請重新登入。",
        "The session has ended.",
        "請重新登入；未完成之交易請先至最近購買紀錄確認。",
        "Log in again, and see in the recent purchases whether the last sale went through.",
    ),
    "NOT_PERMITTED": _refusal(
        "您沒有使用此項作業之權限。",
        "You are not permitted to do this.",
        "如需使用，請機構管理者授權；購買紀錄僅能於當日由原販售點更正。",
        "Ask the administrator for permission; a sale can be corrected only on its own day,"
        " by its own outlet.",
    ),
}

_GENERAL = {
    "REFUSED": _refusal(
        "不符規定，無法進行交易。",
        "The rules do not allow this.",
        "請依畫面所示原因處理後再試。",
        "Please see the reason on the screen, and try again once it is settled.",
    ),
    "NOT_FOUND": _refusal(
        "查無此筆資料。",
        "There is no such record.",
        "請確認編號，並由紀錄清單中點選。",
        "Check the number, or choose the record from the list.",
    ),
    "INVALID": _refusal(
        "輸入資料有誤，無法處理。",
        "The request cannot be understood.",
        "請依畫面指示更正標示之欄位後再送出。",
        "Correct the fields that are marked, and send it again.",
    ),
    "CONFLICT": _refusal(
        "資料已有異動，與先前紀錄不一致。",
        "The request contradicts what is already recorded.",
        "請重新整理畫面，確認最新資料後再處理。",
        "Reload the page, and look at the newest data before going on.",
    ),
    "RATE_LIMITED": _refusal(
        "查詢或登入次數過於頻繁，請稍後再試。",
        "Too many requests in a short time.",
        "請稍候片刻再試。",
        "Please wait a little, and try again.",
    ),
    "UNAVAILABLE": _refusal(
        "系統忙碌中，本次作業未登錄。",
        "The system is busy; nothing was recorded.",
        "請稍候再送出一次，不會重複登錄。",
        "Send the same request again in a moment; it will not be recorded twice.",
    ),
    "RELEASE_WITHHELD": _refusal(
        "本次資料未通過品質檢核，暫不發布。",
        "These data did not pass the quality gate and are not published.",
        "網站仍提供前一次發布之資料，請維運人員依檢核結果處理。",
        "The last published data stay in place; the operator settles what the gate found.",
    ),
    "SNAPSHOT_UNTRUSTED": _refusal(
        "發布資料集之簽章或內容不符，不予採用。",
        "The snapshot is damaged, incomplete, or not signed by the trusted key.",
        "請改用前一次之資料，並確認公鑰及下載來源。",
        "Keep using the last good data, and check the public key and where the files came from.",
    ),
    "OBJECT_STORE_UNAVAILABLE": _refusal(
        "物件儲存空間無法連線或拒絕存取，資料集暫時無法更新。",
        "The object store does not answer, or refuses; the snapshots there are not renewed.",
        "前一次之資料仍可使用；請維運人員檢查位址、金鑰與網路，恢復後會自動補上。",
        "The last data stay in use; the operator checks address, keys and network, and what was"
        " missed follows by itself.",
    ),
    "ERROR": _refusal(
        "系統發生錯誤，請洽聯絡窗口。",
        "Something went wrong.",
        "請至最近購買紀錄確認交易是否完成，並洽聯絡窗口。",
        "See in the recent purchases whether the sale went through, and call the help desk.",
    ),
}

# Why a reading does not hold (`why` beside CARD_READING_REQUIRED), and what to do about it.
READING_FAULTS: Mapping[str, Text] = MappingProxyType(
    {
        "missing": Text(
            "未附健保卡讀卡紀錄，請插卡讀取。",
            "There is no reading of the card: put it into the reader.",
        ),
        "unknown_nonce": Text(
            "此讀卡紀錄不屬於本次登入，請重新插卡讀取。",
            "The reading does not belong to this login: read the card again.",
        ),
        "used": Text(
            "此讀卡紀錄已使用過，每次讀卡限購買一次，請重新插卡讀取。",
            "The reading was used already; each serves one purchase: read the card again.",
        ),
        "too_old": Text(
            "讀卡紀錄已逾時，請重新插卡讀取；仍發生時請確認電腦時間。",
            "The reading is too old: read the card again; if that persists, check this"
            " computer's clock.",
        ),
        "unknown_agent": Text(
            "此電腦之讀卡元件尚未於本機構登記，請至「電腦設定」登記。",
            "This computer's card agent is not enrolled at this institution: see 電腦設定.",
        ),
        "revoked_agent": Text(
            "此電腦之讀卡元件已被撤銷，請洽機構管理者，或至「電腦設定」重新登記。",
            "This computer's card agent was revoked: ask the administrator, or enrol it anew"
            " in 電腦設定.",
        ),
        "bad_signature": Text(
            "讀卡紀錄與證號、出生日期不符或曾遭更動，請重新插卡讀取，勿更改讀出之資料。",
            "The reading does not fit the number and birth date: read the card again, and do"
            " not change what was read.",
        ),
        "other_person": Text(
            "此讀卡紀錄屬於另一位購買者，請插入本次購買者之健保卡。",
            "The reading is of another buyer: put this buyer's card into the reader.",
        ),
    }
)

REFUSALS: Mapping[str, Refusal] = MappingProxyType(_ELIGIBILITY | _COUNTER | _ACCESS | _GENERAL)
