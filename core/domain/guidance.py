"""The rules by question: what people ask beside "who may buy today?", answered from the block.

Every number comes from the block in force or from the code that judges; nothing here repeats a
rule. Sources: slides of 109.2.5 and the manual; the official readings are in ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from core.domain.eligibility import CHECK_REASONS, PURCHASE_REASONS
from core.domain.identity import IDENTITY_TYPES
from core.domain.official_lines import aspects
from core.domain.phrases import (
    born,
    capitalised,
    counted,
    day_name,
    group_name,
    listed,
    plural_name,
    singular,
)
from core.domain.programme import Block, Programme
from core.domain.refusals import REFUSALS, Refusal
from core.domain.text import Text
from core.domain.wording import children_line, letters_line, prose, window_line

_NHI_CARD, _TYPED = "01", "02"
_FOREIGN = ("03", "04")

# Whom the public could ring, as announced on 5 February 2020 (109.2.5) with the rules themselves.
HOTLINES = (
    (Text("防疫專線", "Epidemic line"), "1922"),
    (Text("健保署服務專線", "NHI Administration"), "0800-030-598"),
    (Text("健保署（手機撥打）", "NHI Administration, from mobiles"), "02-4128-678"),
)


def answers(programme: Programme, day: date) -> Mapping[str, tuple[Text, ...]]:
    """Return the sentences of each question, in the order of the page; none before the rules."""
    block = programme.block_on(day)
    if block is None:
        return {}
    makers: Mapping[str, Callable[[Programme, Block, date], list[Text | None]]] = {
        "quota": _quota,
        "days": _days,
        "children": _children,
        "foreigners": _foreigners,
        "on_behalf": _on_behalf,
        "bring": _bring,
        "supply": _supply,
    }
    return {
        name: tuple(prose(line) for line in make(programme, block, day) if line is not None)
        for name, make in makers.items()
    }


def price_and_quota(programme: Programme, day: date) -> tuple[Text, ...]:
    """Return the price of a piece and the quota of a person, for the page of an outlet."""
    block = programme.block_on(day)
    if block is None:
        return ()
    return (prose(aspects(programme, block)["quota"]), prose(_prices(programme, block)))


def refusals_of(programme: Programme, day: date) -> Mapping[str, Refusal]:
    """Return what a counter may say under the rules of a day, and what to do about it."""
    block = programme.block_on(day)
    codes = [*CHECK_REASONS, *PURCHASE_REASONS, "NO_STOCK"]
    off = {"QTY_ZERO", "QTY_INVALID"} | ({"NOT_IN_FORCE"} if block else set())
    if block and all(group.weekdays == "any" for group in block.group):
        off |= {"WRONG_WEEKDAY", "PARITY_UNDETERMINED"}
    if block and all(set(group.limits) == set(programme.product_ids) for group in block.group):
        off |= {"CHILD_MASK_AGE"}
    return {code: REFUSALS[code] for code in codes if code not in off}


def refused_without_buying() -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Return what to do, step by step, when refused without having bought; and what to bring."""
    typed = IDENTITY_TYPES[_TYPED].label
    steps = (
        Text(
            "請櫃檯重新核對身分別、證號與出生日期，再按一次資格審核：證號打錯一碼，查到的是別人的紀錄。",
            "Ask the counter to compare identity type, number and birth date, and to check again:"
            " one wrong character finds somebody else's record.",
        ),
        Text(
            f"想一想是否有人拿您的卡片代購。代購算在卡片本人名下；改選「{typed}」或換一種證件，"
            "查到的仍是同一個證號的紀錄。",
            "Has somebody bought with your card for you? That counts as your purchase, and another"
            " document with the same number shows the same record.",
        ),
        Text(
            "若您剛才在這個販售點操作到一半、沒有拿到口罩，請櫃檯看「最近購買紀錄」；"
            "當日由原販售點可以更正，更正後該筆不計。",
            "If a purchase was begun at this outlet and you got no masks, ask the counter to look"
            " at its recent purchases: the same outlet can take it back on the same day, and it"
            " then no longer counts.",
        ),
        Text(
            "若不是在這裡登錄的，櫃檯看不到是哪一個販售點，請撥下列專線查詢。",
            "If it was not recorded here, the counter cannot see where it was; please ring one of"
            " the lines below.",
        ),
    )
    bring = (
        Text("您的健保卡或證件正本。", "Your NHI card or document itself."),
        Text(
            "被拒絕的日期、時間與販售點名稱。",
            "The day, the hour and the name of the outlet where you were refused.",
        ),
        Text(
            "畫面上的原因，以及「下次購買起日」。",
            "The reason on the screen, and the next purchase date it gave.",
        ),
    )
    return steps, bring


def _quota(programme: Programme, block: Block, day: date) -> list[Text | None]:
    return [
        aspects(programme, block)["quota"],
        _prices(programme, block),
        *_amounts(programme, block),
    ]


def _prices(programme: Programme, block: Block) -> Text:
    named = [
        (plural_name(product), product.unit, block.price_ntd[product.id])
        for product in programme.product
    ]
    zh = "、".join(f"{name.zh}每{unit.zh}{price}元" for name, unit, price in named)
    en = listed([f"{name.en} NT${price} a {singular(unit.en)}" for name, unit, price in named])
    return Text(f"{zh}。", f"{capitalised(en)}.")


