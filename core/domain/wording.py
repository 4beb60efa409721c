"""The rules in words, generated from the block in force: 購買說明, and plain words for everybody.

Source: slides of 109.2.5, 口罩購買說明. For the block of 2020-02-06 ``purchase_notes`` gives the
official five lines character for character; other blocks follow the same sentences.
"""

from __future__ import annotations

from datetime import date, timedelta

from core.domain.eligibility import weekday_reason
from core.domain.identity import IDENTITY_TYPES
from core.domain.official_lines import aspects, days_of
from core.domain.phrases import capitalised, day_name, group_name, listed, plural_name, weekday_name
from core.domain.programme import Block, Group, Programme
from core.domain.text import LANGUAGES, Text

_ODD, _EVEN = 1, 2
_EVERYBODY = Text("皆可", "Everybody")
# The official lines are set in half-width punctuation; prose for the public is not.
_WIDE = str.maketrans(",:;()", "，：；（）")


def purchase_notes(programme: Programme, block: Block, language: str) -> tuple[str, ...]:
    """Return 購買說明, numbered, as the counter shows it beside the form."""
    space = " " if language.startswith("en") else ""
    lines = [line.in_language(language) for line in aspects(programme, block).values()]
    return tuple(f"{number}.{space}{line}" for number, line in enumerate(lines, start=1))


def differences(
    programme: Programme, before: Block | None, after: Block
) -> list[tuple[Text | None, Text | None]]:
    """Return what one block says otherwise than the one before: (old sentence, new sentence)."""
    old = aspects(programme, before) if before else {}
    new = aspects(programme, after)
    names = dict.fromkeys((*new, *old))
    pairs = [(old.get(name), new.get(name)) for name in names]
    return [(was, now) for was, now in pairs if was != now]


def buyers_today(programme: Programme, day: date) -> Text:
    """Say whose day it is: 單號, 雙號 or 皆可, and which groups need not ask."""
    block = programme.block_on(day)
    if block is None:
        return Text("尚未實施", "Not in force yet")
    rest = _whose_day(block.group[-1], day)
    others = [(group, _whose_day(group, day)) for group in block.group[:-1]]
    differing = [(group_name(block, group), whose) for group, whose in others if whose != rest]
    if not differing:
        return rest
    zh = "、".join(f"{name.zh}{whose.zh}" for name, whose in differing)
    en = ", ".join(f"{name.en}: {_any_digit(whose)}" for name, whose in differing)
    return Text(f"{rest.zh}（{zh}）", f"{rest.en} ({en})")


def prose(line: Text) -> Text:
    """Set an official line, which has half-width punctuation, as prose for the public."""
    return Text(line.zh.translate(_WIDE), line.en)


def _any_digit(whose: Text) -> str:
    return "any digit" if whose == _EVERYBODY else whose.en.lower()


def days_for_digit(
    programme: Programme, digit: int | None, first_day: date, days: int, born: date | None = None
) -> list[tuple[date, bool]]:
    """Tell for each day whether a last digit (None = a letter) may come, history aside.

    Without a birth date the answer is for the group that is left over: adults.
    """
    answer = []
    for day in (first_day + timedelta(days=n) for n in range(days)):
        block = programme.block_on(day)
        answer.append((day, block is not None and _may_come(block, digit, day, born)))
    return answer


def _may_come(block: Block, digit: int | None, day: date, born: date | None) -> bool:
    group = block.group_of(born) if born else block.group[-1]
    return weekday_reason(group, digit, day) is None


def rules_in_words(programme: Programme, day: date) -> dict[str, list[str]]:
    """Return the rules of a day as plain sentences, by language, for the public."""
    block = programme.block_on(day)
    sentences = _before_the_first(programme) if block is None else _plain(programme, block, day)
    words = {
        language: [sentence.in_language(language) for sentence in sentences]
        for language in LANGUAGES
    }
    words["zh-TW"] = [prose(sentence).zh for sentence in sentences]
    return words


def _before_the_first(programme: Programme) -> list[Text]:
    first = day_name(programme.block[0].effective)
    return [
        Text(
            f"{programme.name.zh}自{first.zh}開始實施,在此之前不販售。",
            f"{programme.name.en} begins on {first.en}; nothing is sold before.",
        )
    ]


def _plain(programme: Programme, block: Block, day: date) -> list[Text]:
    official = aspects(programme, block)
    notes = {
        "pinned": _pinned(block) if programme.pinned else None,
        "today": _today(programme, day),
        "quota": official["quota"],
        "window": window_line(programme, block, day),
        "weekdays": _full_stop(official["weekdays"]),
        "letters": letters_line(block),
        "ages": official.get("ages"),
        "children": children_line(programme, block),
        "on_behalf": official["on_behalf"],
        "documents": _documents(),
        "supply": official["supply"],
        "stock": Text("販售點沒有庫存時無法購買。", "Where there is no stock, there is no sale."),
        "note": block.note,
        "source": _source(block),
    }
    return [sentence for sentence in notes.values() if sentence is not None]


