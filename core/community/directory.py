"""The directory as it is shown: history and accepted submissions, with the state of each link."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from core.community.history import load_history
from core.community.listing import Listing
from core.community.store import CommunityStore, LinkCheck

# What an entry's link is known to do.
UNCHECKED, WORKS, BROKEN = "unchecked", "works", "broken"


class DirectoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One application as everybody sees it.

    ``origin`` is ``history`` (the list of 2020) or ``submission``; ``first_seen`` a month or a day;
    ``link`` tells what the last look found, at ``link_checked_at`` (RFC 3339, else empty).
    """

    id: str
    origin: str
    listing: Listing
    first_seen: str
    link: str = UNCHECKED
    link_checked_at: str = ""


def directory(store: CommunityStore) -> tuple[DirectoryEntry, ...]:
    """Return every listed application: accepted submissions, the newest first, then history."""
    checks = store.link_checks()
    accepted = [found for found in store.submissions() if found.state == "accepted"]
    newest_first = sorted(accepted, key=lambda found: found.submitted_at, reverse=True)
    submitted = (
        _entry(found.id, "submission", found.listing, found.submitted_at[:10], checks)
        for found in newest_first
    )
    return (*submitted, *historical(checks))


def historical(checks: Mapping[str, LinkCheck]) -> tuple[DirectoryEntry, ...]:
    """Return the applications of 2020."""
    return tuple(
        _entry(app.id, "history", app.listing, app.first_seen, checks)
        for app in load_history().apps
    )


def _entry(
    identity: str,
    origin: str,
    listing: Listing,
    first_seen: str,
    checks: Mapping[str, LinkCheck],
) -> DirectoryEntry:
    check = checks.get(listing.url)
    return DirectoryEntry(
        id=identity,
        origin=origin,
        listing=listing,
        first_seen=first_seen,
        link=UNCHECKED if check is None else WORKS if check.works else BROKEN,
        link_checked_at=check.at if check else "",
    )
