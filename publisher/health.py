"""``/healthz``, ``/readyz`` and ``/metrics`` of the publisher, where an address is set for them.

The publisher is one synchronous loop and serves nothing else, so the standard library's server in
a thread of its own is enough.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from core.errors import Unavailable
from core.settings import Address, parse_address
from publisher.metrics import CONTENT_TYPE, Metrics

_JSON = "application/json"
_SLOW_CLIENT_S = 5.0


@contextmanager
def serving(listen: str, metrics: Metrics) -> Iterator[Address | None]:
    """Answer while the block runs; nothing where ``listen`` is empty. Yields the address.

    Raises:
        Unavailable: the address cannot be had.
    """
    if not listen:
        yield None
        return
    wanted = parse_address(listen)
    try:
        server = ThreadingHTTPServer((wanted.host, wanted.port), _handler(metrics))
    except OSError as error:
        raise Unavailable(f"MASKMAP_PUBLISHER_LISTEN: {wanted}: {error.strerror}") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield Address(wanted.host, server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(path: str, metrics: Metrics) -> tuple[HTTPStatus, str, bytes]:
    """Return status, media type and body of one of the three addresses."""
    if path == "/healthz":
        return HTTPStatus.OK, _JSON, b'{"status":"ok"}'
    if path == "/readyz":
        return _ready(metrics)
    if path == "/metrics":
        return HTTPStatus.OK, CONTENT_TYPE, metrics.text()
    return HTTPStatus.NOT_FOUND, _JSON, b'{"status":"not found"}'


def _ready(metrics: Metrics) -> tuple[HTTPStatus, str, bytes]:
    """Tell whether it leads or stands by, how it fares, and by which rules."""
    rules = metrics.rules()
    said = {"rules": rules} if rules else {}
    status = HTTPStatus.OK if metrics.ready else HTTPStatus.SERVICE_UNAVAILABLE
    return status, _JSON, msgspec.json.encode({**metrics.says(), **said})


def _handler(metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOW_CLIENT_S

        def do_GET(self) -> None:
            status, media_type, body = answer(self.path, metrics)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: probes come every few seconds."""

    return Handler
