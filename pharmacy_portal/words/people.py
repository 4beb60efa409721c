"""Words of institutions and users.

Source of the official words: slides of 109.2.5, STEP 3, and the manual, 伍.
"""

from __future__ import annotations

from core.domain.text import Text

SOURCES = {
    "direct": Text("系統設定", "Set up directly"),
    "invitation": Text("授權碼", "By code"),
    "staff_list": Text("職登名冊", "Staff list"),
}
STAFF_STATES = {
    "active": Text("已登入使用", "In use"),
    "waiting": Text("尚未登入", "Not logged in yet"),
    "blocked": Text("已停用", "Shut out"),
    "unfit": Text("職類不適用本機構", "Profession not for this kind of outlet"),
}
CARD_KINDS = {
    "personnel": Text("醫事人員卡", "Medical personnel card"),
    "citizen": Text("自然人憑證", "Citizen digital certificate"),
    "people_institution": Text("醫事機構卡", "Medical institution card"),
    "government": Text("政府單位憑證", "Government unit certificate"),
    "nhi": Text("健保卡", "NHI card"),
    "other": Text("憑證卡片", "Certificate card"),
}
ACTS = {
    "login": Text("登入", "Login"),
    "logout": Text("登出", "Logout"),
    "switch": Text("切換機構或身分", "Change of institution or role"),
    "sale": Text("購買", "Sale"),
    "void": Text("更正購買", "Reversal"),
    "intake": Text("進貨登錄", "Intake"),
    "eligibility": Text("資格審核", "Eligibility check"),
    "invite": Text("核發授權碼", "Code issued"),
    "withdraw_invitation": Text("收回授權碼", "Code taken back"),
    "redeem": Text("使用授權碼", "Code redeemed"),
    "authorise": Text("設定可使用服務", "Services set"),
    "authorise_by_list": Text("依職登名冊授權", "Authorised by the staff list"),
    "remove_user": Text("移除使用者", "User removed"),
    "dismiss": Text("解除管理者", "Administrator dismissed"),
    "give_up": Text("放棄授權", "Role given up"),
    "shut_out": Text("停用名冊人員", "Listed person shut out"),
    "let_in": Text("恢復名冊人員", "Listed person let in"),
    "invite_renewal": Text("核發換卡授權碼", "Renewal code issued"),
    "bind_card": Text("登錄卡片", "Card registered"),
    "apply_for_service": Text("健保服務申請", "Service applied for"),
    "decide_service": Text("服務審核", "Service decided"),
    "agent_enrol": Text("登錄讀卡程式", "Card program enrolled"),
    "agent_revoke": Text("停用讀卡程式", "Card program revoked"),
    "register": Text("販售點資料更新", "Register written"),
    "session_ended": Text("系統結束登入", "Session ended"),
    "outlet_says": Text("號碼牌/售完", "Tickets and sold out"),
    "proposal": Text("更正申請", "Correction proposed"),
    "correct_outlet": Text("販售點資料更正", "Outlet corrected"),
    "stocktake": Text("盤點", "Stocktake"),
    "dispute": Text("購買爭議", "Dispute"),
    "lift_stop": Text("解除停售", "Stop lifted"),
    "mark": Text("販售點狀態設定", "Outlet marked"),
}
# What an act's details are called; those not named here say nothing to a reader.
DETAILS = {
    "card": Text("卡片", "card"),
    "note": Text("備註", "note"),
    "pieces": Text("片數", "pieces"),
    "reason": Text("說明", "reason"),
    "refused": Text("未受理", "refused"),
    "role": Text("身分", "role"),
    "services": Text("服務", "services"),
    "state": Text("狀態", "state"),
    "user": Text("對象", "whom"),
    "verdict": Text("結果", "verdict"),
    "verified": Text("讀卡或輸入", "card or typed"),
}
_TASKS = {
    "menu_people": Text("管理", "People"),
    "people_title": Text("機構管理者作業", "Work of the institution's administrators"),
    "task_administrators": Text("機構管理者維護作業", "Administrators"),
    "task_service": Text("健保服務申請作業", "Service application"),
    "task_users": Text("機構使用者維護作業", "Users"),
    "task_authorisations": Text("使用者授權管理作業", "Authorisations"),
    "task_audit": Text("操作紀錄", "Acts"),
    "people_locked": Text("畫面已鎖定，解鎖後顯示。", "Locked: unlock to see this."),
    "warning_none": Text(
        "本機構目前沒有機構管理者，請機構代表設定。",
        "This institution has no administrator: the representative has to appoint one.",
    ),
    "warning_one": Text(
        "本機構僅有一位機構管理者，建議由機構代表另設一位，以備交接。",
        "There is only one administrator: let the representative appoint another in good time.",
    ),
    "warning_service": Text(
        "本機構的「防疫口罩管控系統」服務尚未核准，使用者無法進行櫃檯作業。",
        "The service is not granted to this institution yet: nobody can work at its counter.",
    ),
    "warning_service_anew": Text(
        "核准後，請登出再登入。", "Once it is granted, log out and in again."
    ),
}
_PEOPLE = {
    "col_name": Text("姓名", "Name"),
    "col_role": Text("身分", "Role"),
    "col_services": Text("可使用服務", "Services"),
    "col_source": Text("授權方式", "How"),
    "col_granted": Text("授權人／時間", "Granted by, when"),
    "col_used": Text("最近使用", "Last used"),
    "col_act": Text("操作", "Act"),
    "col_state": Text("狀態", "State"),
    "col_expires": Text("有效期限", "Valid until"),
    "col_when": Text("時間", "When"),
    "col_who": Text("操作人", "Who"),
    "col_what": Text("內容", "What"),
    "people_me_mark": Text("本人", "you"),
    "people_nobody": Text("無", "None"),
    "administrators_hint": Text(
        "機構代表核發授權碼後，由受任者持本人之醫事人員卡或自然人憑證登入並輸入授權碼，"
        "即成為機構管理者。",
        "Issue a code; the appointed person logs in with his own medical personnel card or citizen"
        " certificate and types it.",
    ),
    "invite_administrator": Text("核發管理者授權碼", "Issue an administrator's code"),
    "current_administrators": Text("目前之機構管理者", "Administrators at present"),
    "open_codes": Text("尚未使用之授權碼", "Codes not used yet"),
    "people_dismiss": Text("解除", "Dismiss"),
    "people_take_back": Text("收回", "Take back"),
    "for_name": Text("受任者姓名", "Name of the appointed person"),
    "user_name": Text("使用者姓名", "Name of the user"),
    "service_state": Text("申請狀態", "State of the application"),
    "service_hint": Text(
        "曾申請健保資訊網服務系統(VPN)任一服務之機構，申請後即核准；其餘由主管機關審核。",
        "Institutions that had any VPN service before are granted it at once; others wait for the"
        " authority.",
    ),
    "service_reason": Text("主管機關說明", "The authority's words"),
    "people_apply": Text("申請服務", "Apply for the service"),
    "users_hint": Text(
        "核發授權碼後，由使用者持本人之卡片登入並輸入授權碼。職登名冊內之人員以本人醫事人員卡"
        "登入即可使用，無須授權碼。",
        "Issue a code; the user logs in with his own card and types it. Whoever is on the staff"
        " list needs none: his own personnel card is enough.",
    ),
    "invite_user": Text("核發使用者授權碼", "Issue a user's code"),
    "invite_many": Text("整批新增", "Invite many"),
    "csv_hint": Text(
        "CSV 檔，欄位：姓名,服務（多項服務以「、」分隔，空白為全部）。有一列錯誤即全部不匯入。",
        "CSV file with the columns name,services (several with ; between them, empty = all). One"
        " faulty line, and nothing is taken.",
    ),
    "csv_template": Text("下載範本", "Download a template"),
    "csv_file": Text("選擇檔案", "Choose a file"),
    "csv_send": Text("匯入", "Import"),
    "users_now": Text("目前之使用者", "Users at present"),
    "people_take_away": Text("移除", "Remove"),
    "renewal_code": Text("換卡授權碼", "Renewal code"),
    "staff_list": Text("職登名冊人員", "People of the staff list"),
    "shut_out": Text("停用", "Shut out"),
    "let_in": Text("恢復", "Let in"),
    "authorisations_hint": Text(
        "勾選使用者可使用之服務後按「儲存」；變更立即生效，該使用者須重新登入。不得對本人授權。",
        "Tick what each user may use and save: it takes effect at once, and the user logs in anew."
        " Nobody authorises himself.",
    ),
    "people_save": Text("儲存", "Save"),
    "own_line": Text("本人（不得自行變更）", "You (not by yourself)"),
    "acts_hint": Text(
        "本機構所有操作之稽核紀錄；紀錄中沒有購買者資料。",
        "Every act at this institution; the trail holds no buyer.",
    ),
    "people_older": Text("較早之紀錄", "Older"),
    "people_code_title": Text("授權碼（僅顯示一次）", "Code (shown only now)"),
    "people_code_hint": Text(
        "請列印或抄下，親自交給本人；七日內有效，使用一次即失效。",
        "Print or copy it, and hand it to the person; it works once, within seven days.",
    ),
    "people_print": Text("列印", "Print"),
    "people_close": Text("關閉", "Close"),
    "people_ask": Text("確定要執行嗎？", "Are you sure?"),
}
_ACCOUNT = {
    "account_title": Text("我的帳號", "My account"),
    "account_services": Text(
        "我的授權、切換機構、卡片與通行密鑰", "What I may do, other institutions, cards, passkeys"
    ),
    "new_card": Text("登錄新卡", "Register a new card"),
    "my_access": Text("我的授權", "What I may do"),
    "access_here": Text("目前使用中", "In use now"),
    "access_switch": Text("切換至此", "Change to this"),
    "access_give_up": Text("放棄", "Give up"),
    "service_not_granted": Text("服務未核准", "service not granted"),
    "people_institution": Text("機構", "Institution"),
    "redeem_title": Text("輸入授權碼", "Type a code"),
    "redeem_hint": Text(
        "其他機構核發給您的八位授權碼。", "The eight signs that an institution gave you."
    ),
    "people_redeem": Text("送出", "Send"),
    "my_cards": Text("我的卡片", "My cards"),
    "card_kind": Text("卡片", "Card"),
    "card_bound": Text("登錄時間", "Registered"),
    "card_retired": Text("已停用", "Retired"),
    "card_valid": Text("使用中", "In use"),
    "my_passkeys": Text("我的通行密鑰", "My passkeys"),
    "my_agents": Text("本機構的讀卡程式", "Card programs of this institution"),
    "new_card_hint": Text(
        "換發新卡後，請先以舊卡登入，再於此登錄新卡；舊卡已無法使用時，請機構管理者核發換卡授權碼。",
        "After a renewal: log in with the old card and register the new one here. If the old one no"
        " longer works, ask the administrator for a renewal code.",
    ),
}
PAGE: dict[str, Text] = _TASKS | _PEOPLE | _ACCOUNT
SCRIPT: dict[str, Text] = {
    "people_sure": Text("{act}：{name}，確定嗎？", "{act}: {name}. Are you sure?"),
    "people_last": Text(
        "這是本機構唯一的機構管理者，解除後將無人管理。仍要解除嗎？",
        "This is the only administrator: nobody will manage the institution. Dismiss all the same?",
    ),
    "people_new_card": Text(
        "請將新卡插入讀卡機，於讀卡程式輸入密碼…",
        "Put the new card into the reader, and type its PIN in the card program…",
    ),
    "people_choose_file": Text("請先選擇 CSV 檔。", "Choose a CSV file first."),
    "people_added": Text("登錄於 {at}", "registered {at}"),
    "people_remove": Text("移除", "Remove"),
    "people_none": Text("無", "None"),
}
