"""What changes when: worked by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result

from core.cli import main
from core.domain.programme import Programme, parse_programme
from core.rules_preview import changes_ahead, changes_between, first_difference
from tests.core.rules_folders import FIRST, HEAD, a_block, save

START = date(2020, 2, 6)


def programme(*blocks: str) -> Programme:
    return parse_programme(HEAD + "".join(blocks))


def test_the_programmes_own_calendar_is_told_after_the_first_day() -> None:
    one = programme(FIRST, a_block("2020-02-10", total=3), a_block("2020-03-20", total=5))
    found = changes_ahead(one, START, 30)
    assert [change.day for change in found] == [date(2020, 2, 10)]
    (line,) = found[0].lines
    assert line[0] is not None and line[1] is not None
    assert "2" in line[0].zh and "3" in line[1].zh


def test_other_rules_are_told_for_each_stretch_of_days_on_which_they_differ() -> None:
    old = programme(FIRST, a_block("2020-02-20", total=4))
    new = programme(FIRST, a_block("2020-02-10", total=3), a_block("2020-02-20", total=4))
    found = changes_between(old, new, START, 30)
    # From the 10th three instead of two; from the 20th both say four again.
    assert [(change.day.isoformat(), len(change.lines)) for change in found] == [("2020-02-10", 1)]
    assert found[0].before == old.block[0]
    assert found[0].after == new.block[1]
    assert first_difference(old, new, START) == date(2020, 2, 10)
    assert first_difference(old, new, date(2020, 2, 20)) is None


def test_two_blocks_that_change_together_are_two_changes() -> None:
    old = programme(FIRST, a_block("2020-02-20", total=4))
    new = programme(a_block("2020-02-06", total=3))
    found = changes_between(old, new, START, 30)
    assert [change.day.isoformat() for change in found] == ["2020-02-06", "2020-02-20"]


def test_rules_that_begin_later_leave_days_without_any() -> None:
    (gone,) = changes_between(programme(FIRST), programme(a_block("2020-04-01")), START, 10)
    assert gone.after is None
    assert all(new is None for _, new in gone.lines)
    (fresh,) = changes_between(None, programme(FIRST), START, 10)
    assert fresh.before is None
    assert all(old is None for old, _ in fresh.lines)


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, ["rules", *map(str, arguments)], env=environment)


def test_the_command_compares_a_folder_with_the_rules_in_force(tmp_path: Path) -> None:
    save(tmp_path / "now", FIRST)
    save(tmp_path / "new", FIRST, a_block("2020-02-10", total=3, days=14))
    asked = ("preview", "--folder", tmp_path / "new", "--from", START, "--days", 10)
    in_force = {"MASKMAP_RULES": str(tmp_path / "now")}
    words = run(*asked, **in_force)
    assert words.exit_code == 0, words.output
    assert words.stdout.startswith("口罩實名制：109年2月10日起") or "2月10日" in words.stdout
    assert "改為" in words.stdout
    english = run(*asked, "--lang", "en", **in_force).stdout
    assert "will be" in english
    (change,) = json.loads(run(*asked, "--json", **in_force).stdout)
    assert change["effective"] == "2020-02-10"
    assert (change["before_block"], change["after_block"]) == ("2020-02-06", "2020-02-10")
    assert {line["before"]["en"] for line in change["changes"]}
    same = run("preview", "--folder", tmp_path / "now", "--from", START, **in_force)
    assert "沒有變更" in same.stdout
