"""The service menu (服務項目): what stands in it, and who sees it. Key 5 comes later."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.access import Permission


@dataclass(frozen=True)
class MenuItem:
    """One service: its key on the keyboard, the word for the tab and the full official name."""

    key: str
    path: str
    tab: str
    title: str
    permission: Permission


MENU = (
    MenuItem("1", "/purchase", "menu_purchase", "purchase_title", Permission.SELL),
    MenuItem("2", "/intake", "menu_intake", "intake_title", Permission.TAKE_GOODS),
    MenuItem("3", "/outlet", "menu_outlet", "outlet_title", Permission.SPEAK_FOR_OUTLET),
    MenuItem("4", "/records", "menu_records", "records_title", Permission.SEE_OUTLET),
    MenuItem("5", "/people", "menu_people", "people_title", Permission.SEE_PEOPLE),
    MenuItem("6", "/day", "menu_day", "day_title", Permission.SEE_OUTLET),
    MenuItem("7", "/steward", "menu_steward", "st_title", Permission.STEWARD),
)
