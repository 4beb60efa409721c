"""Rules taken up while a program runs: at once where today stays as it is, else at midnight."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.errors import Invalid
from core.rules_watch import KEPT, RulesInUse
from core.settings import Settings
from tests.builders import SetClock
from tests.core.rules_folders import FIRST, a_block, save, taipei

TOMORROW = a_block("2020-02-07", total=3)


@pytest.fixture
def clock() -> SetClock:
    """Return a clock at three in the afternoon of the first day."""
    return SetClock(taipei("2020-02-06", 15))


@pytest.fixture
def settings(tmp_path: Path, state: Path) -> Settings:
    folder = tmp_path / "rules"
    save(folder, FIRST)
    return Settings(state=state, rules=folder)


def in_use(settings: Settings, clock: SetClock) -> RulesInUse:
    rules = RulesInUse(settings, clock)
    rules.keep()
    return rules


def total(rules: RulesInUse, clock: SetClock) -> int:
    """Return the quota of the moment's day."""
    block = rules.programme.block_on(clock().date())
    assert block is not None
    return block.group[-1].total


def test_a_file_that_changes_tomorrow_is_taken_up_at_once(
    settings: Settings, clock: SetClock
) -> None:
    rules = in_use(settings, clock)
    before = rules.in_words()
    save(settings.rules_folder, FIRST, TOMORROW)
    clock.forward(seconds=1)
    assert rules.in_words()["hash"] != before["hash"]
    assert rules.in_words()["block"] == "2020-02-06"
    assert "pending" not in rules.in_words()
    assert total(rules, clock) == 2
    clock.now = taipei("2020-02-07")
    assert total(rules, clock) == 3
    assert rules.in_words()["block"] == "2020-02-07"


@pytest.mark.parametrize(
    "blocks", [(a_block("2020-02-06", total=4),), (a_block("2020-02-05", total=4),)]
)
def test_a_file_that_changes_today_waits_for_midnight(
    settings: Settings, clock: SetClock, blocks: tuple[str, ...]
) -> None:
    rules = in_use(settings, clock)
    before = rules.in_words()
    save(settings.rules_folder, *blocks)
    clock.forward(seconds=1)
    waiting = rules.in_words()
    assert waiting["hash"] == before["hash"]
    pending = waiting["pending"]
    assert isinstance(pending, dict)
    assert pending["from"] == "2020-02-07"
    clock.now = taipei("2020-02-06", 23, 59) + timedelta(seconds=59.999)
    assert total(rules, clock) == 2
    clock.now = taipei("2020-02-07")
    assert total(rules, clock) == 4
    assert rules.in_words()["hash"] == pending["hash"]
    assert "pending" not in rules.in_words()


def test_a_change_taken_back_before_midnight_never_was(settings: Settings, clock: SetClock) -> None:
    rules = in_use(settings, clock)
    save(settings.rules_folder, a_block("2020-02-06", total=4))
    clock.forward(seconds=1)
    assert rules.in_words()["pending"]
    save(settings.rules_folder, FIRST)
    clock.forward(seconds=1)
    assert rules.in_words().get("pending") is None
    clock.now = taipei("2020-02-07")
    assert total(rules, clock) == 2


def test_of_two_changes_the_later_file_waits(settings: Settings, clock: SetClock) -> None:
    rules = in_use(settings, clock)
    for pieces in (4, 5):
        save(settings.rules_folder, a_block("2020-02-06", total=pieces))
        clock.forward(seconds=1)
        assert total(rules, clock) == 2
    clock.now = taipei("2020-02-07")
    assert total(rules, clock) == 5


