"""What the operator configured of revocation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from core.settings import Settings
from pharmacy_portal.login.fetching import AllowedHosts


@dataclass(frozen=True, slots=True)
class RevocationPolicy:
    """Grace of lists, where lists are fetched, which hosts may be asked, the responder."""

    grace: timedelta = timedelta()
    urls: tuple[str, ...] = ()
    hosts: AllowedHosts = field(default_factory=AllowedHosts)
    ocsp_url: str = ""


def policy_of(settings: Settings) -> RevocationPolicy:
    """Read the policy from the settings."""
    return RevocationPolicy(
        grace=timedelta(minutes=settings.revocation_grace),
        urls=tuple(url for url in settings.revocation_urls.split(",") if url),
        hosts=AllowedHosts(settings.revocation_hosts),
        ocsp_url=settings.ocsp_url,
    )
