"""A publisher that waits for the lead: another one publishes, and this one takes over when it ends.

The kernel tells when the leader has ended. It does not tell when the leader hangs: who stands by
looks at the age of what is published, and raises an alarm that names the process to end.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from core.clock import Clock, system_clock
from core.domain.snapshot import is_stale
from core.errors import Invalid, NotFound
from core.log import get_logger
from core.releases import load_public_key, read_current
from core.settings import Settings
from publisher.metrics import Leader, Metrics
from publisher.times import parse_rfc3339

LOOK_S = 0.2
_log = get_logger(__name__)


class NoLongerWaiting(Exception):
    """The one who stood by was told to stop."""


@dataclass
class Standby:
    """Waits, and says once for whom, and once when that one is late."""

    settings: Settings
    metrics: Metrics
    stopping: threading.Event
    clock: Clock = system_clock
    leader: Leader | None = None

    def wait(self, name: str) -> None:
        """Wait a moment for the leader.

        Raises:
            NoLongerWaiting: told to stop.
        """
        before, now = self.leader, self._look(name)
        if before is None or before.name != name:
            _log.info("standby", leader=name)
        if now.late and not (before and before.late):
            _log.error("alarm: the leader is late", leader=name, look_age_s=now.age_s)
        self.leader = now
        self.metrics.stands_by(now)
        if self.stopping.wait(LOOK_S):
            raise NoLongerWaiting

    def lead(self) -> None:
        """Note that the lead is ours."""
        if self.leader is not None:
            _log.info("took over", leader_before=self.leader.name)
        self.leader = None
        self.metrics.stands_by(None)

    def _look(self, name: str) -> Leader:
        """Look how old the last look of the leader is."""
        try:
            key = load_public_key(self.settings.public_key_file)
            current = read_current(self.settings.snapshots_folder, key)
        except (NotFound, Invalid):
            return Leader(name, None, late=False)
        looked_at, now = parse_rfc3339(current.checked_at), self.clock()
        age_s = round((now - looked_at).total_seconds(), 1)
        return Leader(name, age_s, is_stale(looked_at, now, current.ttl_s))
