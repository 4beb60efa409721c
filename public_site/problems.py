"""The one place where faults become answers: a page for people, problem+json for programs."""

from __future__ import annotations

from aiohttp import web

from core.errors import (
    Conflict,
    Invalid,
    MaskmapError,
    NotFound,
    NotPermitted,
    Refused,
    Unavailable,
)
from core.releases import Untrusted
from public_site.answers import problem
from public_site.downloads import Gone
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import bare_page, rule_line
from public_site.serving.forms import BodyNotTaken, BodyTooLarge, BodyTooSlow
from public_site.serving.policy import DATA_PAGES, DATA_PATHS

MACHINE_PATHS = (*DATA_PATHS, "/static/", "/healthz", "/readyz", "/metrics", "/robots", "/favicon")
RETRY_AFTER_S = "5"
_OF_HTTP = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "REQUEST_TOO_LARGE"}
_NOWHERE = "there is no such address; those there are stand in /openapi.json and at /data"


class AddressTooLong(Invalid):
    """The query of a request is longer than any sensible one."""

    code = "ADDRESS_TOO_LONG"


# Sent by no browser of a person; a thousand at once must not cost a thousand pages.
_HOSTILE = (AddressTooLong, BodyNotTaken, BodyTooLarge, BodyTooSlow)


def explain(request: web.Request, error: Exception, request_id: str) -> web.StreamResponse:
    """Answer what went wrong; ``error`` is a maskmap error, aiohttp's own, or a fault of ours."""
    status, code, detail = _understand(error, request_id)
    if isinstance(error, web.HTTPRedirection):
        return web.Response(status=status, headers={"Location": error.headers["Location"]})
    if request.path.startswith(MACHINE_PATHS) and request.path not in DATA_PAGES:
        response = problem(status, code, detail)
    else:
        response = _page(request, status, code, detail, request_id)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    if isinstance(error, web.HTTPMethodNotAllowed):
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _understand(error: Exception, request_id: str) -> tuple[int, str, str]:
    """Return status, stable code, and what to do."""
    if isinstance(error, web.HTTPException):
        return error.status, _OF_HTTP.get(error.status, "HTTP_ERROR"), _of_http(error)
    if not isinstance(error, MaskmapError):
        return 500, "FAILED", f"noted as {request_id}; please try again later"
    for kind, status in (
        (AddressTooLong, 414),
        (BodyTooLarge, 413),
        (BodyTooSlow, 408),
        (BodyNotTaken, 415),
        (Gone, 410),
        (NotFound, 404),
        (Unavailable, 503),
        (Untrusted, 503),
        (NotPermitted, 403),
        (Conflict, 409),
        (Refused, 409),
        (Invalid, 400),
    ):
        if isinstance(error, kind):
            return status, error.code, str(error)
    return 500, error.code, f"noted as {request_id}; please try again later"


def _of_http(error: web.HTTPException) -> str:
    if isinstance(error, web.HTTPNotFound):
        return _NOWHERE
    if isinstance(error, web.HTTPMethodNotAllowed):
        return f"possible here: {', '.join(sorted(error.allowed_methods))}"
    return error.reason


def _rule_of_today(request: web.Request, reader: Reader) -> dict[str, str]:
    """Return the line that stands on every page, as soon as anything is published."""
    snapshots = request.app[SNAPSHOTS]
    return rule_line(snapshots.look(), reader) if snapshots.published else {}


def _page(
    request: web.Request, status: int, code: str, detail: str, request_id: str
) -> web.Response:
    reader = reader_of(request)
    name = {
        "OUTLET_UNKNOWN": "outlet_unknown",
        "PARAMETER_INVALID": "invalid",
        "NO_SNAPSHOT": "empty",
    }.get(code, {404: "not_found", 500: "failed"}.get(status, "refused"))
    values = {
        "detail": detail,
        "parameter": detail.partition(":")[0],
        "request_id": request_id,
        "code": request.match_info.get("code", "")[:40],
    }
    return bare_page(
        "message.html",
        reader,
        status,
        request.path,
        title=reader.word(f"{name}_title"),
        text=reader.word(f"{name}_text", **values),
        picture="unsure" if status >= 500 else "none",
        reload=code == "NO_SNAPSHOT",
        # What failed may be what this would need.
        **(_rule_of_today(request, reader) if status != 500 else {}),
    )
