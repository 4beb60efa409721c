"""The words of a refusal in one language, as the pages and the JSON both use them."""

from __future__ import annotations

from datetime import date

from core.domain.calendar import roc_date
from core.domain.refusals import REFUSALS
from core.domain.text import Text
from core.errors import Refused

_WEEKDAYS = (
    Text("星期一", "Monday"),
    Text("星期二", "Tuesday"),
    Text("星期三", "Wednesday"),
    Text("星期四", "Thursday"),
    Text("星期五", "Friday"),
    Text("星期六", "Saturday"),
    Text("星期日", "Sunday"),
)
_STOP_UNTIL = Text("{why}（至 {until}）", "{why} (until {until})")
# Not in the rules' table: only a login knows it.
_CHOOSE = Text("您於多個機構獲授權，請選擇機構。", "You are authorised at several institutions.")
_CHOOSE_NEXT = Text("請選擇本次登入之機構。", "Choose the institution you log in for.")


def words_of(code: str, language: str) -> dict[str, str]:
    """Return ``{code, official, tell_buyer}`` of a stable code."""
    if code == "CHOOSE_INSTITUTION":
        official, tell = _CHOOSE, _CHOOSE_NEXT
    else:
        refusal = REFUSALS.get(code, REFUSALS["ERROR"])
        official, tell = refusal.official, refusal.tell_buyer
    return {
        "code": code,
        "official": official.in_language(language),
        "tell_buyer": tell.in_language(language),
    }


def stop_words(refusal: Refused, language: str) -> list[dict[str, str]]:
    """Return the authority's own reason of a stop, and its end, as a further line."""
    reason = refusal.details.get("reason")
    if refusal.code != "STOPPED" or not isinstance(reason, dict):
        return []
    why, until = Text(reason["zh"], reason["en"]), str(refusal.details.get("until") or "")
    line = _STOP_UNTIL.format(why=why.in_language(language), until=until[:16].replace("T", " "))
    shown = line.in_language(language) if until else why.in_language(language)
    return [{"code": refusal.code, "official": shown, "tell_buyer": ""}]


def weekday_words(day: date, language: str) -> str:
    """Name the day of the week."""
    return _WEEKDAYS[day.weekday()].in_language(language)


def day_words(day: date, language: str) -> str:
    """Spell a day for the counter: ROC with the weekday; in English the western date too."""
    if language == "en":
        return f"{weekday_words(day, language)} {day.isoformat()} ({roc_date(day)})"
    return f"{roc_date(day)} {weekday_words(day, language)}"


def next_date_words(day: date | None, language: str) -> str | None:
    """Spell 下次購買起日, if there is one."""
    return day_words(day, language) if day else None
