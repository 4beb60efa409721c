"""The loop: it survives errors, keeps to the clock when asked, and ends when told."""

from __future__ import annotations

import json

import pytest

from core.log import configure_logging
from publisher.quality import Withheld
from publisher.runner import Runner, seconds_to_next


class Scripted:
    """A publisher whose ticks end as told; the last one stops the loop."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = list(ends)
        self.runner: Runner | None = None

    def tick(self, programme: object) -> None:
        end = self.ends.pop(0)
        if not self.ends:
            assert self.runner is not None
            self.runner.stopping.set()
        if end:
            raise end


def _run(publisher: Scripted, masks) -> Runner:
    publisher.runner = Runner(publisher, masks, every_s=0.001)  # type: ignore[arg-type]
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


@pytest.mark.parametrize(
    ("now_s", "every_s", "wait_s"), [(100.0, 30, 20.0), (119.5, 30, 0.5), (120.0, 30, 30.0)]
)
def test_an_aligned_loop_waits_for_the_next_whole_interval(
    now_s: float, every_s: float, wait_s: float
) -> None:
    assert seconds_to_next(now_s, every_s) == wait_s
