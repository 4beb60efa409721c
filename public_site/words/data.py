"""The pages for app builders, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "data_title": Text("開放資料", "Open data"),
    "data_intro": Text(
        "所有檔案、API 和網頁都出自同一份資料集，沒有時間差。免申請、免金鑰。",
        "Files, API and pages all come from one snapshot, at the same moment. No registration, no"
        " key.",
    ),
    "three_lines": Text("三行就能開始", "Three lines to begin"),
    "copy": Text("複製", "Copy"),
    "code_copied": Text("已複製", "Copied"),
    "data_way_files": Text("檔案", "Files"),
    "data_way_examples": Text("範例", "Examples"),
    "data_way_api": Text("API 說明", "API"),
    "data_way_dictionary": Text("資料字典", "Dictionary"),
    "data_way_sandbox": Text("沙盒", "Sandbox"),
    "data_way_policy": Text("使用須知與公告", "Fair use, changes, licence"),
    "files_title": Text("目前的檔案", "The files now"),
    "data_state": Text(
        "數量時間 {as_of}；每 {ttl} 秒查看一次有無變動。",
        "Numbers of {as_of}; looked at anew every {ttl} s.",
    ),
    "file": Text("檔案", "File"),
    "what": Text("內容", "What it holds"),
    "rows": Text("販售點", "Outlets"),
    "size": Text("大小", "Size"),
    "compressed": Text("壓縮後 {size}", "{size} compressed"),
    "addresses_2020": Text("2020 年程式使用的網址仍然有效：", "The addresses of 2020 still work:"),
    "fixed_address": Text(
        "固定網址（內容永不改變）：", "Fixed address (its content never changes):"
    ),
    "restocks_title": Text("口罩到貨", "Arrivals of goods"),
    "towns_title": Text("一個鄉鎮市區一個檔案", "One file a town"),
    "towns_text": Text(
        "{n} 個鄉鎮市區各有一個檔案，適合手機程式：只抓要的那一區，沒有變動的不會重寫。"
        "檔名是 town_code，每個販售點都有這個欄位。",
        "One for each of {n} towns, made for apps on phones: fetch the town you show. A town in"
        " which nothing changed keeps its file. It is named by the town_code of its outlets.",
    ),
    "history_title": Text("歷史", "History"),
    "history_text": Text(
        "每一次變動（Parquet）與每日統計（CSV），保留全部，已有 {n} 天：",
        "Every change as Parquet, and each day's roll-up as CSV; nothing is ever removed. {n} days"
        " so far:",
    ),
    "catalogue_title": Text("目錄與綱要", "Catalogue and schemas"),
    "catalogue_text": Text(
        "給資料平臺與驗證工具：Data Package、DCAT 3、schema.org、JSON Schema。",
        "For data portals and validators: Data Package, DCAT 3, schema.org, JSON Schema.",
    ),
    "samples_title": Text("小型樣本", "Small samples"),
    "samples_text": Text(
        "每種格式的前幾筆，虛構資料，檔名上有日期，內容永不改變。",
        "The first rows of each format: fictional, dated, never changing.",
    ),
    "terms": Text(
        "使用時請註明資料時間；availability 不是 buyable 時表示目前無法購買。",
        "Please show the time of the data; an availability other than buyable means that nothing"
        " can be bought now.",
    ),
    "news_title": Text("公告", "Announcements"),
    "no_news": Text("目前沒有公告。", "There are none."),
    "all_news": Text("全部公告與變更原則", "All announcements, and what may change"),
    "news_notice": Text("通知", "Notice"),
    "news_change": Text("變更", "Change"),
    "news_incident": Text("事件", "Incident"),
    "news_sunset": Text("終止", "End"),
    "effective": Text("（{day} 生效）", "(from {day})"),
    "examples_title": Text("可以直接執行的範例", "Examples that run"),
    "examples_intro": Text(
        "網址就是這個網站，複製後可以直接執行；每次改版都會逐一測試。",
        "They name this site and run as they stand; each is run by our tests.",
    ),
    "api_title": Text("API 說明", "The API"),
    "api_intro": Text(
        "只用 GET，回答 JSON。免金鑰，可跨網域（CORS *）。"
        "看不懂的參數名稱會略過，空白的參數視為沒寫。",
        "GET only, JSON back. No key, any origin (CORS *). Unknown parameters are ignored, empty"
        " ones left out.",
    ),
    "openapi_link": Text("OpenAPI 3.1 文件（/openapi.json）", "OpenAPI 3.1 (/openapi.json)"),
    "and_filters": Text("另可用下面的", "Takes all"),
    "filters_title": Text("條件", "filters"),
    "filters_text": Text(
        "同時給多個條件時，全部都要符合。", "Where several are given, all of them must hold."
    ),
    "parameter": Text("參數", "Parameter"),
    "meaning": Text("意義", "Meaning"),
    "example": Text("例", "Example"),
    "required": Text("必要", "required"),
    "field": Text("欄位", "Field"),
    "envelope_title": Text("每個回答都有的成員", "Members of every answer"),
    "envelope_text": Text("販售點物件的欄位，見", "For the members of an outlet, see the"),
    "codes_title": Text("錯誤代碼", "Codes of errors"),
    "codes_text": Text(
        "錯誤以 application/problem+json 回答；code 不會改名，detail 說明該怎麼寫。",
        "Errors are application/problem+json; code is stable, detail says what to write instead.",
    ),
    "dictionary_title": Text("資料字典", "Data dictionary"),
    "dictionary_intro": Text(
        "每個欄位的意義、格式與所在檔案；由程式裡的定義產生，測試會與實際檔案逐欄比對。",
        "What every field means, its format, where it stands: made from the definition in the"
        " code, and compared with the real files by a test.",
    ),
    "record_title": Text("販售點", "An outlet"),
    "record_text": Text(
        "方案每有一種產品，就有一個數量欄位和一個等級欄位。",
        "Each product of the programme has a number and a level.",
    ),
    "full_formats": Text("完整格式", "full formats"),
    "full_formats_but_changes": Text(
        "完整格式，NDJSON 與 by-town/ 除外", "full formats, not NDJSON and by-town/"
    ),
    "full_formats_are": Text(
        "完整格式是 maskdata-all.csv、outlets.geojson、outlets.parquet、outlets.ndjson、"
        "changes.ndjson、by-town/ 與 API。",
        "The full formats are maskdata-all.csv, outlets.geojson, outlets.parquet, outlets.ndjson,"
        " changes.ndjson, by-town/ and the API.",
    ),
    "also_title": Text("只在某處出現的欄位", "Fields of one place only"),
    "format_example": Text("格式與範例", "Format, example"),
    "in_files": Text("所在檔案（名稱不同時列出）", "Files (with the name there, if another)"),
    "sandbox_title": Text("沙盒", "Sandbox"),
    "sandbox_intro": Text(
        "同一套 API，資料虛構，答案永遠不變：適合寫測試。",
        "The same API over fictional data, with answers that never change: for your tests.",
    ),
    "sandbox_use": Text(
        "把程式裡的網址換成：", "In your program, replace the address of the site by:"
    ),
    "sandbox_key": Text(
        "沙盒用自己的金鑰簽章（/sandbox/data/public-key.pem），只能用來測試。",
        "The sandbox is signed with a key of its own (/sandbox/data/public-key.pem), good for"
        " tests only.",
    ),
    "try_address": Text("網址", "Address"),
    "answers_status": Text("狀態碼", "Status"),
    "shows": Text("展示什麼", "What it shows"),
    "policy_title": Text("使用須知與公告", "Fair use, changes, licence"),
    "polling_title": Text("多久抓一次", "How often to ask"),
    "polling_ttl": Text(
        "不要比 ttl_s（目前 {ttl} 秒）更頻繁：在那之前不會有新的數量。",
        "Not faster than ttl_s (now {ttl} s): there is nothing new before.",
    ),
    "polling_tag": Text(
        "帶上 ETag（If-None-Match）：沒有變動只花一個 304。",
        "Send the ETag back (If-None-Match): what is unchanged costs a 304.",
    ),
    "polling_changes": Text(
        "手上有完整資料時，用 /api/v1/changes?since=編號 只抓變動；"
        "410 表示離開太久，請重抓完整資料。",
        "Once you hold everything, /api/v1/changes?since=NUMBER tells what changed; 410 means that"
        " you were away for too long: fetch everything again.",
    ),
    "polling_bulk": Text(
        "要全部就抓檔案（有壓縮），不要一個一個查；codes 一次可查多個。",
        "For everything take a file (compressed), not outlet by outlet; codes takes many at once.",
    ),
    "polling_backoff": Text(
        "遇到 503 或連線失敗：依 Retry-After，否則每次等待加倍（1、2、4 … 秒，最多 5 分鐘）。",
        "After a 503 or a lost connection wait for Retry-After, else twice as long each time"
        " (1, 2, 4 … seconds, at most 5 minutes).",
    ),
    "polling_jitter": Text(
        "等待時間加一點亂數，不要整點整分一起來。",
        "Add some chance to every wait, so that not all ask at the full minute.",
    ),
    "limits_title": Text("限制", "Limits"),
    "limits_none": Text(
        "不限次數，也不需登記；過載時以 503 與 Retry-After 回答。",
        "No quota and no registration; under overload the answer is 503 with Retry-After.",
    ),
    "limits_sizes": Text(
        "每頁筆數、代碼數、半徑與網址長度（4096 字元）有上限：",
        "Rows on a page, codes, radius and the length of a query (4096 characters) are bounded:",
    ),
    "limits_age": Text(
        "編號資料集保留最新 30 份與最近 24 小時每小時 1 份；變動紀錄保留 24 小時。",
        "Of numbered snapshots the newest 30 stay, and one an hour for 24 hours; changes stay for"
        " 24 hours.",
    ),
    "change_title": Text("會改變什麼", "What may change"),
    "change_names": Text(
        "欄位名稱、意義、單位與 maskdata.csv 的七欄凍結，不改名、不移除。",
        "Names, meanings, units and the seven columns of maskdata.csv are frozen: never renamed,"
        " never removed.",
    ),
    "change_additive": Text(
        "可能增加欄位、檔案、參數，以及 kind、availability 的值：請略過不認得的，"
        "不認得的 availability 當成 unsure。",
        "Fields, files, parameters, and words of kind and availability may be added: skip what you"
        " do not know, and take an unknown availability as unsure.",
    ),
    "change_notice": Text(
        "程式會察覺的變更，至少 90 天前公告。",
        "A change that programs notice is announced at least 90 days before.",
    ),
    "change_version": Text(
        "非破壞不可時，另開 /api/v2；/api/v1 至少再服務 12 個月。",
        "What cannot be done without breaking comes as /api/v2; /api/v1 then stays for at least 12"
        " months.",
    ),
    "change_end": Text(
        "停止發布前會公告，並在每個回答加上 Sunset 標頭（RFC 8594）。",
        "An end is announced, and told by the header Sunset (RFC 8594) of every answer.",
    ),
    "licence_title": Text("授權與註明出處", "Licence and attribution"),
    "licence_text": Text(
        "政府資料開放授權條款－第1版（OGDL-Taiwan-1.0）：可自由使用、重製、改作，須註明出處。",
        "Open Government Data License, version 1.0 (OGDL-Taiwan-1.0): free to use, copy and adapt,"
        " with attribution.",
    ),
    "attribution_title": Text("可以直接複製的出處", "Attribution, ready to copy"),
    "attribution_words": Text(
        "資料來源：口罩地圖開放資料，資料時間 {as_of}，依「政府資料開放授權條款－第1版」使用。"
        "口罩數量以藥局實際存量為主，線上查詢之數量僅供參考。",
        "Source: maskmap open data, as of {as_of}, used under the Open Government Data License,"
        " version 1.0. The number at the pharmacy counts; numbers online are for reference only.",
    ),
    "licence_show": Text(
        "請連同資料時間一起顯示；stale 為 true 時請告訴使用者資料過時。",
        "Show the time with the numbers, and say so where stale is true.",
    ),
    "verify_title": Text("如何驗證", "How to verify"),
    "verify_text": Text(
        "每份資料集都有 Ed25519 簽章；公鑰請另從您信任的管道核對。",
        "Every snapshot is signed with Ed25519; compare the key with one from a channel that you"
        " trust.",
    ),
    "contact_title": Text("聯絡", "Contact"),
    "no_contact": Text("營運者沒有留下聯絡方式。", "The operator states no contact."),
}