def _full_stop(line: Text) -> Text:
    return Text(line.zh.removesuffix("。") + "。", line.en)


def _whose_day(group: Group, day: date) -> Text:
    odd = weekday_reason(group, _ODD, day) is None
    even = weekday_reason(group, _EVEN, day) is None
    if odd and even:
        return _EVERYBODY
    return Text("單號", "Odd last digits") if odd else Text("雙號", "Even last digits")


def _pinned(block: Block) -> Text:
    since = day_name(block.effective)
    return Text(
        f"示範:規定固定採用{since.zh}起實施之版本,不隨今天的日期變動,並非現行規定。",
        f"Demonstration: the rules are held at those in force from {since.en}, whatever the date"
        " is today; they are not the rules of today.",
    )


def _today(programme: Programme, day: date) -> Text:
    name, weekday, who = day_name(day), weekday_name(day), buyers_today(programme, day)
    return Text(
        f"{name.zh}({weekday.zh})可購買者:{who.zh}。",
        f"Who may buy on {weekday.en}, {name.en}: {who.en[:1].lower()}{who.en[1:]}.",
    )


def window_line(programme: Programme, block: Block, day: date) -> Text:
    """Say when a purchase stops counting, with an example where there are days to count."""
    window = block.window
    if window.mode == "pieces":
        days = window.days
        period = Text(f"{days}天", f"{days} days") if days else Text("同一輪", "one round")
        return Text(
            f"{period.zh}內各次購買合併計算,合計不得超過上限;購買紀錄全國合併,不分販售點。",
            f"Purchases within {period.en} add up to the limit, at whatever outlets.",
        )
    if window.days is None:
        return Text(
            "本輪購買過,須等下一輪才能再買;購買紀錄全國合併,不分販售點。",
            "Who has bought in this round waits for the next one, at whatever outlet it was.",
        )
    example = _example(programme, day, window.days)
    return Text(
        f"{window.days}天內買過一次就不能再買,即使沒有買滿,也不分販售點{example.zh}。",
        f"One purchase uses up the {window.days} days, even a smaller one, and at whatever"
        f" outlet{example.en}.",
    )


def _example(programme: Programme, day: date, days: int) -> Text:
    """Count the days from a day, unless rules that begin meanwhile would make it untrue."""
    after = day + timedelta(days=days)
    block = programme.block_on(after)
    if block is None or block.window.holds(day, after):
        return Text("", "")
    bought, again = day_name(day), day_name(after)
    return Text(
        f":例如{bought.zh}購買,{again.zh}起可再購買",
        f": bought on {bought.en}, again from {again.en}",
    )


def letters_line(block: Block) -> Text | None:
    """Say when a number that ends in a letter may buy; None where no group asks for a digit."""
    bound = [group for group in block.group if group.weekdays == "odd_even"]
    if not bound:
        return None
    days = days_of(bound[0])[2]
    free = [group_name(block, group) for group in block.group if group not in bound]
    zh = f"({'、'.join(name.zh for name in free)}不在此限)" if free else ""
    en = f" ({listed([name.en for name in free])} excepted)" if free else ""
    return Text(
        f"證號末一碼不是數字者,限於週{days.zh}購買{zh}。",
        f"A number that does not end in a digit may buy on {days.en} only{en}.",
    )


def children_line(programme: Programme, block: Block) -> Text | None:
    """Say that who may take a product of his own group may take the others too."""
    if not any(len(block.group[0].limits) > len(group.limits) for group in block.group):
        return None
    names = [plural_name(product) for product in programme.product]
    group = group_name(block, block.group[0])
    return Text(
        f"{group.zh}可購買{'或'.join(name.zh for name in names)};年齡以出生日期認定,不分身分別。",
        f"{capitalised(group.en)} may take {' or '.join(name.en for name in names)}; the birth"
        " date decides, whatever the document.",
    )


def _documents() -> Text:
    zh = "、".join(row.label for row in IDENTITY_TYPES.values())
    en = "; ".join(f"{row.code} {row.name.en}" for row in IDENTITY_TYPES.values())
    return Text(f"請攜帶證件,櫃檯身分別:{zh}。", f"Bring a document; identity types: {en}.")


def _source(block: Block) -> Text:
    since = day_name(block.effective)
    return Text(
        f"以上規定自{since.zh}起實施;依據:{block.source}。",
        f"These rules are in force from {since.en}. Source (in Chinese): {block.source}.",
    )
