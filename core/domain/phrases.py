"""The smallest pieces of wording: counts, days, names of groups and products, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.domain.calendar import ROC_OFFSET_YEARS
from core.domain.programme import Block, Group, Product
from core.domain.text import Text

_NUMERALS = "零一二三四五六七八九十"
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A birth-date cut above this age no longer makes the younger side "children".
_OLDEST_CHILD_YEARS = 18


def counted(count: int, unit: Text) -> Text:
    """Spell a number with its unit: ``2片``, ``2 pieces``, ``1 pack``."""
    return Text(f"{count}{unit.zh}", f"{count} {unit.en if count != 1 else singular(unit.en)}")


def singular(english: str) -> str:
    """Return one of a regular English plural: ``pieces`` → ``piece``."""
    return english.removesuffix("s")


def numeral(count: int) -> str:
    """Spell a small number as official Chinese does: 一, 三; larger ones in digits."""
    return _NUMERALS[count] if 0 <= count < len(_NUMERALS) else str(count)


def plural_name(product: Product) -> Text:
    """Name a product inside a sentence: ``成人口罩``, ``adult masks``."""
    head, bracket, tail = product.name.en.partition(" (")
    return Text(product.name.zh, f"{head[:1].lower()}{head[1:]}s{bracket}{tail}")


def shared_name(products: Sequence[Product]) -> str:
    """Return the Chinese word all products end with: 成人口罩, 兒童口罩 → 口罩."""
    shortest = min((product.name.zh for product in products), key=len)
    for start in range(len(shortest)):
        if all(product.name.zh.endswith(shortest[start:]) for product in products):
            return shortest[start:]
    return ""


def day_name(day: date) -> Text:
    """Spell a day in a sentence: ``109年2月6日``, ``6 February 2020``."""
    roc = day.year - ROC_OFFSET_YEARS
    return Text(f"{roc}年{day.month}月{day.day}日", f"{day.day} {day:%B %Y}")


def weekday_name(day: date) -> Text:
    """Name the weekday: ``週四``, ``Thursday``."""
    return Text(f"週{_WEEKDAYS_ZH[day.weekday()]}", _WEEKDAYS_EN[day.weekday()])


def weekdays_list(days: Sequence[date]) -> Text:
    """List weekdays: ``二、四、六``, ``Tuesdays, Thursdays and Saturdays``."""
    english = [f"{_WEEKDAYS_EN[day.weekday()]}s" for day in days]
    return Text("、".join(_WEEKDAYS_ZH[day.weekday()] for day in days), listed(english))


def listed(words: Sequence[str]) -> str:
    """Join English words with commas and a last *and*."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def born(cut: date) -> Text:
    """Say who was born on or after a cut: ``民國97年以後出生者``, ``born in 2008 or later``."""
    if (cut.month, cut.day) == (1, 1):
        roc = cut.year - ROC_OFFSET_YEARS
        return Text(f"民國{roc}年以後出生者", f"born in {cut.year} or later")
    name = day_name(cut)
    return Text(f"民國{name.zh}以後出生者", f"born on or after {name.en}")


def group_name(block: Block, group: Group) -> Text:
    """Name a group of buyers by its age in the year the block begins.

    The birth date decides, not the age; ``born`` gives it.
    """
    if len(block.group) == 1:
        return Text("每人", "each person")
    if group.born_from is None:
        return Text("其他民眾", "everybody else")
    age = block.effective.year - group.born_from.year
    if age > _OLDEST_CHILD_YEARS or (group.born_from.month, group.born_from.day) != (1, 1):
        name = born(group.born_from)
        return Text(name.zh, f"those {name.en}")
    return Text(f"{age}歲以下兒童", f"children aged {age} and under")


def capitalised(english: str) -> str:
    """Raise the first letter only; names inside stay as they are."""
    return english[:1].upper() + english[1:]
