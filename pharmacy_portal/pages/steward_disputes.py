"""我沒買卻被拒: what buyers dispute, the sales behind one of them, and the authority's answer."""

from __future__ import annotations

from aiohttp import web

from core.actions.desk import act_id
from core.actions.disputes import LONGEST_ANSWER, answer_dispute, look_behind
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.wiring import portal_of, session_of


class AnswerRequest(Body, frozen=True):
    """What the authority found; the outlet reads it."""

    answer: str


async def get_disputes(request: web.Request) -> web.Response:
    """List disputes; ``?open=`` shows the sales behind one, and each look is recorded."""
    portal, session = portal_of(request), session_of(request)
    days = portal.state.days
    opened = act_id(request.query["open"]) if "open" in request.query else None
    behind = await look_behind(portal.desk, days, by=session.user, dispute=opened) if opened else []
    return await render_counter(
        request,
        "steward_disputes.html",
        disputes=await days.disputes(),
        opened=opened,
        behind=behind,
        look=lambda dispute: str(request.rel_url.update_query(open=str(dispute))),
        longest=LONGEST_ANSWER,
    )


async def post_answer(request: web.Request) -> web.Response:
    """Answer a dispute."""
    portal, session = portal_of(request), session_of(request)
    dispute = act_id(request.match_info["dispute"])
    body = await read_body(request, AnswerRequest)
    await answer_dispute(
        portal.desk, portal.state.days, by=session.user, dispute=dispute, answer=body.answer
    )
    return json_response({"dispute": str(dispute)})
