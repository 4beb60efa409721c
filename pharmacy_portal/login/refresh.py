"""Keeping revocation lists fresh in the background, and crying out before they end."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from core.errors import Invalid
from core.log import get_logger
from pharmacy_portal.login.check import CertificateCheck
from pharmacy_portal.login.fetching import FetchFailed
from pharmacy_portal.login.revocation import RevocationList, read_list
from pharmacy_portal.login.trust import parse_list

_log = get_logger(__name__)


class ListRefresh:
    """Fetches lists into a folder of their own; what is no better than what is held is left."""

    def __init__(self, certificates: CertificateCheck, folder: Path) -> None:
        self._certificates = certificates
        self._folder = folder
        self._digests: dict[str, bytes] = {}
        self._states: dict[str, str] = {}

    async def run_once(self, now: datetime) -> None:
        """Fetch every list there is an address for, take up what changed, show what is left."""
        await self._certificates.look(closely=True)
        # All at once: two addresses that do not answer must not hold up the others.
        await asyncio.gather(*(self._refresh(url, now) for url in self._urls()))
        await self._certificates.look(closely=True)
        self._show(now)

    def _urls(self) -> Iterable[str]:
        """List the configured addresses, then those that trusted lists and cards name."""
        policy, held = self._certificates.policy, self._certificates
        named = policy.hosts.among([*held.trust.points, *held.points])
        return dict.fromkeys((*policy.urls, *named))

    async def _refresh(self, url: str, now: datetime) -> None:
        numbers = self._certificates.numbers
        try:
            body = await self._certificates.fetcher.revocation_list(url)
            digest = hashlib.sha256(body).digest()
            if self._digests.get(url) == digest:
                numbers.count_fetch("same")
                return
            await asyncio.to_thread(self._take, url, body, now)
        except (FetchFailed, Invalid, OSError) as fault:
            numbers.count_fetch("failed")
            _log.warning("revocation_list_not_fetched", url=url, fault=type(fault).__name__)
            return
        self._digests[url] = digest
        numbers.count_fetch("fresh")

    def _take(self, url: str, body: bytes, now: datetime) -> None:
        """Store a list that a known authority signed and that is no older than the one stored.

        Raises:
            Invalid: it is no such list.
        """
        target = self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.crl"
        fresh = self._judged(body, url)
        if fresh is None or fresh.last_update > now.astimezone(UTC) or self._older(fresh, target):
            raise Invalid("not a list of a known authority, or an older one")
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_durably(target, body)

    def _older(self, fresh: RevocationList, target: Path) -> bool:
        if not target.exists():
            return False
        stored = self._judged(target.read_bytes(), target.name)
        return stored is not None and stored.last_update > fresh.last_update

    def _judged(self, body: bytes, source: str) -> RevocationList | None:
        found = parse_list(body, source)
        return next(filter(None, (read_list(found, one) for one in self._authorities())), None)

    def _authorities(self) -> list[x509.Certificate]:
        return self._certificates.authorities()

    def _show(self, now: datetime) -> None:
        """Set the gauges; log each change for the worse once, and the recovery."""
        numbers, at, ended = self._certificates.numbers, now.astimezone(UTC), 0
        for one in self._certificates.trust.revocations.newest():
            numbers.show_left(one.issuer, (one.next_update - at).total_seconds())
            state = "ended" if at > one.next_update else "soon" if one.ends_soon(at) else "good"
            ended += state == "ended"
            self._tell(one, state)
        numbers.show_alarms(ended)

    def _tell(self, one: RevocationList, state: str) -> None:
        name = f"{one.issuer} {sorted(one.points)}"
        if self._states.get(name, "good") == state:
            return
        self._states[name] = state
        facts = {"authority": one.issuer, "ends": one.next_update.isoformat(), "file": one.source}
        if state == "ended":
            _log.error("alarm_revocation_list_ended", **facts)
        elif state == "soon":
            _log.warning("revocation_list_ends_soon", **facts)
        else:
            _log.info("revocation_list_good_again", **facts)


def replace_durably(target: Path, body: bytes) -> None:
    """Put a whole file in the place of another; nobody ever reads half of it."""
    fresh = target.with_name(f".{target.name}.new")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)
