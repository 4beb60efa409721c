"""Geocoding services as real HTTP servers on this computer, which remember every question."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest


@dataclass
class FakeService:
    """``answer`` maps a question's parameters to (status, headers, body); JSON by default."""

    host: str
    answer: Callable[[dict[str, str]], object]
    questions: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}"


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[dict[str, str]], object]], FakeService]]:
    """Start services; each gets what to answer."""
    servers = []

    def start(answer: Callable[[dict[str, str]], object]) -> FakeService:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = dict(parse_qsl(parts.query))
                service.questions.append(asked)
                service.paths.append(parts.path)
                service.agents.append(self.headers["User-Agent"])
                said = service.answer(asked)
                status, headers, body = said if isinstance(said, tuple) else (200, {}, said)
                sent = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(sent)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        service = FakeService(f"127.0.0.1:{server.server_port}", answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return service

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()
