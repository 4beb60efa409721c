"""What changes, and when: by the calendar of the rules in force, or with other rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.domain.phrases import day_name
from core.domain.programme import Block, Programme
from core.domain.text import Text
from core.domain.wording import differences

Sentences = tuple[Text | None, Text | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One day on which something is otherwise. ``lines`` are (sentence before, sentence after).

    ``before`` is what would stand on that day else: the block until then, or the rules in force.
    """

    programme: Programme
    day: date
    before: Block | None
    after: Block | None
    lines: tuple[Sentences, ...]


def changes_ahead(programme: Programme, start: date, days: int) -> list[Change]:
    """Return what the programme's own blocks change in the days after ``start``."""
    return [
        _change(programme, block.effective, before, block)
        for before, block in zip((None, *programme.block), programme.block, strict=False)
        if start < block.effective <= start + timedelta(days=days)
    ]


def changes_between(old: Programme | None, new: Programme, start: date, days: int) -> list[Change]:
    """Compare other rules with those in force, on ``start`` and the days after it.

    One change for each stretch of days on which the same two blocks differ.
    """
    changes: list[Change] = []
    last: tuple[Block | None, Block | None] | None = None
    for day in _edges(old, new, start, start + timedelta(days=days)):
        pair = (old.block_on(day) if old else None, new.block_on(day))
        if pair[0] != pair[1] and pair != last:
            changes.append(_change(new, day, *pair))
        last = pair
    return changes


def compare_all(
    old: Mapping[str, Programme], new: Mapping[str, Programme], start: date, days: int
) -> list[Change]:
    """Compare every programme of other rules with those in force, in order of the day."""
    changes = [
        change
        for id_, programme in new.items()
        for change in changes_between(old.get(id_), programme, start, days)
    ]
    return sorted(changes, key=lambda change: change.day)


def first_difference(old: Programme | None, new: Programme, start: date) -> date | None:
    """Return the first day from ``start`` on which another block stands; None: there is none."""
    changes = changes_between(old, new, start, (date.max - start).days)
    return changes[0].day if changes else None


def change_page(change: Change, lang: str) -> Iterator[str]:
    """Yield a change in words."""
    start, name = day_name(change.day), change.programme.name
    yield Text(f"{name.zh}：{start.zh}起", f"{name.en}: from {start.en}").in_language(lang)
    was, now = Text("原", "was").in_language(lang), Text("改為", "will be").in_language(lang)
    for old, new in change.lines:
        yield from (f"  {was}: {old.in_language(lang)}",) if old else ()
        yield from (f"  {now}: {new.in_language(lang)}",) if new else ()


def change_document(change: Change) -> dict[str, object]:
    """Return a change as plain JSON values, in both languages."""
    return {
        "programme": change.programme.id,
        "effective": change.day.isoformat(),
        "before_block": change.before.effective.isoformat() if change.before else None,
        "after_block": change.after.effective.isoformat() if change.after else None,
        "changes": [{"before": _both(old), "after": _both(new)} for old, new in change.lines],
    }


def _change(programme: Programme, day: date, before: Block | None, after: Block | None) -> Change:
    if after is None:
        assert before is not None
        lines: Sequence[Sentences] = [
            (was, None) for _, was in differences(programme, None, before)
        ]
    else:
        lines = differences(programme, before, after)
    return Change(programme, day, before, after, tuple(lines))


def _edges(old: Programme | None, new: Programme, start: date, end: date) -> list[date]:
    """Return the days on which either of two programmes may turn, ``start`` first."""
    blocks = (*(old.block if old else ()), *new.block)
    return sorted({start, *(b.effective for b in blocks if start < b.effective <= end)})


def _both(text: Text | None) -> dict[str, str] | None:
    return {"zh-TW": text.zh, "en": text.en} if text else None
