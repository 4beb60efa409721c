"""`maskmap agent`: its configuration, its exit statuses, and one real process."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from core.cli import main
from core.errors import Invalid
from pharmacy_portal.card_agent.configuration import (
    PORTS,
    Configuration,
    origin_of,
    read_configuration,
)
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.pairing import Pairing
from pharmacy_portal.card_agent.pin import (
    CommandPin,
    NoPin,
    PinQuestion,
    best_source,
    can_open_windows,
    dialog_command,
)
from tests.pharmacy_portal.card_agent.agents import OTHER_PORTAL, PORTAL

QUESTION = PinQuestion("login", PORTAL, "personnel", "王藥師")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "agent")


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://portal.example.tw", PORTAL),
        (" https://Portal.Example.TW:443/login?x=1 ", PORTAL),
        ("https://portal.example.tw:8443/", "https://portal.example.tw:8443"),
        ("http://127.0.0.1:8460", "http://127.0.0.1:8460"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_portal_is_written_as_a_browser_writes_its_origin(address: str, origin: str):
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "*",
        "null",
        "portal.example.tw",
        "file:///etc",
        "http://portal.example.tw",
        "https://u@p.tw",
        "https://portal.example.tw:port",
        "https://口罩.tw",
    ],
)
def test_what_is_no_safe_address_of_a_portal_is_refused(address: str):
    with pytest.raises(Invalid, match="portal"):
        origin_of(address)


def test_the_command_line_outweighs_the_environment_and_that_the_file(home: Home):
    home.write("agent.toml", b'portals = ["https://a.tw"]\nports = [9000]\ntoken = "T"\n')
    assert read_configuration(home, {}) == Configuration(("https://a.tw",), (9000,), token="T")
    environ = {"MASKMAP_AGENT_PORTALS": "https://b.tw, https://c.tw/"}
    assert read_configuration(home, environ).portals == ("https://b.tw", "https://c.tw")
    given = read_configuration(home, environ, portals=("https://d.tw",), ports=(), modules=("/m",))
    assert (given.portals, given.ports, given.modules) == (("https://d.tw",), (9000,), ("/m",))


def test_nobody_is_served_unless_a_portal_is_named(home: Home):
    assert read_configuration(home, {}) == Configuration(portals=(), ports=PORTS)


@pytest.mark.parametrize("body", [b"portals = 7", b"portal = []", b"= x", b"\xff"])
def test_a_damaged_file_is_named(home: Home, body: bytes):
    home.write("agent.toml", body)
    with pytest.raises(Invalid, match=r"agent\.toml"):
        read_configuration(home, {})


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--help"], 0, "--portal"),
        (["pair", "--help"], 0, "pairing code"),
        (["forget", "--help"], 0, "pairings"),
        (["--version"], 0, "1.0.0"),
        (["--nothing"], 2, "No such option"),
        (["nothing"], 2, "No such command"),
        (["--port", "70000"], 2, "70000"),
        (["--portal", "http://portal.example.tw"], 1, "https"),
        (["pair"], 1, "no agent of this user runs"),
        (["forget"], 0, "0 pairings"),
    ],
)
def test_each_call_has_its_exit_status(tmp_path: Path, words: list[str], status: int, told: str):
    folder = ["--folder", str(tmp_path / "agent")]
    at = 1 if words[0] in ("pair", "forget") else 0
    done = CliRunner().invoke(main, ["agent", *words[:at], *folder, *words[at:]])
    assert done.exit_code == status, done.output
    assert told in done.output


def test_forgetting_one_portal_leaves_the_other_paired(home: Home):
    pairing = Pairing(home)
    for origin in (PORTAL, OTHER_PORTAL):
        pairing.redeem(pairing.open(), origin)
    words = ["agent", "forget", "--folder", str(home.path), "--portal", PORTAL]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert Pairing(home).origins == {OTHER_PORTAL}


def test_the_folder_may_stand_before_the_command(home: Home):
    pairing = Pairing(home)
    pairing.redeem(pairing.open(), PORTAL)
    done = CliRunner().invoke(main, ["agent", "--folder", str(home.path), "forget"])
    assert done.exit_code == 0, done.output
    assert Pairing(home).origins == set()


def test_the_agent_runs_as_a_process_shows_codes_and_ends_on_term(home: Home):
    words = [sys.executable, "-m", "pharmacy_portal.card_agent", "--folder", str(home.path)]
    words += ["--no-window", "--portal", PORTAL, "--port", "0"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        url = next(line for line in lines if "http://" in line).split()[-1]
        assert PORTAL in next(lines)
        codes = ("".join(line.split()[3:5]) for line in lines if "pairing code:" in line)
        first = next(codes)
        with urllib.request.urlopen(f"{url}/v1/status") as answer:
            assert json.load(answer)["name"] == "maskmap-agent"

        runner = CliRunner()
        rung = runner.invoke(main, ["agent", "pair", "--folder", str(home.path)])
        assert rung.exit_code == 0
        code = rung.stdout.strip()
        assert len(code) == len(first) == 8
        second = runner.invoke(main, ["agent", "--folder", str(home.path)])
        assert second.exit_code == 1
        assert "runs already" in second.output

        assert next(codes) == code
        shown = next(codes)
        asked = urllib.request.Request(
            f"{url}/v1/pair",
            data=msgspec.json.encode({"code": shown}),
            headers={"Origin": PORTAL, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked) as answer:
            assert Pairing(home).holds(json.load(answer)["token"], PORTAL)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert home.read("pair.code") is None
    finally:
        process.kill()
        process.communicate()


def test_a_program_may_ask_for_the_pin_and_reads_the_question_not_its_words(tmp_path: Path):
    program = "import sys, json; q = json.load(sys.stdin); print(q['origin'][-2:] + '4711')"
    source = CommandPin([sys.executable, "-c", program])
    assert source.ask(QUESTION) == "tw4711"
    assert source.confirm_final_try(QUESTION) is False, "it knows nothing of last tries"


@pytest.mark.parametrize("program", ["", "print()", "print(1); exit(1)", "import sys; sys.exit(3)"])
def test_a_program_that_gives_none_has_cancelled(program: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    assert CommandPin([sys.executable, "-c", program]).ask(QUESTION) is None
    assert "王藥師" not in caplog.text


def test_a_program_that_is_missing_has_cancelled(tmp_path: Path):
    assert CommandPin([str(tmp_path / "nothing")]).ask(QUESTION) is None


def test_where_nobody_can_be_asked_the_answer_is_no(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", None)
    source = best_source(windows=False)
    assert isinstance(source, NoPin)
    assert source.ask(QUESTION) is None
    assert not source.confirm_final_try(QUESTION)


def test_a_window_needs_a_display():
    assert not can_open_windows("linux", {})
    assert can_open_windows("linux", {"DISPLAY": ":0"}) == can_open_windows("win32", {})


def test_the_windows_are_this_program_again(monkeypatch: pytest.MonkeyPatch):
    assert dialog_command()[1:] == ["-m", "pharmacy_portal.card_agent", "window"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert dialog_command() == [sys.executable, "window"]
