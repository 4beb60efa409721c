"""The rules in plain words, from the programme that the snapshot carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from core.domain.calendar import taipei_day
from core.domain.guidance import HOTLINES, answers, refusals_of, refused_without_buying
from core.domain.official_lines import aspects
from core.domain.programme import Block, Programme
from core.domain.wording import buyers_today, differences, prose, rules_in_words
from public_site import parameters
from public_site.keys import SNAPSHOTS
from public_site.pages.own_days import DIGITS, LETTER, Asked, answer_of, ask, calendar
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import page_answer
from public_site.pages.times import day_label, day_of_sentence
from public_site.snapshots import Look

routes = web.RouteTableDef()


@dataclass(frozen=True)
class Change:
    """A dated block: what it says otherwise than the one before."""

    label: str
    iso: str
    source: str
    lines: list[str]
    in_force: bool


@routes.get("/rules")
async def rules_page(request: web.Request) -> web.StreamResponse:
    """Answer who may buy today and on which days; a last digit and a day of purchase may be given.

    Nothing else of a person is accepted.
    """
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    digit = parameters.one_of(request.query, "digit", (*DIGITS, LETTER))
    bought = parameters.text(request.query, "bought", longest=20)
    asked = ask(look.view.programme, taipei_day(look.now), digit, bought)
    given = {"digit": asked.digit, "bought": asked.bought.isoformat() if asked.bought else ""}
    return page_answer(
        request,
        look,
        reader,
        "rules.html",
        asked,
        lambda: _context(look, reader, asked),
        given={name: value for name, value in given.items() if value},
        status=400 if asked.fault else 200,
    )


def _context(look: Look, reader: Reader, asked: Asked) -> dict[str, object]:
    programme, today = look.view.programme, taipei_day(look.now)
    language = reader.language
    sentences = rules_in_words(programme, today)[language]
    block = programme.block_on(today)
    steps, bring = refused_without_buying()
    weekdays = prose(aspects(programme, block)["weekdays"]) if block else None
    return {
        "today_words": buyers_today(programme, today).in_language(language),
        "today": day_label(today, reader),
        "pinned_sentence": sentences[0] if programme.pinned and block else "",
        "not_in_force": sentences if block is None else [],
        "weekdays": weekdays.in_language(language) if weekdays else "",
        "weeks": calendar(programme, today, asked, reader),
        "asked": asked,
        "digits": DIGITS,
        "letter": LETTER,
        "last_day": today.isoformat(),
        "bought_day": day_of_sentence(asked.bought, today, reader) if asked.bought else "",
        "answers": answer_of(programme, today, asked, reader),
        "sections": {
            name: [line.in_language(language) for line in lines]
            for name, lines in answers(programme, today).items()
        },
        "steps": [step.in_language(language) for step in steps],
        "bring": [thing.in_language(language) for thing in bring],
        "hotlines": [(name.in_language(language), number) for name, number in HOTLINES],
        "refusals": _refusals(programme, today, language),
        "upcoming": [
            change for change in _changes(programme, today, reader) if change.iso > str(today)
        ],
        "history": [
            change for change in _changes(programme, today, reader) if change.iso <= str(today)
        ],
        "programme_name": programme.name.in_language(language),
    }


def _refusals(programme: Programme, today: date, language: str) -> list[tuple[str, str]]:
    """Return what the counter says and what to do, in the order of the checks."""
    return [
        (refusal.official.in_language(language), refusal.tell_buyer.in_language(language))
        for refusal in refusals_of(programme, today).values()
    ]


def _changes(programme: Programme, today: date, reader: Reader) -> list[Change]:
    """Return every block with what it changes; a pinned programme has only its own."""
    in_force = programme.block_on(today)
    before: Mapping[date, Block | None] = dict(
        zip(
            (block.effective for block in programme.block),
            (None, *programme.block),
            strict=False,
        )
    )
    return [
        Change(
            label=day_label(block.effective, reader, year=True),
            iso=block.effective.isoformat(),
            source=block.source,
            lines=_said_anew(programme, before[block.effective], block, reader),
            in_force=block is in_force,
        )
        for block in programme.block
    ]


def _said_anew(
    programme: Programme, before: Block | None, block: Block, reader: Reader
) -> list[str]:
    lines = []
    for was, now in differences(programme, before, block):
        if now is not None:
            lines.append(prose(now).in_language(reader.language))
        elif was is not None:
            old = prose(was).in_language(reader.language)
            lines.append(reader.word("rules_no_longer", line=old))
    return lines
