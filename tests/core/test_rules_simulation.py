"""New rules tried on past sales: worked by hand."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path

import time_machine
from click.testing import CliRunner

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.actions.outlets import register_outlets
from core.actions.purchases import record_sale
from core.cli import main
from core.domain.eligibility import Purchase
from core.domain.programme import Programme, parse_programme
from core.errors import Refused
from core.rules_simulation import Simulation, simulate
from core.settings import Settings
from core.storage import open_state
from core.storage.past_sales import PastRefusal, past_refusals, purchases_by_person
from tests.builders import PHARMACY, SetClock, a_claim, an_outlet
from tests.core.rules_folders import FIRST, HEAD, a_block, save, taipei

THURSDAY, FRIDAY, SUNDAY = date(2020, 2, 6), date(2020, 2, 7), date(2020, 2, 9)
NEXT_THURSDAY = date(2020, 2, 13)
ADULT, CHILD = "adult_mask", "child_mask"
SALES = {
    # An even digit, a child or not.
    0: [Purchase(THURSDAY, {ADULT: 2}), Purchase(NEXT_THURSDAY, {ADULT: 2})],
    # A child, for it took child masks; an odd digit.
    1: [Purchase(FRIDAY, {CHILD: 2})],
    # Anybody: it was a Sunday.
    2: [Purchase(SUNDAY, {ADULT: 1})],
}


def programme(*blocks: str) -> Programme:
    return parse_programme(HEAD + "".join(blocks))


def tried(block: str, *, in_force: str = FIRST, since: date = THURSDAY) -> Simulation:
    new = programme(block)
    return simulate(programme(in_force), new, new.block[0], since, SALES)


def adults_get_one() -> str:
    begin, _, rest = a_block("2020-03-01").partition('id = "adult"')
    return begin + 'id = "adult"' + rest.replace("= 2", "= 1")


def test_the_same_rules_refuse_nothing() -> None:
    found = tried(a_block("2020-03-01"))
    assert found.sales == {"allowed": 4}
    assert found.persons == 3
    assert found.reasons == {}


def test_a_longer_window_refuses_the_second_purchase() -> None:
    found = tried(a_block("2020-03-01", days=14))
    assert found.sales == {"allowed": 3, "refused": 1}
    assert found.pieces == {ADULT: {"allowed": 3, "refused": 2}, CHILD: {"allowed": 2}}
    assert found.reasons == {"WITHIN_WINDOW": {"refused": 1}}


def test_what_would_have_been_refused_is_not_in_the_way_later() -> None:
    # One piece: both purchases of two are too many, the second not because of the first.
    found = tried(a_block("2020-03-01", total=1, days=14))
    assert found.sales == {"refused": 3, "allowed": 1}
    assert found.reasons == {"OVER_LIMIT": {"refused": 3}}


def test_where_it_hangs_on_the_birth_date_nobody_can_tell() -> None:
    found = tried(adults_get_one())
    assert found.sales == {"untold": 2, "allowed": 2}
    assert found.pieces == {ADULT: {"untold": 4, "allowed": 1}, CHILD: {"allowed": 2}}
    assert found.reasons == {"OVER_LIMIT": {"untold": 2}}


def test_where_it_hangs_on_the_last_digit_nobody_can_tell() -> None:
    found = tried(a_block("2020-03-01"), in_force=a_block("2020-02-06", weekdays="any"))
    assert found.sales == {"untold": 3, "allowed": 1}
    assert found.reasons == {"WRONG_WEEKDAY": {"untold": 3}}


def test_earlier_purchases_are_history_and_not_counted() -> None:
    found = tried(a_block("2020-03-01", days=14), since=date(2020, 2, 10))
    assert (found.persons, found.sales) == (1, {"refused": 1})


def test_a_round_begins_with_the_first_day_that_counts() -> None:
    block = a_block("2020-03-01").replace(
        'kind = "rolling", days = 7', 'kind = "round", since = 2020-03-01'
    )
    assert tried(block).sales == {"allowed": 3, "refused": 1}


def test_purchases_that_no_rule_explains_are_judged_for_everybody() -> None:
    new = programme(a_block("2020-03-01", total=9, weekdays="any"))
    found = simulate(
        programme(FIRST), new, new.block[0], THURSDAY, {7: [Purchase(THURSDAY, {ADULT: 9})]}
    )
    assert found.sales == {"allowed": 1}


def test_past_refusals_whose_rule_is_gone_are_counted() -> None:
    new = programme(a_block("2020-03-01", weekdays="any"))
    refusals = [
        PastRefusal(THURSDAY, ("WRONG_WEEKDAY",)),
        PastRefusal(THURSDAY, ("WRONG_WEEKDAY", "WITHIN_WINDOW")),
        PastRefusal(THURSDAY, ("NO_STOCK",)),
    ]
    found = simulate(programme(FIRST), new, new.block[0], THURSDAY, {}, refusals)
    assert found.refusals == {"WRONG_WEEKDAY": 2, "WITHIN_WINDOW": 1, "NO_STOCK": 1}
    assert +found.lifted == {"WRONG_WEEKDAY": 1}


async def _a_fortnight(settings: Settings, rules: Programme) -> None:
    """Sell to two persons, one of them twice; refuse a third."""
    clock = SetClock(taipei(THURSDAY, 9))
    async with open_state(settings) as state:
        await register_outlets(state.ledger, [an_outlet()], by="test", clock=clock)
        desk = Desk(state.ledger, clock, rules, state.keys)
        goods = {"by": "u", "outlet": PHARMACY, "note": "", "key": "goods", "body": b""}
        await manual_intake(desk, pieces={ADULT: 100}, **goods)

        async def sell(serial: int, key: str) -> None:
            claim = a_claim(serial, last=2)
            who = {"by": "u", "outlet": PHARMACY, "claim": claim, "key": key, "body": b""}
            await record_sale(desk, pieces={ADULT: 2}, **who)

        await sell(1, "a")
        await sell(2, "b")
        clock.forward(days=1)
        try:
            await sell(3, "c")
        except Refused as refusal:
            assert refusal.reasons == ("WRONG_WEEKDAY",)
        clock.forward(days=6)
        await sell(1, "d")


def test_the_command_tries_a_file_on_the_ledger_and_names_nobody(
    tmp_path: Path, state: Path
) -> None:
    rules = tmp_path / "rules"
    save(rules, FIRST)
    settings = Settings(state=state, rules=rules)
    asyncio.run(_a_fortnight(settings, programme(FIRST)))
    new = tmp_path / "new.toml"
    new.write_text('id = "masks"\n' + a_block("2020-02-15", days=14, weekdays="any"), "utf-8")
    command = ["--state", str(state), "rules", "simulate", str(new), "--days", "14"]
    with time_machine.travel(taipei("2020-02-14", 10), tick=False):
        done = CliRunner().invoke(main, [*command, "--json"], env={"MASKMAP_RULES": str(rules)})
        assert done.exit_code == 0, done.output
        words = CliRunner().invoke(
            main, [*command, "--lang", "en"], env={"MASKMAP_RULES": str(rules)}
        )
        folder = CliRunner().invoke(
            main,
            ["--state", str(state), "rules", "simulate", str(rules), "--json"],
            env={"MASKMAP_RULES": str(rules)},
        )
    assert json.loads(done.stdout) == {
        "programme": "masks",
        "block": "2020-02-15",
        "since": "2020-02-01",
        "persons": 2,
        "sales": {"total": 3, "allowed": 2, "refused": 1, "untold": 0},
        "pieces": {ADULT: {"sold": 6, "allowed": 4, "refused": 2, "untold": 0}},
        "reasons": {"WITHIN_WINDOW": {"refused": 1, "untold": 0}},
        "past_refusals": {"WRONG_WEEKDAY": {"total": 1, "lifted": 1}},
    }
    assert "tried on 3 sales to 2 persons" in words.stdout
    assert "WITHIN_WINDOW: refused 1" in words.stdout
    assert json.loads(folder.stdout)["sales"]["allowed"] == 3
    found = purchases_by_person(settings.database_path, "masks", THURSDAY)
    assert list(found) == [0, 1]
    assert [len(bought) for bought in found.values()] == [2, 1]
    later = purchases_by_person(settings.database_path, "masks", THURSDAY + timedelta(days=1))
    assert [len(bought) for bought in later.values()] == [1]
    assert list(past_refusals(settings.database_path, NEXT_THURSDAY)) == []
