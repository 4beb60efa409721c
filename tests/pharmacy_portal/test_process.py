"""The portal as a process: what it loads, how it starts and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.errors import Invalid
from core.settings import Settings
from core.supervisor import answers
from pharmacy_portal.app import make_app
from tests.core.test_supervisor import wait_until

HEAVY = ("pandas", "numpy", "pyarrow", "geopy", "smartcard", "publisher", "public_site")


def test_the_server_loads_no_library_it_does_not_need() -> None:
    code = (
        "import sys, json, pharmacy_portal.app, pharmacy_portal.cli;"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []


def test_demo_beside_a_real_trust_folder_does_not_start(settings: Settings) -> None:
    with pytest.raises(Invalid, match="real trust folder"):
        make_app(replace(settings, trust=settings.state / "anything"))


def test_demo_beside_the_certificate_of_a_real_authority_does_not_start(
    settings: Settings,
) -> None:
    from cryptography.hazmat.primitives import serialization

    from tests.pharmacy_portal.login.test_certificates import an_authority

    pem = an_authority("MOEACA").certificate.public_bytes(serialization.Encoding.PEM)
    settings.trust_folder.mkdir()
    (settings.trust_folder / "root.pem").write_bytes(pem)
    with pytest.raises(Invalid, match="real authority"):
        make_app(settings)


@pytest.mark.slow
def test_the_command_serves_until_term_and_ends_cleanly(settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    environ = os.environ | {
        "MASKMAP_STATE": str(settings.state),
        "MASKMAP_PORTAL_LISTEN": f"127.0.0.1:{port}",
        "MASKMAP_DEMO": "1",
    }
    command = [sys.executable, "-P", "-m", "core.cli", "portal"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stderr=log)
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                ready = json.load(answer)
            assert ready["status"] == "ready"
            assert len(ready["rules"]["hash"]) == 64
            card = settings.cards_folder / "pharmacist-1"
            login = [sys.executable, "-P", "-m", "core.cli", "demo", "login"]
            login += ["--card", str(card), "--portal", f"http://127.0.0.1:{port}"]
            done = subprocess.run(login, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert done.stdout.count("\n") == 1
            assert done.stdout.startswith("maskmap_session=")
            login[login.index(str(card))] = str(settings.cards_folder / "revoked-1")
            refused = subprocess.run(login, capture_output=True, text=True)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert "CERTIFICATE_REVOKED" in refused.stderr
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
