"""Words of the authority's pages."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {
    "menu_steward": Text("主管機關作業", "Authority"),
    "st_title": Text("主管機關作業", "The authority's work"),
    "st_home": Text("總覽", "Overview"),
    "st_morning": Text("晨間清單", "Morning list"),
    "st_announcements": Text("公告事項", "Announcements"),
    "st_stops": Text("緊急停售", "Emergency stops"),
    "st_corrections": Text("名冊更正", "Register corrections"),
    "st_services": Text("服務申請", "Service applications"),
    "st_directory": Text("應用清冊", "Directory of applications"),
    "st_rules": Text("購買規定", "Rules"),
    "st_pages": Text("網站內容", "Pages of the site"),
    "st_stops_in_force": Text("停售中", "Stops in force"),
    "st_look_behind": Text("查看購買紀錄（留下稽核紀錄）", "Look at the sales (leaves a record)"),
    "st_no_sale_behind": Text("已無購買紀錄", "No sale stands against this person any more"),
    "st_by_card": Text("讀卡", "by card"),
    "st_answer": Text("查證答覆（販售點可見）", "Answer (the outlet reads it)"),
    "st_audited": Text(
        "本區每項作業均留有稽核紀錄，並隨每次發布之鏈首公開驗證。",
        "Every act here leaves an audit record, whose chain is published with each release.",
    ),
    # announcements
    "st_new_announcement": Text("新公告", "New announcement"),
    "st_announce": Text("發布", "Announce"),
    "st_kind": Text("類別", "Kind"),
    "st_audience": Text("對象", "For whom"),
    "st_effective": Text("生效日", "In force from"),
    "st_zh": Text("中文", "Chinese"),
    "st_en": Text("英文", "English"),
    "st_version": Text("第 {number} 版", "version {number}"),
    "st_withdrawn": Text("已撤下", "withdrawn"),
    "st_withdraw": Text("撤下", "Withdraw"),
    "st_edit": Text("編輯", "Edit"),
    "st_save": Text("儲存", "Save"),
    "st_reason": Text("原因", "Reason"),
    # stops
    "st_stop_warning": Text(
        "停售一經儲存，任何櫃檯的購買立即被拒，原因會公開顯示於櫃檯與查詢網站，直到解除或到期。",
        "A stop refuses every purchase from the moment it is saved. Its reason is shown at the"
        " counters and on the public site until it is lifted or ends.",
    ),
    "st_new_stop": Text("新停售", "New stop"),
    "st_scope": Text("範圍", "Scope"),
    "st_one_outlet": Text("一個販售點", "One outlet"),
    "st_whole_programme": Text("整個方案：{name}", "The whole programme: {name}"),
    "st_target": Text("醫事機構代碼或方案", "Institution code or programme"),
    "st_until": Text("停售至（可不填）", "Until (may be left open)"),
    "st_reason_zh": Text("公開原因（中文）", "Public reason (Chinese)"),
    "st_reason_en": Text("公開原因（英文）", "Public reason (English)"),
    "st_confirm_stop": Text("再輸入一次代碼或方案名稱", "Type the code or programme name again"),
    "st_confirm_hint": Text(
        "停售販售點：輸入其 10 碼代碼；停售整個方案：輸入「{name}」或方案名稱。",
        "For an outlet type its ten-character code; for the whole programme, {name} or its name.",
    ),
    "st_stop_now": Text("停售", "Stop sale"),
    "st_stops_so_far": Text("停售紀錄", "Stops so far"),
    "st_no_stops": Text("沒有停售紀錄。", "There were none."),
    "st_holds": Text("停售中", "In force"),
    "st_over": Text("已結束", "Over"),
    "st_lifted": Text("{by} 於 {at} 解除", "lifted {at} by {by}"),
    "st_confirm_lift": Text("輸入 {target} 以解除", "Type {target} to lift it"),
    "st_lift": Text("解除停售", "Lift"),
    # corrections
    "st_waiting": Text("待審核", "Waiting"),
    "st_decided": Text("已審核", "Decided"),
    "st_nothing_waits": Text("沒有待審核項目。", "Nothing waits."),
    "st_now": Text("名冊現況", "Now"),
    "st_wanted": Text("申請更正為", "Proposed"),
    "st_place_before": Text("名冊位置", "Place in the register"),
    "st_place_after": Text("申請位置", "Place proposed"),
    "st_moves": Text("往{towards} {distance}", "{distance} to the {towards}"),
    "st_stays": Text("位置不變", "The place stays"),
    "st_from_nowhere": Text("名冊尚無座標", "The register has no coordinates yet"),
    "st_north": Text("北", "N"),
    "st_decided_by": Text("審核者", "Decided by"),
    "st_reason_if_refused": Text("原因（不採用時必填）", "Reason (needed to refuse)"),
    "st_accept": Text("採用", "Accept"),
    "st_refuse": Text("不採用", "Refuse"),
    "st_verdict": Text("結果", "Verdict"),
    "st_by_hand": Text("直接更正名冊", "Correct the register by hand"),
    "st_look_up": Text("查詢", "Look up"),
    "st_no_such_outlet": Text("名冊中查無此代碼。", "This code is not in the register."),
    "st_name": Text("名稱", "Name"),
    "st_phone": Text("電話", "Telephone"),
    "st_address": Text("地址", "Address"),
    "st_latitude": Text("緯度", "Latitude"),
    "st_longitude": Text("經度", "Longitude"),
    "st_status": Text("狀態", "Status"),
    "st_active": Text("販售中", "Active"),
    "st_paused": Text("暫停", "Paused"),
    "st_gone": Text("停止特約", "Withdrawn"),
    # directory
    "st_broken": Text("連結失效", "broken link"),
    "st_broken_links": Text("連結檢查", "Link check"),
    "st_checked_at": Text("最近檢查：{at}", "Last checked {at}"),
    "st_never_checked": Text(
        "尚未檢查，由營運單位執行 maskmap apps check。",
        "Not checked yet: the operator runs maskmap apps check.",
    ),
    "st_listed": Text("已刊登", "Listed"),
    "st_refused_ones": Text("未採用或已撤下", "Refused or withdrawn"),
    # morning
    "st_confirmed_by": Text("到貨應於此時前確認", "Goods confirmed by"),
    "st_times_standard": Text("庫存高於每日標準量倍數", "Stock above N times the standard"),
    "st_show": Text("顯示", "Show"),
    "st_morning_hint": Text(
        "另列：人工扣減、至少 {least} 筆中手動輸入達 {typed}%、每分鐘超過 {rate} 筆。",
        "Also: pieces taken off by hand, {typed}% typed of at least {least} sales, more than"
        " {rate} sales a minute.",
    ),
    "st_found": Text("{count} 個販售點（{at}）", "{count} outlets ({at})"),
    "st_town": Text("鄉鎮市區", "Town"),
    "st_why": Text("原因", "Why"),
    "st_last_login": Text("最近登入", "Last login"),
    "st_intake": Text("到貨", "Intake"),
    "st_taken_off": Text("扣減", "Taken off"),
    "st_sales": Text("筆數", "Sales"),
    "st_typed": Text("手動", "Typed"),
    "st_rate": Text("每分鐘", "A minute"),
    "st_all_well": Text("沒有需要關心的販售點。", "No outlet needs a look."),
    "st_more_in_csv": Text(
        "畫面列出前 {shown} 個，全部請下載 CSV。", "The first {shown} are shown; the CSV has all."
    ),
    # services
    "st_grant": Text("核准", "Grant"),
    "st_granted_so_far": Text("已核准 {count} 個機構", "{count} institutions are granted"),
    "st_decide_by_code": Text("依代碼核准或停止", "Grant or end by code"),
    "st_end_service": Text("不核准／停止", "Refuse or end"),
    "st_orphaned": Text("為無管理者之機構指派", "Appoint for an institution that has nobody"),
    "st_orphaned_hint": Text(
        "用於機構首次使用(機構代表)，或機構代表與機構管理者皆無法辦理之情形。指派後產生一次性代碼，"
        "請以電話告知本人。",
        "For an institution's first use (its representative), or where neither representative nor"
        " administrator can act. It makes a one-time code: tell it to the person by telephone.",
    ),
    "st_role": Text("角色", "Role"),
    "st_persons_name": Text("姓名", "Name"),
    "st_appoint": Text("指派", "Appoint"),
    # rules
    "st_rules_now": Text("現行規定", "In force today"),
    "st_rules_damaged": Text(
        "規定資料夾中有檔案毀損，仍沿用最後一份正確的規定。",
        "A file of the rules folder is damaged; the last good rules stay in force.",
    ),
    "st_rules_ahead": Text("未來異動（一年內）", "What changes when (a year ahead)"),
    "st_rules_pending": Text("等待生效之檔案", "A file that waits"),
    "st_pending_from": Text(
        "新檔案將於 {day} 零時（臺北）由所有程式一併採用。",
        "A new file is taken up by every program at midnight (Taipei), from {day} on.",
    ),
    "st_none_pending": Text("沒有等待生效的檔案。", "None waits."),
    "st_no_changes": Text("沒有異動。", "Nothing changes."),
    "st_candidates": Text("試算候選規定", "Try a candidate"),
    "st_candidates_hint": Text(
        "由營運單位將檔案放入規定資料夾（{folder}）之 candidates 子資料夾；不會被任何程式採用。"
        "試算以最近 7 日之購買紀錄計算，不顯示任何人。",
        "The operator puts the file into the folder candidates of the rules folder ({folder}); no"
        " program takes it up. It is tried on the sales of the last 7 days; nobody is named.",
    ),
    "st_no_candidates": Text("沒有候選檔案。", "There are no candidates."),
    "st_file": Text("檔案", "File"),
    "st_try": Text("以過去銷售試算", "Try on past sales"),
    "st_trial": Text("試算結果", "Tried on past sales"),
    # pages
    "st_page": Text("頁面", "Page"),
    "st_in_force": Text("現行版本", "In force"),
    "st_by": Text("編輯者", "By"),
    "st_see_page": Text("檢視頁面", "See the page"),
    "st_marks": Text(
        "可用記號：「# 標題」「## 小標」「- 項目」「1. 項目」「**粗體**」「[文字](https://…)」；"
        "空行分段。其他內容一律照原樣顯示。",
        "Marks: # heading, ## smaller, - item, 1. item, **bold**, [words](https://…); a blank"
        " line begins a paragraph. Anything else is shown as written.",
    ),
    "st_preview": Text("預覽", "Preview"),
    "st_versions": Text("歷次版本", "Versions"),
    "st_restored": Text("還原第 {number} 版", "restores version {number}"),
    "st_look_at": Text("檢視", "Look"),
    "st_restore": Text("還原", "Restore"),
}
SCRIPT: dict[str, Text] = {
    "st_done": Text("已儲存。", "Saved."),
    "st_conflict": Text(
        "他人已先儲存新版本，本次未儲存，您的文字仍在此畫面。請另開視窗檢視最新版本，合併後重新整理再儲存。",
        "Somebody saved a newer version first, so nothing was saved; your text is still here. Look"
        " at the newest version in another window, then reload and put yours into it.",
    ),
    "st_lost": Text(
        "沒有收到回應，結果不明。請重新整理確認後再試。",
        "No answer came, so the outcome is not known. Reload and look before trying again.",
    ),
    "st_code": Text("一次性代碼：{code}", "One-time code: {code}"),
}
