from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.child import FIRST_WAIT_S, LONGEST_WAIT_S, STEADY_S, Child, describe_status, next_wait_s
from core.errors import Conflict, Unavailable
from core.settings import Address, Settings
from core.supervisor import (
    Supervisor,
    claim,
    demo_steps,
    environment_for,
    loopback_or_free,
    only_one,
)

# How long a test waits for something that should come at once; reached only by a failing test.
PATIENCE_S = 30.0

WRITE_PID_AND_STAY = (
    "import os, pathlib, sys, time\n"
    "pathlib.Path(sys.argv[1]).open('a').write(f'{os.getpid()}\\n')\n"
    "time.sleep(600)"
)
IGNORE_TERM = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WRITE_PID_AND_STAY


def a_child(code: str, *arguments: object, name: str = "dummy") -> Child:
    return Child(name, (sys.executable, "-c", code, *map(str, arguments)), os.environ)


def wait_until(true: Callable[[], object]) -> None:
    """Look again and again; give up after a long time."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        threading.Event().wait(0.02)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture
def supervise():
    """Run a supervisor in a thread; it is stopped at the end of the test."""
    running = []

    def start(supervisor: Supervisor, *before: Child) -> threading.Thread:
        thread = threading.Thread(target=supervisor.run, args=(before,))
        thread.start()
        running.append((supervisor, thread))
        return thread

    yield start
    for supervisor, thread in running:
        supervisor.stop()
        thread.join(PATIENCE_S)


def test_a_program_that_dies_is_started_again(tmp_path, supervise):
    trace = tmp_path / "pids"
    supervise(Supervisor([a_child(WRITE_PID_AND_STAY, trace)], lambda: False, ""))
    wait_until(lambda: len(pids(trace)) == 1)
    os.kill(pids(trace)[0], signal.SIGKILL)
    wait_until(lambda: len(pids(trace)) == 2)
    assert is_running(pids(trace)[1])


def test_all_programs_end_when_the_supervisor_stops(tmp_path, supervise):
    traces = [tmp_path / "a", tmp_path / "b"]
    supervisor = Supervisor([a_child(WRITE_PID_AND_STAY, t) for t in traces], lambda: False, "")
    thread = supervise(supervisor)
    wait_until(lambda: all(map(pids, traces)))
    supervisor.stop()
    thread.join(PATIENCE_S)
    assert not any(is_running(pid) for trace in traces for pid in pids(trace))


def test_a_program_that_does_not_end_is_killed(tmp_path, supervise, monkeypatch):
    monkeypatch.setattr("core.supervisor.END_WITHIN_S", 0.2)
    trace = tmp_path / "pids"
    supervisor = Supervisor([a_child(IGNORE_TERM, trace)], lambda: False, "")
    thread = supervise(supervisor)
    wait_until(lambda: pids(trace))
    supervisor.stop()
    thread.join(PATIENCE_S)
    assert not is_running(pids(trace)[0])


def test_the_line_ready_is_printed_once_and_only_when_all_answer(capfd, supervise):
    asked = []

    def ready() -> bool:
        asked.append(True)
        return len(asked) > 2

    supervisor = Supervisor([], ready, "ready portal=P site=S snapshots=D")
    thread = supervise(supervisor)
    wait_until(lambda: len(asked) > 2)
    supervisor.stop()
    thread.join(PATIENCE_S)
    assert capfd.readouterr().out == "ready portal=P site=S snapshots=D\n"


def test_what_programs_print_does_not_reach_stdout(tmp_path, supervise, capfd):
    trace = tmp_path / "pids"
    chatty = a_child("print('noise', flush=True)\n" + WRITE_PID_AND_STAY, trace)
    supervise(Supervisor([chatty], lambda: False, ""))
    wait_until(lambda: pids(trace))
    out, err = capfd.readouterr()
    assert out == ""
    assert "noise" in err


def test_the_filling_step_ends_before_anything_else_starts(tmp_path, supervise):
    trace = tmp_path / "pids"
    filled = tmp_path / "filled"
    fill = a_child(f"import pathlib; pathlib.Path({str(filled)!r}).touch()", name="fill")
    check = f"import pathlib; assert pathlib.Path({str(filled)!r}).exists()\n"
    supervise(Supervisor([a_child(check + WRITE_PID_AND_STAY, trace)], lambda: False, ""), fill)
    wait_until(lambda: pids(trace))
    assert filled.exists()


def test_a_filling_step_that_fails_stops_everything(tmp_path):
    trace = tmp_path / "pids"
    supervisor = Supervisor([a_child(WRITE_PID_AND_STAY, trace)], lambda: False, "")
    with pytest.raises(Unavailable, match="fill failed"):
        supervisor.run(before=[a_child("raise SystemExit(3)", name="fill")])
    assert pids(trace) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_no_program_outlives_a_supervisor_that_is_killed(tmp_path):
    trace = tmp_path / "pids"
    code = (
        "import os, sys\nfrom core.child import Child\nfrom core.supervisor import Supervisor\n"
        "child = Child('dummy', (sys.executable, '-c', sys.argv[1], sys.argv[2]), os.environ)\n"
        "Supervisor([child], lambda: False, '').run()"
    )
    with subprocess.Popen([sys.executable, "-c", code, WRITE_PID_AND_STAY, str(trace)]) as parent:
        wait_until(lambda: pids(trace))
        parent.kill()
    wait_until(lambda: not is_running(pids(trace)[0]))


def test_the_wait_before_a_restart_grows_to_a_limit_and_starts_anew_after_a_steady_run():
    wait = FIRST_WAIT_S
    for _ in range(20):
        wait = next_wait_s(wait, lived_s=0.0)
    assert wait == LONGEST_WAIT_S < 10
    assert next_wait_s(wait, lived_s=STEADY_S) == FIRST_WAIT_S


def test_an_exit_status_is_put_into_words():
    assert describe_status(1) == "exit 1"
    assert describe_status(-9) == "signal SIGKILL"


def test_a_second_supervisor_on_the_same_state_is_refused_with_the_firsts_process(state):
    with only_one(state), pytest.raises(Conflict, match=str(os.getpid())), only_one(state):
        pass
    with only_one(state):
        pass


def test_a_missing_state_folder_is_created(tmp_path):
    with only_one(tmp_path / "deep" / "state"):
        assert (tmp_path / "deep" / "state").is_dir()


def test_a_busy_port_is_replaced_by_a_free_one():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = Address("127.0.0.1", busy.getsockname()[1])
        free = loopback_or_free(taken, "portal", [])
        assert free.host == "127.0.0.1"
        assert free.port not in {0, taken.port}


def test_two_supervisors_that_start_together_take_different_ports():
    first: list[socket.socket] = []
    second: list[socket.socket] = []
    wanted = loopback_or_free(Address("127.0.0.1", 0), "portal", first)
    try:
        # Nobody listens yet: only the claim tells.
        assert loopback_or_free(wanted, "portal", second).port != wanted.port
    finally:
        for claimed in (*first, *second):
            claimed.close()
    again = claim(wanted.port)
    assert again is not None
    again.close()


def test_an_address_open_to_the_network_becomes_loopback():
    assert loopback_or_free(Address("0.0.0.0", 0), "site", []).host == "127.0.0.1"


def test_children_are_told_what_the_supervisor_decided(state):
    settings = Settings(state=state, demo=True, publish_every=1.0)
    environ = environment_for(settings, None, Address("127.0.0.1", 1), Address("127.0.0.1", 2))
    assert environ["MASKMAP_STATE"] == str(state)
    assert environ["MASKMAP_PORTAL_LISTEN"] == "127.0.0.1:1"
    assert environ["MASKMAP_SITE_LISTEN"] == "127.0.0.1:2"
    assert environ["MASKMAP_PORTAL_URL"] == ""
    assert environ["MASKMAP_DEMO"] == "1"
    assert environ["MASKMAP_PUBLISH_EVERY"] == "1.0"


def test_the_demo_makes_cards_until_they_are_whole_and_then_no_more(state):
    settings = Settings(state=state, demo=True)

    def steps() -> list[str]:
        return [step.name for step in demo_steps(settings, {})]

    assert steps() == ["demo fill", "demo card"]
    settings.cards_folder.mkdir()
    (settings.cards_folder / "ca.pem").touch()
    assert steps() == ["demo fill", "demo card"]
    (settings.cards_folder / "ca.crl").touch()
    assert steps() == ["demo fill"]
