"""Addresses of the authority."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import content, steward
from pharmacy_portal.api import steward_people as people
from pharmacy_portal.pages import morning, steward_content, steward_disputes, steward_rules
from pharmacy_portal.pages import steward as pages
from pharmacy_portal.routes import V1, Route

_STEWARD = Permission.STEWARD
_V1 = f"{V1}/steward"
_NEWS = f"{_V1}/announcements"

PAGES = (
    Route("GET", "/steward", pages.get_steward, _STEWARD, kind="page"),
    Route("GET", "/steward/morning", pages.get_morning, _STEWARD, kind="page"),
    Route("GET", "/steward/morning.csv", morning.get_morning_csv, _STEWARD, kind="page"),
    Route("GET", "/steward/announcements", pages.get_announcements, _STEWARD, kind="page"),
    Route("GET", "/steward/corrections", pages.get_corrections, _STEWARD, kind="page"),
    Route("GET", "/steward/directory", pages.get_directory, _STEWARD, kind="page"),
    Route("GET", "/steward/stops", pages.get_stops, _STEWARD, kind="page"),
    # It opens what stands behind a dispute, and leaves an audit row: an act, though a GET.
    Route(
        "GET",
        "/steward/disputes",
        steward_disputes.get_disputes,
        _STEWARD,
        kind="page",
        needs_card=True,
    ),
    Route("GET", "/steward/services", pages.get_services, _STEWARD, kind="page"),
    Route("GET", "/steward/rules", steward_rules.get_rules, _STEWARD, kind="page"),
    Route("GET", "/steward/pages", steward_content.get_pages, _STEWARD, kind="page"),
    Route("GET", "/steward/pages/{page}", steward_content.get_page, _STEWARD, kind="page"),
)
API = (
    Route("POST", _NEWS, steward.post_announcement, _STEWARD),
    Route("PUT", f"{_NEWS}/{{announcement}}", steward.put_announcement, _STEWARD),
    Route("POST", f"{_NEWS}/{{announcement}}/withdraw", steward.post_withdraw, _STEWARD),
    Route("POST", f"{_V1}/proposals/{{proposal}}", steward.post_proposal, _STEWARD),
    Route("PUT", f"{_V1}/outlets/{{outlet}}", steward.put_outlet, _STEWARD),
    Route("POST", f"{_V1}/directory/{{submission}}", steward.post_listing, _STEWARD),
    Route("POST", f"{_V1}/disputes/{{dispute}}", steward_disputes.post_answer, _STEWARD),
    Route("POST", f"{_V1}/stops", steward.post_stop, _STEWARD),
    Route("POST", f"{_V1}/stops/{{stop}}/lift", steward.post_lift, _STEWARD),
    Route("POST", f"{_V1}/services", people.post_service, _STEWARD),
    Route("POST", f"{_V1}/services/{{institution}}", people.post_service, _STEWARD),
    Route("POST", f"{_V1}/appointments", people.post_appointment, _STEWARD),
    Route("PUT", f"{_V1}/pages/{{page}}", content.put_page, _STEWARD),
    Route("POST", f"{_V1}/pages/{{page}}/restore", content.post_restore, _STEWARD),
    Route("POST", f"{_V1}/preview", content.post_preview, _STEWARD),
)
