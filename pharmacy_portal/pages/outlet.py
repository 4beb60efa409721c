"""號碼牌/售完: the outlet's own page. The script fills it with what the outlet says now."""

from __future__ import annotations

from aiohttp import web

from core.domain.outlet_says import LONGEST_NOTE, LONGEST_REASON, OWN_WORDS, PAUSE_REASONS
from core.domain.proposals import KINDS
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render_counter


async def get_outlet_page(request: web.Request) -> web.Response:
    """防疫口罩管控系統_號碼牌/售完."""
    language = language_of(request)
    return await render_counter(
        request,
        "outlet.html",
        reasons=[(code, text.in_language(language)) for code, text in PAUSE_REASONS.items()],
        own_words=OWN_WORDS,
        kinds=[(kind, text.in_language(language)) for kind, text in KINDS.items()],
        longest_note=LONGEST_NOTE,
        longest_reason=LONGEST_REASON,
    )
