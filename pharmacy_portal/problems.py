"""The one translation of errors: problem+json (RFC 9457), or a page in the reader's language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

import msgspec
from aiohttp import web

from core.domain.refusals import READING_FAULTS
from core.errors import (
    Conflict,
    Invalid,
    MaskmapError,
    NotFound,
    NotPermitted,
    Refused,
    Unavailable,
)
from core.log import request_id, scrub_text
from pharmacy_portal.budgets import RateLimited
from pharmacy_portal.languages import language_of
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.verification import ChooseInstitution
from pharmacy_portal.pages.shell import render
from pharmacy_portal.refusal_words import next_date_words, stop_words, words_of
from pharmacy_portal.routes import Kind

RETRY_AFTER_S = 2
# First the code, then the class, decides.
STATUS_OF_CODE: Mapping[str, int] = MappingProxyType(
    {
        "KEY_REUSED": 422,
        "RATE_LIMITED": 429,
        "SESSION_EXPIRED": 401,
        "NOT_ENROLLED": 403,
        "SESSION_LOCKED": 423,
        "CARD_READING_REQUIRED": 422,
    }
)
_STATUS_OF_CLASS: tuple[tuple[type[MaskmapError], int], ...] = (
    (Refused, 409),
    (Invalid, 400),
    (LoginRefused, 401),
    (NotPermitted, 403),
    (NotFound, 404),
    (Conflict, 409),
    (ChooseInstitution, 409),
    (Unavailable, 503),
)
_CODE_OF_HTTP = {401: "SESSION_EXPIRED", 403: "NOT_PERMITTED", 404: "NOT_FOUND"}


def status_of(error: MaskmapError) -> int:
    """Return the HTTP status of an error."""
    by_class = (status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind))
    return STATUS_OF_CODE.get(error.code) or next(by_class, 500)


def problem(request: web.Request, error: MaskmapError, kind: Kind) -> web.Response:
    """Tell an error of the tree."""
    status, language = status_of(error), language_of(request)
    members = _members(error, language)
    headers = {"Retry-After": str(_retry_after(error))} if status in (429, 503) else {}
    return _response(request, kind, status, members, headers)


def http_problem(request: web.Request, error: web.HTTPException, kind: Kind) -> web.Response:
    """Tell what the web server itself refuses: no such address, method, size."""
    code = _CODE_OF_HTTP.get(error.status, "INVALID")
    members = {**_titles(code, language_of(request)), "code": code, "detail": error.reason}
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _response(request, kind, error.status, members, headers)


def unexpected(request: web.Request, kind: Kind) -> web.Response:
    """Tell a fault of ours; the log has the rest under the request's id."""
    members = {**_titles("ERROR", language_of(request)), "code": "ERROR"}
    return _response(request, kind, 500, members, {})


def _members(error: MaskmapError, language: str) -> dict[str, object]:
    members: dict[str, object] = {
        **_titles(error.code, language),
        "code": error.code,
        "detail": scrub_text(str(error)),
    }
    if isinstance(error, Refused):
        members["reasons"] = list(error.reasons)
        members["words"] = [
            *(words_of(reason, language) for reason in error.reasons),
            *stop_words(error, language),
        ]
        members["next_date"] = error.next_date.isoformat() if error.next_date else None
        members["next_date_words"] = next_date_words(error.next_date, language)
        members["details"] = error.details
        if why := error.details.get("why"):
            members["why"] = why
            members["why_words"] = READING_FAULTS[str(why)].in_language(language)
    if isinstance(error, ChooseInstitution):
        members["institutions"] = list(error.institutions)
    return members


def _titles(code: str, language: str) -> dict[str, object]:
    words = words_of(code, language)
    return {"title": words["official"], "tell_buyer": words["tell_buyer"]}


def _retry_after(error: MaskmapError) -> int:
    return math.ceil(error.retry_after_s) if isinstance(error, RateLimited) else RETRY_AFTER_S


def _response(
    request: web.Request,
    kind: Kind,
    status: int,
    members: Mapping[str, object],
    headers: Mapping[str, str],
) -> web.Response:
    if kind == "page":
        return _page(request, status, members, headers)
    body = {
        "type": f"urn:maskmap:problem:{members['code']}",
        "status": status,
        "instance": f"urn:maskmap:request:{request_id.get()}",
        **members,
    }
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        headers={**headers, "Content-Type": "application/problem+json"},
    )


def _page(
    request: web.Request, status: int, members: Mapping[str, object], headers: Mapping[str, str]
) -> web.Response:
    response = render(
        request,
        "error.html",
        status=status,
        phrase=HTTPStatus(status).phrase,
        title=members["title"],
        next_step=members["tell_buyer"],
        instance=request_id.get(),
    )
    response.set_status(status)
    response.headers.update(headers)
    return response
