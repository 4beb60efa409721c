"""Words of 電腦設定 and its 檢測, open to everybody.

Source: slides of 109.2.5, 首次使用 STEP 1–3; the manual, 系統環境說明: their sentences stand here
word for word (``setup_official_…``), each followed by what it means today.
"""

from __future__ import annotations

from core.domain.text import Text

_STEPS = {
    "setup_title": Text("電腦設定", "Computer setup"),
    "setup_intro": Text(
        "個人電腦均需在下列說明逐一完成後，才可正常使用本網站健保服務。若仍有疑問，可洽詢首頁左側"
        "「聯絡窗口」之「網頁諮詢服務」聯絡窗口人員。",
        "Every computer needs the following steps once before the services can be used. With"
        " questions turn to the contact office named on the first page.",
    ),
    "setup_today": Text("現在的做法", "Today"),
    "setup_step_1": Text("DNS 手動設定", "DNS set by hand"),
    "setup_official_dns": Text(
        "請依據「CMS_DNSSetting.pdf」說明文件進行電腦DNS設定。",
        "Set the computer's DNS as described in “CMS_DNSSetting.pdf”.",
    ),
    "setup_dns_today": Text(
        "本頁能開啟，就表示名稱解析與連線正常：您正在使用 {origin}。在健保 VPN 內使用時，DNS 由"
        " VPN 提供；不必也不要修改 hosts 檔，不必安裝任何根憑證。",
        "That this page opens shows that name and connection work: you are using {origin}. Inside"
        " the health insurance VPN the VPN gives the DNS. Never edit the hosts file, never install"
        " a root certificate for this.",
    ),
    "setup_step_2": Text(
        "安裝讀卡機驅動程式與相關憑證元件、及瀏覽器設定",
        "Install reader drivers and certificate components, set up the browser",
    ),
    "setup_official_readers": Text(
        "本網站服務採用卡片登入方式認證，目前使用的讀卡機有兩種：健保讀卡機、晶片讀卡機。以下分別"
        "列出讀卡機應用的卡片，及初次登入前需要安裝及設定的內容。",
        "These services are entered with a card. Two kinds of reader are in use: NHI readers and"
        " chip card readers. Below are the cards of each, and what to install before the first"
        " login.",
    ),
    "setup_reader_kind": Text("讀卡機", "Reader"),
    "setup_cards": Text("適用卡片", "Cards"),
    "setup_install": Text("安裝與設定", "Install and set up"),
    "setup_nhi_reader": Text("健保讀卡機", "NHI card reader"),
    "setup_nhi_cards": Text(
        "醫事人員卡、健保卡、醫事機構卡",
        "Medical personnel card, NHI card, medical institution card",
    ),
    "setup_nhi_install": Text(
        "廠商的 PC/SC 驅動程式；雙插槽機型會顯示為兩台讀卡機。",
        "The maker's PC/SC driver; one with two slots shows as two readers.",
    ),
    "setup_chip_reader": Text("晶片讀卡機", "Chip card reader"),
    "setup_chip_cards": Text(
        "醫事人員卡、自然人憑證、醫事機構卡、政府單位憑證",
        "Medical personnel card, citizen digital certificate, medical institution card, government"
        " unit certificate",
    ),
    "setup_chip_install": Text(
        "Windows 內建驅動即可；憑證登入另裝憑證元件（醫事憑證 HCA、自然人憑證 HiCOS）。也能讀取"
        "健保卡基本資料（證號、出生日期）。",
        "Windows has the driver; to log in add the certificate component (HCA, or HiCOS). It reads"
        " the NHI card's basic data (number, birth date) as well.",
    ),
    "setup_two_title": Text("一台或兩台讀卡機", "One reader or two"),
    "setup_two_layout": Text("配置", "Layout"),
    "setup_two_staff": Text("人員的卡", "Your own card"),
    "setup_two_buyer": Text("購買者的健保卡", "Buyers' NHI cards"),
    "setup_two": Text("兩台（建議）", "Two readers (recommended)"),
    "setup_two_a": Text(
        "留在晶片讀卡機或健保讀卡機的醫事卡插槽；取出即鎖定畫面。",
        "Stays in a chip card reader or the staff slot; taking it out locks the screen.",
    ),
    "setup_two_b": Text("插在另一台，一位一張。", "Go through the other one, one by one."),
    "setup_one": Text("一台", "One reader"),
    "setup_one_a": Text(
        "登入時插入，登入後取出；之後可改用通行密鑰登入。",
        "Put in to log in, then taken out; a passkey can be used later on.",
    ),
    "setup_one_b": Text("使用同一台。", "Use the same one."),
    "setup_browser": Text(
        "瀏覽器：Microsoft Edge、Google Chrome、Mozilla Firefox 的現行版本。第一次連接時瀏覽器會"
        "詢問是否允許本網站存取本機裝置，請選「允許」。Internet Explorer 11 已停止支援，不能使用。",
        "Browser: a current Microsoft Edge, Google Chrome or Mozilla Firefox. At the first"
        " connection it asks whether this site may reach programs on this device: choose Allow."
        " Internet Explorer 11 is no longer supported by anybody and cannot be used.",
    ),
    "setup_agent_a": Text(
        "安裝讀卡程式：至「下載專區」取得安裝檔，或在已安裝 maskmap 的電腦執行以下指令。",
        "Install the card program: get it from Downloads, or where maskmap is installed run:",
    ),
    "setup_agent_b": Text(
        "程式啟動後顯示 8 位數配對碼，在下方輸入一次。它只在本機 (127.0.0.1) 服務已配對的本網站；"
        "PIN 碼由它的視窗詢問，網頁不會也不該詢問 PIN 碼。",
        "It shows 8 digits when it starts: type them below, once. It serves only this site, once"
        " paired, and only on this computer (127.0.0.1). It asks for the PIN in a window of its"
        " own; no web page ever should.",
    ),
    "setup_downloads": Text("下載專區", "Downloads"),
    "setup_step_3": Text("權限管理設定", "Who may do what"),
    "setup_official_chain": Text(
        "本網站使用整合式權限管理機制，以「機構代表→機構管理者→機構使用者」架構，提供機構可自主化"
        "管理內部人員權限，說明如下：",
        "Permissions follow one line: institution representative → institution administrator →"
        " institution user. Each institution looks after its own people, as follows:",
    ),
    "setup_official_first": Text(
        "首次使用，須透過「機構代表」身分以「醫事機構卡」或「政府單位憑證卡」登入後，執行「機構管理者"
        "維護作業」，設定機構管理者，管理者才可使用本網站服務。",
        "At first the representative logs in with the medical institution card or the government"
        " unit certificate and appoints administrators; only then can they use these services.",
    ),
    "setup_official_then": Text(
        "由「機構管理者」持「醫事人員卡」或「健保卡」或「自然人憑證」登入後，執行下列作業，使用者才可"
        "使用本網站服務：",
        "An administrator then logs in with the medical personnel card, the NHI card or the citizen"
        " digital certificate and does the following, so that users can use the services:",
    ),
    "setup_official_apply": Text(
        "執行「健保服務申請作業」。", "Apply for the service (健保服務申請作業)."
    ),
    "setup_official_users": Text(
        "使用「機構使用者維護作業」，設定機構使用者。",
        "Name the institution's users (機構使用者維護作業).",
    ),
    "setup_official_grant": Text(
        "使用「使用者授權管理作業」，設定使用者可使用之健保服務。",
        "Choose the services of each user (使用者授權管理作業).",
    ),
    "setup_chain_today": Text(
        "健保卡沒有簽章能力，只能與通行密鑰一起說明您是誰，不能單獨登入。職登藥師、藥劑生與衛生所"
        "醫師、護理人員由匯入名冊自動授權。",
        "An NHI card cannot sign: it may only say who you are, together with a passkey. Pharmacists"
        " and assistants registered at an outlet, doctors and nurses of a health centre are"
        " authorised from an imported list.",
    ),
}
_ENVIRONMENT = {
    "setup_environment": Text("系統環境說明", "System environment"),
    "setup_requirement": Text("需求", "Requirement"),
    "setup_what_we_do": Text("本系統的作法", "What this system does about it"),
    "setup_official_windows": Text("個人電腦 windows環境。", "A personal computer with Windows."),
    "setup_windows_today": Text(
        "Windows 10 以上；macOS、Linux 亦可。讀卡程式使用系統內建的智慧卡服務，不需管理員權限。",
        "Windows 10 or later; macOS and Linux work too. The card program uses the system's own"
        " smart card service and needs no administrator rights.",
    ),
    "setup_official_vpn": Text(
        "向中華電信申請安裝 VPN 建置線路，完成網路設定測通。",
        "A VPN line from Chunghwa Telecom, installed and tested.",
    ),
    "setup_vpn_today": Text(
        "入口網站可設於 VPN 內，並一律使用 TLS；畫面與讀卡程式之間不經過網路。"
        "線路測試請按「檢測」。",
        "The portal can stand inside the VPN, and always uses TLS. Between page and card program"
        " nothing crosses the network. “Test” checks the line.",
    ),
    "setup_official_sam": Text(
        "向健保署申請實體或雲端安全模組，並安裝在讀卡機內。",
        "A security module from the NHI Administration, physical or in the cloud, in the reader.",
    ),
    "setup_sam_today": Text(
        "本系統只讀健保卡基本資料，不需要安全模組，也不影響已安裝者。沒有安全模組就無法證明卡片為真："
        "讀卡紀錄證明「這台電腦讀到這些資料」，不證明卡片不是複製品。",
        "Only the NHI card's basic data are read: no module is needed, and one that is installed is"
        " left alone. Without it nobody can prove a card genuine: a reading proves that this"
        " computer read these data, not that the card is no copy.",
    ),
    "setup_official_authorise": Text(
        "以醫事機構卡授權藥師卡或其他人員。",
        "Authorising pharmacists' cards or other people with the institution card.",
    ),
    "setup_authorise_today": Text(
        "機構代表以醫事機構卡登入後指派管理者，管理者再授權人員（STEP 3）；"
        "每一次授權都留下稽核紀錄，也可立即撤銷。",
        "The representative logs in with the institution card and appoints administrators, who"
        " authorise people (STEP 3). Every grant is audited and can be revoked at once.",
    ),
}
_THIS_COMPUTER = {
    "setup_here": Text("這台電腦", "This computer"),
    "setup_state": Text("讀卡程式", "Card program"),
    "setup_pair": Text("配對", "Pairing"),
    "setup_code": Text("8 位數配對碼", "8-digit pairing code"),
    "setup_pair_now": Text("配對", "Pair"),
    "setup_readers": Text("讀卡機用途", "What each reader is for"),
    "setup_readers_hint": Text(
        "由讀卡程式保存在這台電腦。放您自己卡片的讀卡機請選「人員」，它不會被當成購買者的卡讀取。",
        "Kept by the card program on this computer. For the reader with your own card choose Staff:"
        " it is never read as a buyer's.",
    ),
    "setup_no_readers": Text("尚未看到讀卡機。", "No reader is to be seen yet."),
    "setup_enrol": Text("登記這台電腦的讀卡程式", "Enrol this computer's card program"),
    "setup_enrol_hint": Text(
        "以您的卡片簽章一次，此後它讀到的健保卡才算「讀卡」。須先登入。",
        "Your card signs once; from then on NHI cards read here count as read. Log in first.",
    ),
    "setup_enrol_now": Text("以我的卡片登記", "Enrol with my card"),
    "setup_log_in_first": Text("請先登入", "Log in first"),
    "setup_lock": Text("取出人員卡片時", "When the staff card is taken out"),
    "setup_lock_auto": Text("鎖定畫面（以卡片登入時）", "Lock (when logged in by card)"),
    "setup_lock_always": Text("一律鎖定畫面", "Always lock"),
    "setup_lock_never": Text("不鎖定", "Do not lock"),
    "setup_card_picture": Text(
        "健保卡晶片面朝上、晶片端朝前插入讀卡機",
        "The NHI card goes in with the chip up and first",
    ),
}
_CHECK = {
    "check_title": Text("電腦檢測", "Test this computer"),
    "check_intro": Text(
        "逐項檢查本頁到卡片之間的每一段；不需登入，不顯示也不留存任何卡片內容。",
        "Tests every link between this page and a card. No login needed; nothing that is on a card"
        " is shown or kept.",
    ),
    "check_again": Text("重新檢測", "Test again"),
    "check_connection": Text("連線", "Connection"),
    "check_browser": Text("瀏覽器", "Browser"),
    "check_permission": Text("瀏覽器許可", "Browser permission"),
    "check_agent": Text("讀卡程式", "Card program"),
    "check_pairing": Text("配對", "Pairing"),
    "check_service": Text("智慧卡服務", "Smart card service"),
    "check_readers": Text("讀卡機", "Readers"),
    "check_card": Text("卡片", "Card"),
    "check_enrolled": Text("登記", "Enrolment"),
    "check_clock": Text("時鐘", "Clock"),
    "check_try": Text("試讀健保卡", "Try to read an NHI card"),
}

