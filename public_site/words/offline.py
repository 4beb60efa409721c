"""The installed site without a connection, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {
    "app_short_name": Text("口罩哪裡買", "Masks"),
    "app_description": Text(
        "健保特約藥局與衛生所的口罩存量：哪裡現在買得到。",
        "Mask stock at NHI-contracted pharmacies and health centres: where some can be bought now.",
    ),
    "offline_title": Text("離線查詢", "Search offline"),
    "offline_lead": Text(
        "沒有網路時，在這裡查存在您裝置上的資料。",
        "Without a connection, search here what is saved on your device.",
    ),
    "offline_without_script": Text(
        "離線查詢需要瀏覽器的 JavaScript。", "Searching offline needs JavaScript."
    ),
    "offline_age": Text("離線：{time} 的資料，{ago}", "Offline: data of {time}, {ago}"),
    "offline_is_offline": Text(
        "現在沒有連上網路。數量在這之後可能已經改變，前往之前請先打電話詢問。",
        "There is no connection now. The numbers may have changed since; please call before you"
        " go.",
    ),
    "offline_is_online": Text(
        "現在已連上網路；線上查詢有最新的數量。",
        "You are connected; the search online has the newest numbers.",
    ),
    "offline_home": Text("到線上查詢", "Search online"),
    "offline_label": Text("地址、藥局名稱或代碼", "Address, pharmacy name or code"),
    "offline_only": Text("只列出當時有的", "Only those that had some"),
    "offline_ask": Text(
        "請輸入地址或名稱，或按「附近」。", "Type an address or a name, or near me."
    ),
    "offline_found": Text("{n} 個販售點，列出 {most} 個", "{n} outlets, {most} of them listed"),
    "offline_near_done": Text(
        "依距離排列；位置沒有離開您的裝置。",
        "Sorted by distance; your position has not left the device.",
    ),
    "offline_empty": Text(
        "這個裝置上還沒有存資料。連上網路時按「離線也能查」。",
        "Nothing is saved on this device yet. Press “Save for offline” when you are connected.",
    ),
    "offline_keep": Text("離線也能查", "Save for offline"),
    "offline_keep_text": Text(
        "把目前的資料（約 200 kB）存在這個裝置；之後每次開啟網站時更新，最多五分鐘一次，"
        "開啟「省數據」時不更新。",
        "Saves the present data (about 200 kB) on this device and renews them when you open the"
        " site: at most every five minutes, and not while your browser saves data.",
    ),
    "offline_save": Text("離線也能查：存下目前資料", "Save the present data"),
    "offline_remove": Text("刪除存下的資料", "Remove what is saved"),
    "offline_saving": Text("正在存…", "Saving…"),
    "offline_saved": Text("已存在這個裝置。", "Saved on this device."),
    "offline_removed": Text("已刪除。", "Removed."),
    "offline_failed": Text("沒有存成，請稍後再試。", "Could not be saved; please try again later."),
}
