"""The publisher's three addresses for probes, where an address is set for them."""

from __future__ import annotations

import http.client
import json

import pytest

from core.errors import Unavailable
from core.log import configure_logging
from publisher.health import serving
from publisher.metrics import Leader, Metrics
from publisher.publishing import Heard
from publisher.quality import Withheld
from publisher.runner import Runner
from publisher.schedule import Regular


class Publisher:
    """A publisher whose ticks end well, or not."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.behind: Exception | None = None

    def tick(self, programme: object, heard: Heard) -> None:
        if self.fault:
            raise self.fault
        heard(None)
        if self.behind:
            raise self.behind


def _get(address, path: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    said = answer.status, answer.headers["Content-Type"], answer.read().decode()
    connection.close()
    return said


def test_it_lives_at_once_and_is_ready_after_the_first_good_tick(masks) -> None:
    publisher = Publisher()
    runner = Runner(publisher, masks, Regular(1), Metrics(1))  # type: ignore[arg-type]
    with serving("127.0.0.1:0", runner.metrics) as address:
        assert _get(address, "/healthz")[0] == 200
        assert _get(address, "/readyz")[0] == 503
        publisher.fault = OSError("disk full")
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 503
        publisher.fault = None
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 200
        status, media_type, text = _get(address, "/metrics")
        assert status == 200
        assert media_type.startswith("text/plain")
        assert "maskmap_publisher_failures_total 1.0" in text
        assert _get(address, "/etc/passwd")[0] == 404


def test_it_stays_ready_where_only_what_follows_the_releases_fails(masks, capsys) -> None:
    configure_logging("info", "publish")
    publisher = Publisher()
    publisher.behind = OSError("the history is damaged")
    runner = Runner(publisher, masks, Regular(1), Metrics(1))  # type: ignore[arg-type]
    with serving("127.0.0.1:0", runner.metrics) as address:
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 200
        assert "maskmap_publisher_failures_total 1.0" in _get(address, "/metrics")[2]
    assert runner.failures == 1
    assert "alarm: something does not keep up" in capsys.readouterr().err


def test_a_withheld_release_is_named_with_its_faults_until_one_goes_out(masks) -> None:
    publisher = Publisher()
    runner = Runner(publisher, masks, Regular(1), Metrics(1))  # type: ignore[arg-type]
    with serving("127.0.0.1:0", runner.metrics) as address:
        runner.tick_once()
        publisher.fault = Withheld(["only 1 of 9 outlets are left"])
        runner.tick_once()
        status, _, body = _get(address, "/readyz")
        said = json.loads(body)
        assert (status, said["status"]) == (503, "withheld")
        assert said["faults"] == ["only 1 of 9 outlets are left"]
        assert said["look_age_s"] >= 0
        assert "maskmap_publisher_withheld 1.0" in _get(address, "/metrics")[2]
        publisher.fault = None
        runner.tick_once()
        assert _get(address, "/readyz")[0] == 200
        assert "maskmap_publisher_withheld 0.0" in _get(address, "/metrics")[2]


@pytest.mark.parametrize(("late", "status"), [(False, 200), (True, 503)])
def test_who_stands_by_names_the_leader_and_is_ready_unless_that_one_is_late(
    late: bool, status: int
) -> None:
    metrics = Metrics(1)
    metrics.stands_by(Leader("process 7", 12.0, late))
    with serving("127.0.0.1:0", metrics) as address:
        answered, _, body = _get(address, "/readyz")
        said = json.loads(body)
        assert answered == status
        assert said["status"].startswith("standby")
        assert ("late" in said["status"]) is late
        assert (said["leader"], said["look_age_s"]) == ("process 7", 12.0)
        text = _get(address, "/metrics")[2]
        assert "maskmap_publisher_leads 0.0" in text
        assert "maskmap_publisher_look_age_seconds 12.0" in text
        metrics.stands_by(None)
        assert "maskmap_publisher_leads 1.0" in _get(address, "/metrics")[2]


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