def test_a_damaged_file_changes_nothing_and_raises_an_alarm(
    settings: Settings, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = in_use(settings, clock)
    before = rules.in_words()
    save(settings.rules_folder, FIRST, "[[block]]\neffective = soon\n")
    for _ in range(3):
        clock.forward(seconds=1)
        assert rules.in_words() == before | {"damaged": True}
    assert capsys.readouterr().out.count("alarm_rules_damaged") == 1, "said once"
    save(settings.rules_folder, FIRST, TOMORROW)
    clock.forward(seconds=1)
    assert "damaged" not in rules.in_words()
    assert rules.in_words()["hash"] != before["hash"]


def test_a_lost_file_and_a_second_damaged_one_are_damage_too(
    settings: Settings, clock: SetClock
) -> None:
    rules = in_use(settings, clock)
    path = settings.rules_folder / "masks.toml"
    text = path.read_text("utf-8")
    path.unlink()
    clock.forward(seconds=1)
    assert rules.in_words()["damaged"] is True
    path.write_text(text, "utf-8")
    (settings.rules_folder / "more.toml").write_text("]")
    clock.forward(seconds=1)
    assert rules.in_words()["damaged"] is True
    assert total(rules, clock) == 2
    (settings.rules_folder / "more.toml").unlink()
    clock.forward(seconds=1)
    assert "damaged" not in rules.in_words()


def test_damage_does_not_stop_what_waits_for_midnight(settings: Settings, clock: SetClock) -> None:
    rules = in_use(settings, clock)
    save(settings.rules_folder, a_block("2020-02-06", total=4))
    clock.forward(seconds=1)
    assert rules.in_words()["pending"]
    save(settings.rules_folder, "]")
    clock.now = taipei("2020-02-07", 0, 1)
    assert total(rules, clock) == 4


def test_pinned_rules_stay_pinned(settings: Settings, clock: SetClock) -> None:
    pinned = Settings(state=settings.state, rules=settings.rules, rules_of=date(2020, 2, 6))
    rules = in_use(pinned, clock)
    before = rules.in_words()
    assert before["pinned"] is True
    save(settings.rules_folder, FIRST, TOMORROW)
    for moment in (clock() + timedelta(seconds=1), taipei("2020-02-07"), taipei("2026-11-22")):
        clock.now = moment
        assert rules.in_words() == before
    assert not (settings.state / KEPT).exists()


def test_a_program_that_restarts_in_the_afternoon_judges_the_day_as_its_neighbours_do(
    settings: Settings, clock: SetClock
) -> None:
    neighbour = in_use(settings, clock)
    save(settings.rules_folder, a_block("2020-02-06", total=4))
    clock.forward(hours=1)
    restarted = in_use(settings, clock)
    assert restarted.in_words() == neighbour.in_words()
    assert total(restarted, clock) == 2
    clock.now = taipei("2020-02-07", 9)
    assert total(restarted, clock) == total(neighbour, clock) == 4
    assert total(in_use(settings, clock), clock) == 4


def test_a_program_that_starts_on_another_day_takes_what_it_finds(
    settings: Settings, clock: SetClock
) -> None:
    in_use(settings, clock)
    save(settings.rules_folder, a_block("2020-02-06", total=4))
    clock.now = taipei("2020-02-08", 9)
    assert total(in_use(settings, clock), clock) == 4


def test_a_program_that_starts_over_a_damaged_file_goes_on_with_the_last_good_rules(
    settings: Settings, clock: SetClock
) -> None:
    before = in_use(settings, clock).in_words()
    save(settings.rules_folder, "]")
    assert in_use(settings, clock).in_words() == before | {"damaged": True}
    (settings.state / KEPT).unlink()
    with pytest.raises(Invalid, match="not TOML"):
        RulesInUse(settings, clock)


@pytest.mark.parametrize("kept", ["", "{}", '{"day": "2020-02-06"', "[]"])
def test_a_damaged_memory_is_no_memory(settings: Settings, clock: SetClock, kept: str) -> None:
    (settings.state / KEPT).write_text(kept)
    assert total(in_use(settings, clock), clock) == 2


def test_the_memory_of_another_folder_is_none_of_this_one(
    settings: Settings, clock: SetClock, tmp_path: Path
) -> None:
    in_use(settings, clock)
    assert json.loads((settings.state / KEPT).read_text())["folder"] == str(settings.rules_folder)
    save(tmp_path / "others", a_block("2020-02-06", total=4))
    others = Settings(state=settings.state, rules=tmp_path / "others")
    assert total(in_use(others, clock), clock) == 4
