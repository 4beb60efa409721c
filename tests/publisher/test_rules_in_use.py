"""The publisher follows the rules folder: each release is made by the rules of its own day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.domain.snapshot import Manifest
from core.rules_watch import RulesInUse
from core.settings import Settings
from publisher.health import answer
from publisher.metrics import Metrics
from publisher.publishing import Publisher, open_publisher
from publisher.runner import Runner
from publisher.schedule import Regular
from tests.builders import SetClock
from tests.core.rules_folders import FIRST, a_block, save, taipei


@pytest.fixture
def clock() -> SetClock:
    """Return a clock at three in the afternoon of the first day."""
    return SetClock(taipei("2020-02-06", 15))


@pytest.fixture
def settings(tmp_path: Path, state: Path) -> Settings:
    save(tmp_path / "rules", FIRST)
    return Settings(state=state, rules=tmp_path / "rules")


@pytest.fixture
def publisher(settings: Settings, clock: SetClock) -> Iterator[Publisher]:
    with open_publisher(settings, clock=clock) as opened:
        yield opened


def test_a_release_names_the_rules_of_its_day_without_a_restart(
    publisher: Publisher, settings: Settings, clock: SetClock
) -> None:
    rules = RulesInUse(settings, clock)
    runner = Runner(publisher, rules, Regular(30), Metrics(30))
    runner.metrics.watch_rules(rules)

    def tick() -> Manifest | None:
        return runner.report(publisher.tick)

    first = tick()
    assert first is not None
    assert first.rules.block == "2020-02-06"
    assert "2" in first.rules.words["zh-TW"][1]
    save(settings.rules_folder, a_block("2020-02-06", total=4))
    clock.forward(seconds=1)
    assert tick() is None, "nothing that readers are told has changed"
    ready = json.loads(answer("/readyz", runner.metrics)[2])["rules"]
    assert ready["hash"] == first.rules.hash
    assert ready["pending"]["from"] == "2020-02-07"
    assert b"maskmap_publisher_rules_pending 1.0" in runner.metrics.text()

    clock.now = taipei("2020-02-07") - timedelta(microseconds=1)
    last_of_day = tick()
    assert last_of_day is None or last_of_day.rules.hash == first.rules.hash
    clock.now = taipei("2020-02-07")
    morning = tick()
    assert morning is not None
    assert morning.rules.hash == ready["pending"]["hash"]
    assert morning.rules.hash == json.loads(answer("/readyz", runner.metrics)[2])["rules"]["hash"]
    assert morning.as_of == "2020-02-07T00:00:00+08:00"

    save(settings.rules_folder, "]")
    clock.forward(seconds=1)
    tick()
    assert json.loads(answer("/readyz", runner.metrics)[2])["rules"]["damaged"] is True
    assert b"maskmap_publisher_rules_damaged 1.0" in runner.metrics.text()