def _amounts(programme: Programme, block: Block) -> list[Text]:
    """Say what the whole quota costs each group, where quotas differ and prices do not."""
    prices = set(block.price_ntd.values())
    if len(prices) > 1 or len({group.total for group in block.group}) == 1:
        return []
    price, unit = prices.pop(), programme.product[0].unit
    return [
        Text(
            f"{group_name(block, group).zh}買滿{counted(group.total, unit).zh}"
            f"共{price * group.total}元。",
            f"The whole quota of {group_name(block, group).en}"
            f" ({counted(group.total, unit).en}) costs NT${price * group.total}.",
        )
        for group in block.group
    ]


def _days(programme: Programme, block: Block, day: date) -> list[Text | None]:
    return [
        window_line(programme, block, day),
        Text(
            "一天是臺北時間0時到24時；從購買那一天起算，與當天幾點購買無關。",
            "A day runs from midnight to midnight in Taipei, and counts from the day of the"
            " purchase, whatever the hour.",
        ),
        Text(
            "已更正（取消）的購買不計；規定改變時，依再次購買那一天的規定。",
            "A purchase that was taken back does not count; when the rules change, those of the"
            " day on which you buy again hold.",
        ),
    ]


def _children(programme: Programme, block: Block, day: date) -> list[Text | None]:
    line = aspects(programme, block).get("ages")
    dated = [group for group in block.group if group.born_from is not None]
    if not dated:
        return [line, Text("不分年齡，限購片數相同。", "The quota is the same at every age.")]
    cuts = [
        Text(
            f"看出生日期，不看當天幾歲：{born(group.born_from).zh}。",
            f"The birth date decides, not the age on the day: {born(group.born_from).en}.",
        )
        for group in dated
        if group.born_from is not None and not (line and prose(born(group.born_from)).zh in line.zh)
    ]
    return [line, children_line(programme, block), *cuts, *_children_days(block)]


def _children_days(block: Block) -> list[Text]:
    """Say where children have days of their own, or may be brought for in greater number."""
    rest, lines = block.group[-1], []
    for group in block.group[:-1]:
        name = group_name(block, group)
        if group.weekdays == "any" and rest.weekdays != "any":
            lines.append(
                Text(
                    f"{name.zh}不分單雙號,每日皆可購買。",
                    f"{capitalised(name.en)} may buy on any day, whatever the last digit.",
                )
            )
        if group.cards_per_carrier > rest.cards_per_carrier:
            count = group.cards_per_carrier
            lines.append(
                Text(
                    f"一人可代持{count}張{name.zh}健保卡。",
                    f"One person may bring the NHI cards of {count} {name.en}.",
                )
            )
    return lines


def _foreigners(programme: Programme, block: Block, day: date) -> list[Text | None]:
    documents = [IDENTITY_TYPES[code] for code in _FOREIGN]
    zh = "、".join(f"「{document.label}」" for document in documents)
    en = " or ".join(f"{document.label} ({document.name.en})" for document in documents)
    same = Text(
        "片數、價格與購買期間和其他人相同；持健保卡者也可以用健保卡，同一個證號只算一個人。",
        "Quota, price and period are the same as for everybody; an NHI card serves as well, and"
        " one number is one person.",
    )
    children = aspects(programme, block).get("ages") if len(block.group) > 1 else None
    age = Text(
        "外籍兒童以出生日期認定，不分證件。",
        "Foreign children are judged by birth date alone, whatever the document.",
    )
    return [
        Text(f"請在櫃檯出示證件,身分別選{zh}。", f"Show your document; the counter chooses {en}."),
        same,
        letters_line(block),
        age if children else None,
    ]


def _on_behalf(programme: Programme, block: Block, day: date) -> list[Text | None]:
    return [
        aspects(programme, block)["on_behalf"],
        Text(
            "請帶被代購者本人的健保卡；買的片數算在卡片本人名下，單雙號與購買期間也看卡片本人。",
            "Bring the card of the person you buy for: the pieces, the last digit and the period"
            " are those of the card's owner.",
        ),
    ]


def _bring(programme: Programme, block: Block, day: date) -> list[Text | None]:
    card, typed = IDENTITY_TYPES[_NHI_CARD], IDENTITY_TYPES[_TYPED]
    others = [IDENTITY_TYPES[code] for code in _FOREIGN]
    zh = "或".join(document.name.zh for document in others)
    en = " or ".join(document.name.en.lower() for document in others)
    return [
        Text(
            f"{card.name.zh}；沒有健保卡的外籍人士帶{zh}。",
            f"Your {card.name.en}; visitors without one: {en}.",
        ),
        Text(
            f"卡片讀不到時，櫃檯改選「{typed.label}」輸入證號與出生日期。",
            f"If the card cannot be read, the counter types number and birth date ({typed.label}).",
        ),
    ]


def _supply(programme: Programme, block: Block, day: date) -> list[Text | None]:
    return [
        aspects(programme, block)["supply"],
        Text("販售點沒有庫存時無法購買。", "Where there is no stock, there is no sale."),
        block.note,
        Text(
            f"以上規定自{day_name(block.effective).zh}起實施；依據：{block.source}。",
            f"In force from {day_name(block.effective).en}. Source (in Chinese): {block.source}.",
        ),
    ]
