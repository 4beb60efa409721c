"""Announcements (公告事項): written, edited, withdrawn; told to the portal and the data's users."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path

from core.actions.published_words import in_both, published
from core.clock import Clock
from core.community.announced import Announced, write_announced
from core.domain.announcements import AUDIENCES, KINDS, LONGEST_WORDS, is_for_data, is_for_portal
from core.domain.calendar import taipei_day
from core.errors import Invalid, NotFound
from core.log import get_logger
from core.ports.ledger import AuditRow
from core.ports.stewardship import AnnouncementVersion, Stewardship

LONGEST_REASON = 200
_log = get_logger(__name__)


async def announce(
    stewardship: Stewardship,
    clock: Clock,
    *,
    by: str,
    kind: str,
    audience: str,
    effective: date | None,
    zh: str,
    en: str,
) -> AnnouncementVersion:
    """Announce something new; it holds from today on unless a day is named.

    Raises:
        Invalid: a field cannot be taken.
    """
    now = clock()
    day = taipei_day(now)
    _known(kind, audience)
    version = AnnouncementVersion(
        id=f"s{day:%Y%m%d}-{secrets.token_hex(3)}",
        version=1,
        kind=kind,
        day=day,
        effective=effective or day,
        audience=audience,
        words=in_both(zh, en, LONGEST_WORDS, lines=True),
        by=by,
        at=now,
    )
    await stewardship.save_announcement(version, _row("announce", version))
    return version


async def edit_announcement(
    stewardship: Stewardship,
    clock: Clock,
    *,
    by: str,
    identity: str,
    version: int,
    kind: str,
    audience: str,
    effective: date,
    zh: str,
    en: str,
) -> AnnouncementVersion:
    """Put a further version in force; ``version`` is the one it was written upon.

    Raises:
        NotFound: there is no such announcement. Conflict: somebody edited it meanwhile.
    """
    _known(kind, audience)
    edited = replace(
        await _of(stewardship, identity),
        version=version + 1,
        kind=kind,
        audience=audience,
        effective=effective,
        words=in_both(zh, en, LONGEST_WORDS, lines=True),
        state="announced",
        reason="",
        by=by,
        at=clock(),
    )
    await stewardship.save_announcement(edited, _row("announcement_edit", edited))
    return edited


async def withdraw_announcement(
    stewardship: Stewardship, clock: Clock, *, by: str, identity: str, version: int, reason: str
) -> AnnouncementVersion:
    """Take an announcement off every page and feed; its versions stay on record.

    Raises:
        NotFound: there is no such announcement. Conflict: somebody edited it meanwhile.
        Invalid: no reason is given.
    """
    why = published(reason, LONGEST_REASON)
    if not why:
        raise Invalid("say why it is withdrawn")
    known = await _of(stewardship, identity)
    withdrawn = replace(
        known, version=version + 1, state="withdrawn", reason=why, by=by, at=clock()
    )
    row = _row("announcement_withdraw", withdrawn) | {"reason": why}
    await stewardship.save_announcement(withdrawn, row)
    return withdrawn


async def portal_news(stewardship: Stewardship) -> list[AnnouncementVersion]:
    """Return what stands in the portal, the newest first."""
    found = await stewardship.announcements()
    return [one for one in found if one.state == "announced" and is_for_portal(one.audience)]


async def tell_data_users(stewardship: Stewardship, path: Path) -> None:
    """Write what the site tells those who use the data; an older list never replaces a newer.

    What cannot be written now is logged, and told with the next change or at the next start.
    """
    found = await stewardship.announcements()
    told = [_told(one) for one in found if one.state == "announced" and is_for_data(one.audience)]
    # Every edit adds one version, so the sum of the newest counts all that ever was written.
    revision = sum(one.version for one in found)
    try:
        await asyncio.to_thread(write_announced, path, revision, told)
    except OSError as fault:
        _log.error("the site was not told what the authority announced", fault=str(fault))


def _told(version: AnnouncementVersion) -> Announced:
    return Announced(
        id=version.id,
        kind=version.kind,
        date=version.day,
        effective=version.effective,
        zh=version.words.zh,
        en=version.words.en,
    )


async def _of(stewardship: Stewardship, identity: str) -> AnnouncementVersion:
    for one in await stewardship.announcements():
        if one.id == identity:
            return one
    raise NotFound(f"there is no announcement {identity}")


def _known(kind: str, audience: str) -> None:
    if kind not in KINDS or audience not in AUDIENCES:
        raise Invalid(f"kind is one of {', '.join(KINDS)}; audience one of {', '.join(AUDIENCES)}")


def _row(act: str, version: AnnouncementVersion) -> AuditRow:
    return {
        "act": act,
        "by": version.by,
        "announcement": version.id,
        "version": version.version,
        "kind": version.kind,
        "audience": version.audience,
    }
