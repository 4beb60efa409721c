"""The page for app builders, Chinese and English side by side."""

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
    "line_csv": Text("下載官方格式 CSV", "Download the official CSV"),
    "line_nearby": Text("臺北車站附近現在有的", "What is in stock near Taipei main station"),
    "line_python": Text("用 Python 讀取", "Read it with Python"),
    "files_title": Text("目前的檔案", "The files now"),
    "file": Text("檔案", "File"),
    "what": Text("內容", "What it holds"),
    "rows": Text("筆數", "Rows"),
    "size": Text("大小", "Size"),
    "compressed": Text("壓縮後 {size}", "{size} compressed"),
    "file_maskdata.csv": Text(
        "官方七欄格式；兩種數量皆為 0 的不列",
        "The official seven columns; rows with both numbers 0 are left out",
    ),
    "file_maskdata-all.csv": Text(
        "所有販售點，含 0、座標、等級與販售狀態",
        "Every outlet, zeros included, with coordinates, level and availability",
    ),
    "file_outlets.geojson": Text(
        "所有販售點，地圖用（RFC 7946）", "Every outlet, for maps (RFC 7946)"
    ),
    "file_points.json": Text(
        "與 2020 年社群的 points.json 相容", "Drop-in for the community's points.json of 2020"
    ),
    "file_other": Text("資料檔", "Data file"),
    "addresses_2020": Text("2020 年程式使用的網址仍然有效：", "The addresses of 2020 still work:"),
    "api_title": Text("API", "API"),
    "api_outlets": Text("依條件列出販售點", "Outlets by condition"),
    "api_one": Text("單一販售點", "One outlet"),
    "api_nearby": Text("依距離排序", "By distance"),
    "api_snapshot": Text("資料集資訊", "About the snapshot"),
    "verify_title": Text("如何驗證", "How to verify"),
    "verify_text": Text(
        "每份資料集都有 Ed25519 簽章。下列指令下載清單、簽章與公鑰並驗證；"
        "公鑰請另從您信任的管道核對。",
        "Every snapshot is signed with Ed25519. These commands fetch manifest, signature and key,"
        " and check them; compare the key with one from a channel that you trust.",
    ),
    "fixed_address": Text(
        "固定網址（內容永不改變）：", "Fixed address (its content never changes):"
    ),
    "terms": Text(
        "使用時請註明資料時間；availability 不是 buyable 時表示目前無法購買。",
        "Please show the time of the data; an availability other than buyable means that nothing"
        " can be bought now.",
    ),
}
