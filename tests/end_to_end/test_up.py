from __future__ import annotations

import pytest

from tests.end_to_end.driving import PROGRAMS, send

pytestmark = pytest.mark.e2e


def test_exactly_one_line_is_printed_and_all_ends_well_when_asked_to(first_start):
    assert len(first_start.lines) == 1
    assert first_start.lines[0].startswith("ready portal=http://127.0.0.1:")
    assert f"snapshots={first_start.state / 'snapshots'}\n" in first_start.lines[0]
    assert first_start.status == 0


def test_a_second_start_fills_nothing_and_nothing_is_sold_by_itself(first_start, second_start):
    untouched = second_start.untouched
    assert (untouched.position, untouched.audit) == (first_start.position, first_start.audit)


def test_fifty_pharmacists_stand_at_fifty_outlets_that_have_stock(second_start):
    outlets = second_start.untouched.pharmacists
    assert len(outlets) == 50
    for shown in outlets.values():
        assert shown["adult_mask"] >= 20
        assert shown["availability"] == "buyable"


def test_every_pharmacists_card_opens_his_outlet(demo, second_start):
    outlets = {demo.till(number).outlet for number in range(1, 51)}
    assert outlets == second_start.untouched.pharmacists.keys()


def test_pages_of_both_programs_say_which_day_the_rules_are_of(demo):
    assert "2020-02-06" in demo.public("/").text
    assert "2020-02-06" in send(f"{demo.portal}/login").text


def test_some_of_the_nation_is_near_taipei_main_station(demo):
    near = demo.public("/api/v1/nearby?lat=25.0478&lon=121.5170&radius_m=1000&in_stock=1").json
    assert len(near["outlets"]) >= 5


def test_demo_login_prints_one_line_and_the_cookie_works(demo):
    card = demo.state / "cards" / "pharmacist-1"
    done = demo.maskmap("demo", "login", "--card", str(card), "--portal", demo.portal)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    me = send(f"{demo.portal}/api/v1/me", headers={"Cookie": line})
    assert me.status == 200
    assert "sell" in me.json["permissions"]


def test_a_revoked_and_an_expired_card_are_refused_with_a_reason(demo):
    for name, code in (("revoked-1", "CERTIFICATE_REVOKED"), ("expired-1", "CERTIFICATE_EXPIRED")):
        card = demo.state / "cards" / name
        done = demo.maskmap("demo", "login", "--card", str(card), "--portal", demo.portal)
        assert done.returncode == 1
        assert done.stdout == ""
        assert code in done.stderr


def test_every_program_is_its_own_process(demo):
    assert len({demo.pid_of(program) for program in PROGRAMS} - {None}) == len(PROGRAMS)
