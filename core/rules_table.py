"""Every block of a programme as a Markdown table, for `docs/rules.md`."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.programme import Block, Group, Programme, Window

HEADINGS = ("from", "group", "pieces", "window", "weekdays", "cards per carrier")
HEADINGS_OF_BLOCK = ("price NT$", "daily supply", "confidence")


def blocks_table(programme: Programme) -> str:
    """Render one row for each block and group; what a block settles for all stands once."""
    rows = [HEADINGS + HEADINGS_OF_BLOCK, ("---",) * len(HEADINGS + HEADINGS_OF_BLOCK)]
    for block in programme.block:
        settled = (_numbers(block.price_ntd), _numbers(block.daily_supply), block.confidence)
        for place, group in enumerate(block.group):
            first = place == 0
            start = block.effective.isoformat() if first else ""
            rows.append((start, *_of_group(block, group), *(settled if first else ("",) * 3)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def _of_group(block: Block, group: Group) -> tuple[str, ...]:
    born = f", born ≥ {group.born_from}" if group.born_from else ""
    return (
        f"{group.id}{born}",
        f"{group.total} in all: {_numbers(group.limits)}",
        _window(block.window),
        {"odd_even": "odd/even", "any": "any"}[group.weekdays],
        str(group.cards_per_carrier),
    )


def _window(window: Window) -> str:
    span = f"{window.days} d" if window.days else f"round from {window.since}"
    return f"{span}, {window.mode}"


def _numbers(table: Mapping[str, int]) -> str:
    return ", ".join(f"{product} {count}" for product, count in table.items())
