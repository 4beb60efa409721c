"""The rules in force, what changes when, what waits, and a candidate tried on past sales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from core.domain.calendar import taipei_day
from core.domain.programme import Programme
from core.domain.text import Text
from core.domain.wording import rules_in_words
from core.errors import Invalid, MaskmapError
from core.rules_preview import Change, changes_ahead, changes_between
from core.rules_trial import Trial, candidates, read_candidate, try_on_past_sales
from core.rules_watch import RulesInUse, in_use
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.content import spelt_day
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.wiring import Portal, portal_of

AHEAD_DAYS = 400
TRIED_DAYS = 7


@dataclass(frozen=True)
class ChangeLine:
    """One day on which something is otherwise, in a reader's language."""

    day: str
    lines: Sequence[tuple[str, str]]


async def get_rules(request: web.Request) -> web.Response:
    """Show the rules; ``?file=`` previews a candidate, ``&try=1`` tries it on past sales."""
    portal, language = portal_of(request), language_of(request)
    programme, today = portal.programme, taipei_day(portal.clock())
    rules = portal.desk.rules
    pending = rules.pending if isinstance(rules, RulesInUse) else None
    waiting = _between(programme, pending.programme, today, language) if pending else []
    name = request.query.get("file", "")
    folder = portal.settings.rules_folder
    return await render_counter(
        request,
        "steward_rules.html",
        in_use=in_use(rules if isinstance(rules, RulesInUse) else programme, portal.clock),
        words=rules_in_words(programme, today)["en" if language == "en" else "zh-TW"],
        ahead=_spelt(changes_ahead(programme, today, AHEAD_DAYS), language),
        pending_from=spelt_day(pending.day, language) if pending else "",
        pending=waiting,
        candidates=[path.name for path in candidates(folder)],
        folder_name=folder.name,
        file=name,
        candidate=await _candidate(portal, name, today, request) if name else None,
    )


async def _candidate(
    portal: Portal, name: str, today: date, request: web.Request
) -> dict[str, object]:
    """Preview a candidate and, where asked, try it; its faults are told on the page."""
    language, programme = language_of(request), portal.programme
    folder = portal.settings.rules_folder
    told: dict[str, object] = {"fault": "", "changes": [], "trial": []}
    try:
        path, found = read_candidate(folder, name, programme.id)
        told["changes"] = _between(programme, found, today, language)
        if request.query.get("try"):
            database = portal.settings.database_path
            trial = Trial(database, folder, path, TRIED_DAYS, today, language)
            told["trial"] = await try_on_past_sales(trial)
    except MaskmapError as fault:
        # The path of the file is nobody's business.
        told["fault"] = str(fault).replace(f"{folder}/", "") or Invalid.code
    return told


def _between(old: Programme, new: Programme, today: date, language: str) -> list[ChangeLine]:
    return _spelt(changes_between(old, new, today, AHEAD_DAYS), language)


def _spelt(changes: Sequence[Change], language: str) -> list[ChangeLine]:
    return [
        ChangeLine(
            spelt_day(change.day, language),
            [(_say(old, language), _say(new, language)) for old, new in change.lines],
        )
        for change in changes
    ]


def _say(words: Text | None, language: str) -> str:
    return words.in_language(language) if words else ""
