"""機構管理者作業: one page a task, and the institution's own acts."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from core.actions.user_lists import TEMPLATE
from core.domain.access import SERVICE_NAMES, Permission, services_of
from pharmacy_portal.api.people import acts_of, people_of
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.permission_names import may
from pharmacy_portal.sessions import is_locked
from pharmacy_portal.wiring import session_of

# Each task with the permission that opens it; whoever has the other role reads along nothing.
_TASKS = (
    ("administrators", Permission.APPOINT_ADMINISTRATORS),
    ("service", Permission.MANAGE_USERS),
    ("users", Permission.MANAGE_USERS),
    ("authorisations", Permission.MANAGE_USERS),
)
_TITLES = {
    "administrators": "task_administrators",
    "service": "task_service",
    "users": "task_users",
    "authorisations": "task_authorisations",
    "audit": "task_audit",
    "": "people_title",
}
_WARNINGS = {"NO_ADMINISTRATOR": "warning_none", "ONE_ADMINISTRATOR": "warning_one", "": ""}


async def get_people(request: web.Request) -> web.Response:
    """Show the task asked for, or the first that this user may do."""
    tasks = tasks_of(request)
    asked = request.query.get("task")
    task = asked if asked in tasks else tasks[0]
    if is_locked(session_of(request)):
        return await _locked(request, task)
    language = language_of(request)
    people = await people_of(request)
    return await render_counter(
        request,
        "people.html",
        people=people,
        warning=_WARNINGS[str(people["warning"])],
        services=[
            {"id": name, "name": SERVICE_NAMES[name].in_language(language)}
            for name in services_of("user")
        ],
        **_frame(request, task),
    )


async def get_acts(request: web.Request) -> web.Response:
    """Show who did what here, newest first."""
    if is_locked(session_of(request)):
        return await _locked(request, "audit")
    found = await acts_of(request)
    older = found["next"]
    link = str(request.rel_url.update_query(before=str(older))) if older else ""
    return await render_counter(
        request,
        "people_acts.html",
        acts=found["acts"],
        older=link,
        **_frame(request, "audit"),
    )


async def get_template(_request: web.Request) -> web.Response:
    """Hand out the CSV to fill in, as spreadsheets open it."""
    return web.Response(
        body=TEMPLATE.encode("utf-8-sig"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="users.csv"'},
    )


def tasks_of(request: web.Request) -> list[str]:
    """List the tasks that this user may do here."""
    session = session_of(request)
    return [task for task, permission in _TASKS if may(session, permission)]


async def _locked(request: web.Request, task: str) -> web.Response:
    return await render_counter(request, "people_locked.html", **_frame(request, task))


def task_links(request: web.Request) -> list[dict[str, str]]:
    """List the pages of this user's tasks; none for whoever has no such task."""
    if not may(session_of(request), Permission.SEE_PEOPLE):
        return []
    own = {"lang": language_of(request)} if "lang" in request.query else {}
    places = {one: URL("/people").with_query({"task": one, **own}) for one in tasks_of(request)}
    places["audit"] = URL("/people/audit").with_query(own)
    return [{"task": one, "title": _TITLES[one], "path": str(at)} for one, at in places.items()]


def _frame(request: web.Request, task: str) -> dict[str, object]:
    return {"task": task, "task_title": _TITLES[task], "tabs": task_links(request)}
