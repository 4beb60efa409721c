"""Pairing: who sees the agent's code gets a token, once, for one origin."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from core.errors import Invalid
from pharmacy_portal.card_agent.bell import Bell, ring
from pharmacy_portal.card_agent.home import Home, default_folder
from pharmacy_portal.card_agent.outcomes import CardFault
from pharmacy_portal.card_agent.pairing import TRIES, VALID_S, Pairing
from tests.pharmacy_portal.card_agent.agents import OTHER_PORTAL, PORTAL, Page, running_agent


class Clock:
    """Stands until it is told to go on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "agent")


def test_a_code_has_eight_digits_and_gives_a_token_once(home: Home):
    pairing = Pairing(home)
    code = pairing.open()
    assert len(code) == 8
    assert code.isdigit()
    token = pairing.redeem(code, PORTAL)
    assert len(token) == 43
    assert pairing.holds(token, PORTAL)
    with pytest.raises(CardFault, match="no_pairing_open"):
        pairing.redeem(code, PORTAL)


def test_the_sixth_try_is_refused_even_with_the_right_code(home: Home):
    pairing = Pairing(home)
    code = pairing.open()
    wrong = "00000000" if code != "00000000" else "00000001"
    for _ in range(TRIES):
        with pytest.raises(CardFault, match=r"^code$"):
            pairing.redeem(wrong, PORTAL)
    with pytest.raises(CardFault, match="no_pairing_open"):
        pairing.redeem(code, PORTAL)


def test_a_code_is_void_after_two_minutes_and_when_a_new_one_is_shown(home: Home):
    clock = Clock()
    pairing = Pairing(home, clock)
    first = pairing.open()
    clock.now = VALID_S
    with pytest.raises(CardFault, match="no_pairing_open"):
        pairing.redeem(first, PORTAL)
    old, new = pairing.open(), pairing.open()
    if old != new:
        with pytest.raises(CardFault, match=r"^code$"):
            pairing.redeem(old, PORTAL)
    assert pairing.redeem(new, PORTAL)


def test_a_token_survives_a_restart_and_only_its_digest_is_kept(home: Home):
    pairing = Pairing(home)
    token = pairing.redeem(pairing.open(), PORTAL)
    kept = b"".join(path.read_bytes() for path in home.path.iterdir())
    assert token.encode() not in kept
    again = Pairing(Home(home.path))
    assert again.holds(token, PORTAL)
    assert not again.holds(token, OTHER_PORTAL)
    assert not again.holds("", PORTAL)
    assert not again.holds(token[:-1], PORTAL)


def test_forgetting_in_another_process_acts_on_the_running_agent(home: Home):
    running, command = Pairing(home), Pairing(home)
    here = running.redeem(running.open(), PORTAL)
    there = running.redeem(running.open(), OTHER_PORTAL)
    assert command.forget(PORTAL) == 1
    assert not running.holds(here, PORTAL)
    assert running.holds(there, OTHER_PORTAL)
    assert command.forget() == 1
    assert not running.holds(there, OTHER_PORTAL)


def test_a_damaged_file_pairs_nobody(home: Home):
    home.write("pairings.json", b'["not", "this"]')
    pairing = Pairing(home)
    assert pairing.origins == set()
    assert pairing.redeem(pairing.open(), PORTAL)


@pytest.mark.skipif(sys.platform == "win32", reason="rights are those of the profile's folder")
def test_nobody_else_may_open_the_folder_or_a_file_in_it(tmp_path: Path):
    folder = tmp_path / "agent"
    folder.mkdir(mode=0o755)
    home = Home(folder)
    pairing = Pairing(home)
    pairing.redeem(pairing.open(), PORTAL)
    assert home.take()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    home.let_go()


def test_a_folder_has_one_running_agent(home: Home):
    second = Home(home.path)
    assert home.take()
    assert not second.take()
    home.let_go()
    assert second.take()
    second.let_go()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="--folder"):
        Home(tmp_path / "file" / "agent")


@pytest.mark.parametrize(
    ("platform", "environ", "ending"),
    [
        ("win32", {"APPDATA": "appdata"}, "appdata/maskmap-agent"),
        ("darwin", {"HOME": "home"}, "home/Library/Application Support/maskmap-agent"),
        ("linux", {"HOME": "home"}, "home/.config/maskmap-agent"),
        ("linux", {"HOME": "home", "XDG_CONFIG_HOME": "xdg"}, "xdg/maskmap-agent"),
    ],
)
def test_each_platform_has_its_place_for_a_users_settings(platform, environ, ending):
    assert default_folder(platform, environ).as_posix() == ending


def test_the_bell_is_answered_with_a_code_in_the_folder_only(home: Home):
    bell = Bell(home, lambda: "12345678")
    assert not bell.look()
    home.write("pair.request", b"")
    assert bell.look()
    assert home.read("pair.code") == b"12345678"
    assert not bell.look()
    bell.silence()
    assert home.read("pair.code") is None
    assert ring(home, wait_s=0) is None, "nobody answers"
    assert os.listdir(home.path) == []


async def test_a_page_pairs_with_the_code_and_stays_paired_over_a_restart(tmp_path: Path):
    async with running_agent(tmp_path / "agent") as page:
        assert (await page.ask("POST", "/v1/pair", {"code": "1"})).error == (409, "no_pairing_open")
        page.server.agent.pairing.open()
        assert (await page.ask("POST", "/v1/pair", {"code": "1"})).error == (403, "code")
        await page.pair()
        assert (await page.ask("GET", "/v1/status")).body["paired"] is True
    async with running_agent(tmp_path / "agent") as again:
        assert (await again.ask("GET", "/v1/status")).body["paired"] is False
        again.token = page.token
        assert (await again.ask("GET", "/v1/status")).body["paired"] is True


async def test_a_foreign_page_cannot_use_up_the_tries(page: Page):
    code = page.server.agent.pairing.open()
    for _ in range(TRIES + 1):
        sent = {"Origin": "https://evil.example"}
        refused = await page.ask("POST", "/v1/pair", {"code": "1"}, headers=sent)
        assert refused.error == (403, "origin")
    assert (await page.ask("POST", "/v1/pair", {"code": code})).status == 200