PAGE: dict[str, Text] = _STEPS | _ENVIRONMENT | _THIS_COMPUTER | _CHECK
SCRIPT: dict[str, Text] = {
    "role_none": Text("未指定", "Not chosen"),
    "role_buyer": Text("購買者", "Buyers"),
    "role_staff": Text("人員", "Staff"),
    "role_of": Text("{reader} 的用途", "What {reader} is for"),
    "card_none": Text("無卡片", "no card"),
    "card_present": Text("有卡片", "a card is in"),
    "card_no_answer": Text("卡片沒有反應", "the card does not answer"),
    "agent_connected": Text("已連接（版本 {version}）", "Connected (version {version})"),
    "paired": Text("配對完成。", "Paired."),
    "enrolled": Text("登記完成：{agent}", "Enrolled: {agent}"),
    "already_enrolled": Text("已登記。", "Enrolled."),
    "saved": Text("已儲存。", "Saved."),
    "check_ok": Text("正常", "All is well"),
    "check_later": Text("前一項通過後才能檢測", "Can be tested after the one before"),
    "check_up": Text("{ms} 毫秒", "{ms} ms"),
    "check_down": Text("連不上伺服器", "The server does not answer"),
    "check_down_next": Text("請檢查網路或 VPN 線路。", "Check the network or the VPN line."),
    "check_insecure": Text("本頁不是安全連線", "This page is not on a secure connection"),
    "check_insecure_next": Text("請以 https 開頭的網址開啟。", "Open it under its https address."),
    "check_allowed": Text("已允許，或不需詢問", "Allowed, or no need to ask"),
    "check_found": Text("版本 {version}，連接埠 {port}", "Version {version}, port {port}"),
    "check_readers_found": Text("{count} 台", "{count} found"),
    "check_buyer_reader": Text("請指定讀卡機用途", "Choose what each reader is for"),
    "check_buyer_reader_next": Text(
        "至「電腦設定」將放人員卡片的讀卡機設為「人員」。",
        "In Computer setup set the reader of your own card to Staff.",
    ),
    "check_clock_off": Text("與伺服器相差 {seconds} 秒", "{seconds} s off the server's"),
    "check_read": Text("健保卡讀取成功。", "An NHI card was read."),
    "all_well": Text("全部正常，可以讀卡。", "All is well: cards can be read."),
    "something_wrong": Text(
        "有 {count} 項需要處理，請由上而下處理。", "{count} to be seen to, from the top."
    ),
}
