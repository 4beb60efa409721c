"""口罩購買說明, sentence by sentence: what a block settles, generated from its numbers.

Source: slides of 109.2.5, first screen. ``core.domain.wording`` numbers and completes these lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from core.domain.eligibility import weekday_reason
from core.domain.phrases import (
    born,
    capitalised,
    counted,
    day_name,
    group_name,
    listed,
    numeral,
    plural_name,
    shared_name,
    singular,
    weekdays_list,
)
from core.domain.programme import Block, Group, Product, Programme
from core.domain.text import Text

_A_WEEK = tuple(date(2020, 2, 3) + timedelta(days=n) for n in range(7))
_ODD, _EVEN, _LETTER = 1, 2, None


def aspects(programme: Programme, block: Block) -> dict[str, Text]:
    """Return one sentence for each thing a block settles, in the official order."""
    makers: Mapping[str, Callable[[Programme, Block], Text | None]] = {
        "quota": _quota,
        "weekdays": _weekdays,
        "on_behalf": _on_behalf,
        "supply": _supply,
        "ages": _ages,
        "note": lambda _, block: block.note,
    }
    made = {name: make(programme, block) for name, make in makers.items()}
    return {name: line for name, line in made.items() if line is not None}


def _quota(programme: Programme, block: Block) -> Text:
    """Line 1: how many, how often, at what price."""
    if len({group.total for group in block.group}) == 1 and not any(
        _caps(programme, group) for group in block.group
    ):
        return _one_quota(programme, block)
    unit = programme.product[0].unit
    scope = _scope(block)
    parts = [
        (group_name(block, group), counted(group.total, unit), _cap_words(programme, group))
        for group in block.group
    ]
    zh = ";".join(f"{name.zh}{scope.zh}限購{pieces.zh}{cap.zh}" for name, pieces, cap in parts)
    en = "; ".join(f"{name.en} {pieces.en}{cap.en}" for name, pieces, cap in parts)
    often, price = _how_often(block), _each_price(programme, block)
    return Text(
        f"{zh}。每人{often.zh},{price.zh}。",
        f"The limit {scope.en}: {en}. Each person may buy {often.en}; {price.en}.",
    )


def _one_quota(programme: Programme, block: Block) -> Text:
    unit, total = programme.product[0].unit, block.group[0].total
    pieces, scope = counted(total, unit), _scope(block)
    once = block.window.mode == "once"
    price = _total_price(programme, block, total) if once else _each_price(programme, block)
    if block.window.days is not None and once:
        days = block.window.days
        limit = Text(f"{days}天內只能購買{pieces.zh}", f"only {pieces.en} within {days} days")
    elif block.window.days is not None:
        limit = Text("可分次購買", "in instalments if wished")
    else:
        limit = _round_began(block)
    parts = "" if once or block.window.days is not None else ",可分次購買"
    parts_en = ", in instalments if wished" if parts else ""
    return Text(
        f"每人{scope.zh}限購{pieces.zh}{parts}({limit.zh},{price.zh})。",
        f"Each person may buy {pieces.en} {scope.en}{parts_en} ({limit.en}; {price.en}).",
    )


def _scope(block: Block) -> Text:
    """Say what the quota is for: one visit, the window, or the round."""
    if block.window.days is None:
        return Text("每輪", "a round")
    if block.window.mode == "once":
        return Text("一次", "at a time")
    return Text(f"{block.window.days}天內", f"within {block.window.days} days")


def _round_began(block: Block) -> Text:
    began = day_name(block.window.since or block.effective)
    return Text(f"本輪自{began.zh}起", f"this round began on {began.en}")


def _how_often(block: Block) -> Text:
    window = block.window
    if window.days is None:
        began = _round_began(block)
        often = (
            Text("每輪只能購買一次", "only once a round")
            if window.mode == "once"
            else Text("可分次購買", "in instalments")
        )
        return Text(f"{often.zh}({began.zh})", f"{often.en} ({began.en})")
    if window.mode == "once":
        return Text(f"{window.days}天內只能購買一次", f"only once within {window.days} days")
    return Text("可分次購買", "in instalments")


def _caps(programme: Programme, group: Group) -> list[tuple[Product, int]]:
    """Return the products of which a group may not fill its whole quota."""
    limits = [
        (product, group.limits[product.id])
        for product in programme.product
        if product.id in group.limits
    ]
    return [(product, limit) for product, limit in limits if limit < group.total]


def _cap_words(programme: Programme, group: Group) -> Text:
    caps = [
        (plural_name(product), counted(limit, product.unit))
        for product, limit in _caps(programme, group)
    ]
    zh = "".join(f",其中{name.zh}至多{pieces.zh}" for name, pieces in caps)
    en = "".join(f", of which at most {pieces.en} of {name.en}" for name, pieces in caps)
    return Text(zh, en)


def _total_price(programme: Programme, block: Block, count: int) -> Text:
    prices = set(block.price_ntd.values())
    if len(prices) > 1:
        return _each_price(programme, block)
    pieces = counted(count, programme.product[0].unit)
    amount = prices.pop() * count
    cost = "costs" if count == 1 else "cost"
    return Text(f"{pieces.zh}{amount}元", f"{pieces.en} {cost} NT${amount}")


def _each_price(programme: Programme, block: Block) -> Text:
    def one(product: Product) -> Text:
        price = block.price_ntd[product.id]
        return Text(f"每{product.unit.zh}{price}元", f"NT${price} a {singular(product.unit.en)}")

    if len(set(block.price_ntd.values())) == 1:
        return one(programme.product[0])
    named = [(plural_name(product), one(product)) for product in programme.product]
    zh = "、".join(f"{name.zh}{price.zh}" for name, price in named)
    return Text(zh, listed([f"{name.en} {price.en}" for name, price in named]))


def _weekdays(_: Programme, block: Block) -> Text:
    """Line 2: which last digit buys on which weekday, and who need not ask."""
    bound = [group for group in block.group if group.weekdays == "odd_even"]
    if not bound:
        return Text(
            "不分身分證字號末碼單雙號,每日皆可購買。",
            "Any day, whatever the last digit of the number.",
        )
    odd, even, all_days = days_of(bound[0])
    free = [group_name(block, group) for group in block.group if group not in bound]
    zh = (
        f"身分證字號末碼雙號者(0、2、4、6、8)可於每週{even.zh}購買,"
        f"單號者(1、3、5、7、9)可於每週{odd.zh}購買,週{all_days.zh}則開放全民皆可購買"
    )
    en = (
        f"Numbers ending in an even digit (0, 2, 4, 6, 8) may buy on {even.en}; in an odd digit"
        f" (1, 3, 5, 7, 9) on {odd.en}; on {all_days.en} everybody may buy."
    )
    if not free:
        return Text(zh, en)
    names = Text("、".join(name.zh for name in free), listed([name.en for name in free]))
    return Text(
        f"{zh};{names.zh}不分單雙號,每日皆可購買。",
        f"{en} {capitalised(names.en)} may buy on any day.",
    )


def days_of(group: Group) -> tuple[Text, Text, Text]:
    """Return the days of odd digits, of even ones, and those of everybody, by the rule itself."""
    free = [day for day in _A_WEEK if weekday_reason(group, _LETTER, day) is None]

    def own(digit: int) -> Text:
        allowed = [day for day in _A_WEEK if weekday_reason(group, digit, day) is None]
        return weekdays_list([day for day in allowed if day not in free])

    return own(_ODD), own(_EVEN), weekdays_list(free)


def _on_behalf(_: Programme, block: Block) -> Text:
    """Line 3: 代購, the cards one carrier may bring."""
    usual = block.group[-1].cards_per_carrier
    zh, en = f"一人限代持{numeral(usual)}張健保卡", _cards(usual)
    for group in block.group[:-1]:
        if group.cards_per_carrier != usual:
            name = group_name(block, group)
            zh += f",{name.zh}健保卡則限代持{numeral(group.cards_per_carrier)}張"
            en += f", or {_cards(group.cards_per_carrier)} of {name.en}"
    return Text(
        f"代購:{zh},購買規則相同。",
        f"On behalf of others: each person may bring {en}; the same rules hold for those cards.",
    )


def _cards(count: int) -> str:
    return "one NHI card of another person" if count == 1 else f"up to {count} NHI cards"


def _supply(programme: Programme, block: Block) -> Text:
    """Line 4: what an outlet receives a day."""
    goods = [
        (plural_name(product), counted(block.daily_supply[product.id], product.unit))
        for product in programme.product
    ]
    zh = ",".join(f"{name.zh}{pieces.zh}" for name, pieces in goods)
    en = ", ".join(f"{name.en}: {pieces.en}" for name, pieces in goods)
    makers = shared_name(programme.product) if len(programme.product) > 1 else ""
    some = "(部分販售點另訂)" if block.supply_override else ""
    some_en = " (some outlets differ)" if block.supply_override else ""
    return Text(
        f"每日每個販售點{zh}{some},但會依實際{makers}生產產能作調整。",
        f"Each outlet receives daily – {en}{some_en}; the numbers follow actual production.",
    )


def _ages(programme: Programme, block: Block) -> Text | None:
    """Line 5: products that are not for everybody; nothing where there is only one product."""
    if len(programme.product) == 1:
        return None
    lines = [
        _age_line(block, product)
        for product in programme.product
        if any(product.id not in group.limits for group in block.group)
    ]
    if not lines:
        return _no_age_rule(programme, block)
    return Text("".join(line.zh for line in lines), " ".join(line.en for line in lines))


def _age_line(block: Block, product: Product) -> Text:
    name = plural_name(product)
    holders = [group for group in block.group if product.id in group.limits]
    who = [_card_of(block, group) for group in holders]
    return Text(
        f"{name.zh}僅限{'、'.join(text.zh for text in who)}購買。",
        f"{capitalised(name.en)} are only for {listed([text.en for text in who])}.",
    )


def _card_of(block: Block, group: Group) -> Text:
    name = group_name(block, group)
    if group.born_from is None:
        return name
    when = born(group.born_from)
    if name.zh == when.zh:
        return name
    return Text(f"{name.zh}健保卡({when.zh})", f"{name.en} ({when.en})")


def _no_age_rule(programme: Programme, block: Block) -> Text:
    names = [plural_name(product) for product in programme.product]
    together = any(group.total < sum(group.limits.values()) for group in block.group)
    zh = "、".join(name.zh for name in names)
    return Text(
        f"{zh}不限年齡皆可購買{',片數合併計算' if together else ''}。",
        f"{capitalised(listed([name.en for name in names]))} are sold to every age"
        f"{', and count together' if together else ''}.",
    )
