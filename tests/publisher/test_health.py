"""The publisher's three addresses for probes, where an address is set for them."""

from __future__ import annotations

import http.client

import pytest

from core.errors import Unavailable
from publisher.health import serving
from publisher.metrics import Metrics
from publisher.runner import Runner


class Publisher:
    """A publisher whose ticks end well, or not."""

    def __init__(self) -> None:
        self.broken = False

    def tick(self, programme: object) -> None:
        if self.broken:
            raise OSError("disk full")


def _get(address, path: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    said = answer.status, answer.headers["Content-Type"], answer.read().decode()
    connection.close()
    return said


def test_it_lives_at_once_and_is_ready_after_the_first_good_tick(masks) -> None:
    publisher = Publisher()
    runner = Runner(publisher, masks, every_s=1)  # type: ignore[arg-type]
    with serving("127.0.0.1:0", runner.metrics) as address:
        assert _get(address, "/healthz")[0] == 200
        assert _get(address, "/readyz")[0] == 503
        publisher.broken = True
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 503
        publisher.broken = False
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 200
        status, media_type, text = _get(address, "/metrics")
        assert status == 200
        assert media_type.startswith("text/plain")
        assert "maskmap_publisher_failures_total 1.0" in text
        assert _get(address, "/etc/passwd")[0] == 404


def test_it_listens_nowhere_unless_told() -> None:
    with serving("", Metrics(1)) as address:
        assert address is None


def test_a_busy_address_is_named() -> None:
    with (
        serving("127.0.0.1:0", Metrics(1)) as taken,
        pytest.raises(Unavailable, match="MASKMAP_PUBLISHER_LISTEN"),
        serving(str(taken), Metrics(1)),
    ):
        pass
