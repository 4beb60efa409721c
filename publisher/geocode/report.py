"""What a run of geocoding did, for machines and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.geocode.chain import Found
from publisher.geocode.links import Service

SHOWN = 5
HOW_TO_GO_ON = (
    "to ask a service, name its host in MASKMAP_GEOCODE_HOSTS and set MASKMAP_TGOS_APP_ID and"
    " MASKMAP_TGOS_API_KEY_FILE, or MASKMAP_NOMINATIM_URL, or MASKMAP_ARCGIS_URL"
)


@dataclass(frozen=True)
class Run:
    """One run. ``waiting`` are outlets that need a place and were not looked at (``--limit``)."""

    found: Sequence[Found]
    services: Sequence[Service]
    kept_out: Sequence[str]
    changed: Sequence[str]
    waiting: int
    dry: bool

    @property
    def placed(self) -> list[Found]:
        """Return the outlets that were placed at a door or on a road."""
        return [one for one in self.found if one.answer and one.answer.precision != "town"]

    @property
    def left(self) -> list[Service]:
        """Return the services that were left before the end."""
        return [service for service in self.services if service.left]

    @property
    def remaining(self) -> int:
        """Count the outlets that still stand at their town's centre, or nowhere."""
        return len(self.found) - len(self.placed) + self.waiting


def report(run: Run) -> dict[str, object]:
    """Return everything, for machines."""
    return {
        "dry_run": run.dry,
        "looked_at": len(run.found),
        "placed": [
            {
                "code": one.asked.code,
                "source": one.answer.source,
                "precision": one.answer.precision,
                "lon": one.answer.lon,
                "lat": one.answer.lat,
            }
            for one in run.placed
            if one.answer
        ],
        "refused": [
            {"code": one.asked.code, "source": source, "reason": reason}
            for one in run.found
            for source, reason in one.refused
        ],
        "changed": list(run.changed),
        "services": {
            service.name: {
                "questions": service.questions,
                "from_cache": service.cached,
                "faults": service.faults,
                "not_asked": service.unasked,
                "left": service.left,
            }
            for service in run.services
        },
        "kept_out": list(run.kept_out),
        "remaining": run.remaining,
    }


def summary(run: Run) -> Iterator[str]:
    """Yield the same in words."""
    yield f"looked at {len(run.found)} outlets without a place of their own"
    counts = Counter((one.answer.source, one.answer.precision) for one in run.placed if one.answer)
    for (source, precision), count in counts.items():
        yield f"  {source}: {count} placed ({precision})"
    for service in run.services:
        yield f"  {_of_service(service)}"
    refused = [(one.asked.code, *reason) for one in run.found for reason in one.refused]
    if refused:
        yield f"answers not taken: {len(refused)}"
    yield from (f"  {code} {source}: {reason}" for code, source, reason in refused[:SHOWN])
    yield from run.kept_out
    yield (
        f"nothing was written (--dry-run); {len(run.placed)} outlets would be placed"
        if run.dry
        else f"{len(run.changed)} entries of the register changed"
    )
    if run.remaining:
        yield f"{run.remaining} outlets remain without a place of their own"
    if run.remaining and not run.services:
        yield f"no service is asked; {HOW_TO_GO_ON}"


def _of_service(service: Service) -> str:
    said = f"{service.name}: {service.questions} asked, {service.cached} known from earlier runs"
    faults = f", {service.faults} faults" if service.faults else ""
    unasked = f", {service.unasked} not asked" if service.unasked else ""
    return said + faults + unasked + (f"; left: {service.left}" if service.left else "")
