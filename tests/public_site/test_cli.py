"""`maskmap site` as a process: it answers, and ends cleanly when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.public_site.releases import some_outlets


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer_of(url: str) -> bytes:
    """Ask until there is an answer."""
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_the_site_serves_and_ends_cleanly_on_term(folder, settings, free_port):
    folder.publish(some_outlets())
    environ = {
        **os.environ,
        "MASKMAP_STATE": str(settings.state),
        "MASKMAP_SITE_LISTEN": f"127.0.0.1:{free_port}",
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "core.cli", "site"], env=environ, stderr=subprocess.PIPE
    )
    try:
        assert b'"ready"' in answer_of(f"http://127.0.0.1:{free_port}/readyz")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.stderr.close()
