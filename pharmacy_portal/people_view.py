"""An institution's people as pages and JSON show them: one description for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.actions.appointments import warning_of
from core.domain.access import COUNTER_ROLES, ROLE_NAMES, SERVICE_NAMES
from core.domain.calendar import rfc3339, roc_minute
from core.domain.people import (
    SERVICE_STATES,
    Access,
    Certificate,
    Invitation,
    Roster,
    StaffMember,
    listed_role_fits,
)
from core.domain.refusals import REFUSALS
from core.domain.text import Text
from core.ports import AuditEvent
from pharmacy_portal.words.people import ACTS, CARD_KINDS, DETAILS, SOURCES, STAFF_STATES

# Who grants and is no user: the authority's list, its operator, an earlier version's data.
_NO_USERS: Mapping[str, Text] = {
    "staff_list": Text("職登名冊", "Staff list"),
    "operator": Text("主管機關", "Authority"),
    "demo": Text("示範資料", "Demonstration"),
    "migration": Text("系統轉入", "Taken over"),
    "list": Text("既有服務名冊", "List of former services"),
    "": Text("", ""),
}


def describe_roster(
    roster: Roster, names: Mapping[str, str], me: str, language: str
) -> dict[str, object]:
    """Describe who may do what at an institution."""
    service = roster.service
    return {
        "institution": roster.institution,
        "service": {
            "state": service.state,
            "words": SERVICE_STATES[service.state].in_language(language),
            "had_before": service.had_before,
            "applied_at": instant(service.applied_at),
            "decided_at": instant(service.decided_at),
            "reason": service.reason,
        },
        "warning": warning_of(roster),
        "access": [describe_access(one, names, me, language) for one in roster.access],
        "invitations": [_invitation(one, names, language) for one in roster.invitations],
        "staff": [_staff(one, roster, language) for one in roster.staff],
    }


def describe_access(
    access: Access, names: Mapping[str, str], me: str, language: str
) -> dict[str, object]:
    """Describe what one user may do."""
    return {
        "user": access.user,
        "name": access.name,
        "me": access.user == me,
        "role": access.role,
        "role_name": role_words(access.role, language),
        "counter": access.role in COUNTER_ROLES,
        "services": None if access.services is None else list(access.services),
        "service_names": service_words(access.services, language),
        "source": access.source,
        "source_name": SOURCES[access.source].in_language(language),
        "granted_by": who(access.granted_by, names, language),
        "granted_at": instant(access.granted_at),
        "granted_at_roc": minute(access.granted_at),
        "last_used_at": instant(access.last_used_at),
        "last_used_at_roc": minute(access.last_used_at),
    }


def describe_card(card: Certificate, language: str) -> dict[str, object]:
    """Describe one of a user's own cards; its serial is no business of a screen."""
    kind = card.kind if card.kind in CARD_KINDS else "other"
    return {
        "key": card.key[:12],
        "kind": card.kind,
        "kind_name": CARD_KINDS[kind].in_language(language),
        "bound_at": instant(card.bound_at),
        "bound_at_roc": minute(card.bound_at),
        "last_used_at": instant(card.last_used_at),
        "last_used_at_roc": minute(card.last_used_at),
        "retired": card.retired_at is not None,
    }


def describe_act(event: AuditEvent, names: Mapping[str, str], language: str) -> dict[str, object]:
    """Describe one act: who did what, when; ``what`` names no buyer, for the trail has none."""
    at = datetime.fromisoformat(event.at)
    words = ACTS.get(event.act)
    details = {key: value for key, value in event.what.items() if key != "outlet"}
    return {
        "number": event.number,
        "at": event.at,
        "at_roc": roc_minute(at),
        "act": event.act,
        "act_name": words.in_language(language) if words else event.act,
        "by": event.by,
        "by_name": who(event.by, names, language),
        "what": details,
        "what_words": _details(details, names, language),
    }


def users_named(access: Iterable[Access], invitations: Iterable[Invitation]) -> list[str]:
    """List the ids of those who granted, for their names."""
    return sorted({one.granted_by for one in access} | {one.by for one in invitations})


def who(user: str, names: Mapping[str, str], language: str) -> str:
    """Name a user, or whatever acted without being one."""
    if user in _NO_USERS:
        return _NO_USERS[user].in_language(language)
    return names.get(user, user)


def role_words(role: str, language: str) -> str:
    """Name a role."""
    return ROLE_NAMES[role].in_language(language) if role in ROLE_NAMES else role


def service_words(services: Iterable[str] | None, language: str) -> str:
    """Name services; None stands for all of the role."""
    if services is None:
        return Text("全部", "All").in_language(language)
    joint = ", " if language == "en" else "、"
    return joint.join(SERVICE_NAMES[one].in_language(language) for one in services)


def instant(at: datetime | None) -> str | None:
    """Spell an instant for programs."""
    return rfc3339(at) if at else None


def minute(at: datetime | None) -> str:
    """Spell an instant for people; nothing where there was none."""
    return roc_minute(at) if at else "－"


def _invitation(one: Invitation, names: Mapping[str, str], language: str) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "role": one.role,
        "role_name": role_words(one.role, language),
        "services": None if one.services is None else list(one.services),
        "service_names": service_words(one.services, language),
        "name": one.name,
        "by": who(one.by, names, language),
        "expires_at": instant(one.expires_at),
        "expires_at_roc": minute(one.expires_at),
    }


def _staff(member: StaffMember, roster: Roster, language: str) -> dict[str, object]:
    state = _staff_state(member, roster.kind)
    return {
        "id": member.id,
        "name": member.name,
        "role": member.role,
        "role_name": role_words(member.role, language),
        "user": member.user,
        "state": state,
        "state_name": STAFF_STATES[state].in_language(language),
    }


def _staff_state(member: StaffMember, kind: str) -> str:
    if member.blocked_by:
        return "blocked"
    if not listed_role_fits(kind, member.role):
        return "unfit"
    return "active" if member.user else "waiting"


def _details(what: Mapping[str, object], names: Mapping[str, str], language: str) -> str:
    shown = []
    for key in sorted(DETAILS.keys() & what.keys()):
        value = _value(key, what[key], names, language)
        if value:
            shown.append(f"{DETAILS[key].in_language(language)} {value}")
    return (", " if language == "en" else "、").join(shown)


def _value(key: str, value: object, names: Mapping[str, str], language: str) -> str:
    text = str(value)
    if isinstance(value, dict):
        return " ".join(f"{name} {count}" for name, count in sorted(value.items()))
    if isinstance(value, list):
        known = [str(one) for one in value if one in SERVICE_NAMES]
        return service_words(known, language) or " ".join(map(str, value))
    if key == "refused" and text in REFUSALS:
        return REFUSALS[text].official.in_language(language)
    tables: Mapping[str, Mapping[str, Text]] = {
        "role": ROLE_NAMES,
        "card": CARD_KINDS,
        "state": SERVICE_STATES,
    }
    words = tables.get(key, {}).get(text)
    return words.in_language(language) if words else names.get(text, text)
