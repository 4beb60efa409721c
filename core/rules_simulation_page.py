"""A simulation in words, for people."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.programme import Programme
from core.domain.refusals import REFUSALS
from core.domain.text import Text
from core.rules_simulation import ALLOWED, REFUSED, UNTOLD, Simulation

_HEAD = Text(
    "{name}：試算自 {block} 起之規定，{since} 起 {sales} 筆購買（{persons} 人）",
    "{name}: the block of {block}, tried on {sales} sales to {persons} persons since {since}",
)
_FATES = Text(
    "  仍可購買 {allowed}，將不符資格 {refused}，無法判定 {untold}（須視生日或證號末一碼）",
    "  allowed {allowed} · refused {refused} · cannot be told {untold}"
    " (hangs on birth date or last digit)",
)
_GOODS = Text("  {name}（{unit}）", "  {name} ({unit})")
_REASON = Text(
    "  {reason}：不符資格 {refused}，可能不符 {untold}　{official}",
    "  {reason}: refused {refused}, perhaps {untold} · {official}",
)
_REFUSAL = Text(
    "  當時被拒 {reason}：{total} 筆，其中新規定不再適用 {lifted} 筆",
    "  refused then, {reason}: {total}, of which {lifted} by rules that are no more",
)
_NO_SALES = Text("這段期間沒有購買紀錄。", "There were no sales in these days.")


def simulation_page(found: Simulation, programme: Programme, lang: str) -> Iterator[str]:
    """Yield the lines of a simulation; nobody is named."""
    facts = {
        "name": programme.name.in_language(lang),
        "block": found.block,
        "since": found.since,
        "sales": found.sales.total(),
        "persons": found.persons,
    }
    yield _HEAD.in_language(lang).format(**facts)
    if not found.sales:
        yield "  " + _NO_SALES.in_language(lang)
    else:
        yield _fates(found.sales, lang)
    for product in programme.product:
        if product.id in found.pieces:
            name = _GOODS.in_language(lang).format(
                name=product.name.in_language(lang), unit=product.unit.in_language(lang)
            )
            yield name + _fates(found.pieces[product.id], lang)
    for reason, counted in sorted(found.reasons.items()):
        official = REFUSALS[reason].official.in_language(lang)
        counts = {"refused": counted[REFUSED], "untold": counted[UNTOLD]}
        yield _REASON.in_language(lang).format(reason=reason, official=official, **counts)
    for reason, total in sorted(found.refusals.items()):
        lifted = found.lifted[reason]
        yield _REFUSAL.in_language(lang).format(reason=reason, total=total, lifted=lifted)


def _fates(counted: dict[str, int], lang: str) -> str:
    fates = {fate: counted[fate] for fate in (ALLOWED, REFUSED, UNTOLD)}
    return _FATES.in_language(lang).format(**fates)
