"""The loop: it survives errors, and ends when told."""

from __future__ import annotations

import json

from core.log import configure_logging
from publisher.metrics import Metrics
from publisher.quality import Withheld
from publisher.runner import Runner
from publisher.schedule import Regular


class Scripted:
    """A publisher whose ticks end as told; the last one stops the loop."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)
        self.runner: Runner | None = None

    def tick(self, programme: object, heard: object) -> None:
        end = self.ends.pop(0)
        if not self.ends:
            assert self.runner is not None
            self.runner.stopping.set()
        if end:
            raise end


def _run(publisher: Scripted, masks) -> Runner:
    publisher.runner = Runner(publisher, masks, Regular(0.001), Metrics(1))  # type: ignore[arg-type]
    publisher.runner.run()
    return publisher.runner


def test_errors_are_logged_and_counted_and_the_loop_goes_on(masks, capsys) -> None:
    configure_logging("info", "publish")
    broken = Scripted(OSError("disk full"), Withheld(["only 1 of 9 outlets are left"]))
    assert _run(broken, masks).failures == 2
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == [
        "alarm: nothing published",
        "alarm: release withheld",
    ]
    assert "disk full" in lines[0]["exception"]
    assert lines[1]["faults"] == ["only 1 of 9 outlets are left"]


def test_a_good_tick_ends_a_row_of_failures(masks) -> None:
    assert _run(Scripted(OSError("once"), OSError("twice"), None), masks).failures == 0
