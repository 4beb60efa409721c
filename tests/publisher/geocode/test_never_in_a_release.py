"""Releases never wait for a geocoder: nothing that publishes loads one, or asks any network."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

from core.domain.outlets import Outlet
from tests.publisher.builders import NINE, LedgerFile, an_outlet

REPOSITORY = Path(__file__).resolve().parents[3]
PUBLISHING = ("publisher.cli", "publisher.runner", "publisher.publishing")


def test_nothing_that_publishes_loads_a_geocoder():
    script = f"import sys, json, {', '.join(PUBLISHING)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert set(PUBLISHING) <= set(loaded)
    assert [name for name in loaded if name.startswith(("publisher.geocode", "geopy"))] == []


def test_publishing_outlets_without_a_place_opens_no_connection(
    begin, ledger: LedgerFile, masks, monkeypatch
):
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a release asked the network")

    lost: Outlet = an_outlet(lon=None, lat=None, coordinate_source="", coordinate_precision="")
    ledger.register(lost)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert begin().publish(NINE, masks).sequence == 1
