"""The days' courses as files, for everybody: signed like the releases beside which they stand."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from core.errors import NotFound
from core.releases import SIGNATURE
from public_site.answers import BRIEFLY, FOR_EVER, JSON, accepts_gzip, is_known
from public_site.courses import COURSES, DayCourse

routes = web.RouteTableDef()

_DAY = "{day:[0-9]{4}-[0-9]{2}-[0-9]{2}}"


@routes.get(f"/data/courses/{_DAY}.json")
async def course_file(request: web.Request) -> web.Response:
    """Answer the course of a Taipei day; once the day is over it never changes."""
    course = _asked(request)
    packed = accepts_gzip(request)
    headers = _headers(course, "-gz" if packed else "")
    if is_known(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = course.packed if packed else course.body
    return web.Response(body=body, headers=headers, content_type=JSON, charset="utf-8")


@routes.get(f"/data/courses/{_DAY}.json{SIGNATURE}")
async def course_signature(request: web.Request) -> web.Response:
    """Answer the signature over the exact bytes of a day's course."""
    course = _asked(request)
    headers = _headers(course, "-sig")
    if is_known(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=course.signature, headers=headers, content_type="text/plain", charset="utf-8"
    )


def _asked(request: web.Request) -> DayCourse:
    """Return the course that is asked for.

    Raises:
        NotFound: there is none of that day, or none that is good.
    """
    courses = request.app[COURSES]
    try:
        day = date.fromisoformat(request.match_info["day"])
    except ValueError:
        day = None
    course = courses.of(day) if day else None
    if course is None:
        days = ", ".join(map(str, courses.days)) or "none yet"
        raise NotFound(f"no course of that day is kept here; there are: {days}", code="NO_COURSE")
    return course


def _headers(course: DayCourse, variant: str) -> dict[str, str]:
    return {
        "ETag": f'"{course.sha256}{variant}"',
        "Cache-Control": FOR_EVER if course.complete else BRIEFLY,
        "Vary": "Accept-Encoding",
        "X-As-Of": course.as_of,
    }
