"""Words of 公告事項, 聯絡窗口 and the other pages of the entrance."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {
    "ct_news": Text("公告事項", "Announcements"),
    "ct_contact": Text("聯絡窗口", "Contact"),
    "ct_faq": Text("常見問答", "Questions and answers"),
    "ct_downloads": Text("下載專區", "Downloads"),
    "ct_links": Text("友善連結", "Links"),
    "ct_guide": Text("網站使用說明", "How to use this site"),
    "ct_privacy": Text("隱私權政策", "Privacy policy"),
    "ct_security": Text("資訊安全政策", "Security policy"),
    "ct_copyright": Text("著作權聲明", "Copyright"),
    "ct_pages": Text("相關資訊", "Information"),
    "ct_footer": Text("網站政策", "Policies of this site"),
    "ct_no_news": Text("目前沒有公告。", "There are no announcements at present."),
    "ct_all_news": Text("全部公告", "All announcements"),
    "ct_holds_from": Text("生效日 {day}", "in force from {day}"),
    "ct_changed": Text("最後更新 {at}", "Last changed {at}"),
    "ct_shipped": Text("系統預設內容", "The text that comes with the system"),
    "ct_to_login": Text("憑證登入", "Log in"),
    "ct_phone": Text("服務電話", "Telephone"),
    "ct_hours": Text("服務時間", "Hours"),
    "ct_email": Text("電子郵件", "E-mail"),
    "ct_network": Text("網路服務業者", "Network provider"),
    "ct_network_phone": Text("網路障礙電話", "Network faults"),
    "ct_not_stated": Text("（尚未提供，請洽營運單位）", "(not stated yet; ask the operator)"),
}
SCRIPT: dict[str, Text] = {}
