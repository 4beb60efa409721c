"""The recipes for nginx, in the nginx of this computer, over a folder that is really published."""

from __future__ import annotations

import getpass
import gzip
import http.client
import http.server
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from core.domain.snapshot import Current, Manifest
from core.releases import CURRENT, read_current, read_manifest, sha256_hex
from publisher.current_link import CurrentLink
from publisher.mirror.headers import BRIEFLY, FOR_EVER, MEDIA_TYPES
from publisher.publishing import Publisher
from tests.object_store import free_ports
from tests.publisher.builders import an_outlet

pytestmark = pytest.mark.slow

RECIPES = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
ONE = "5901010058"


def nginx() -> str:
    """Return the server's program."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
    if path is None:
        pytest.skip("no nginx on this computer: apt-get install nginx-light")
    return path


@contextmanager
def serving(place: Path, port: int, **recipes: str) -> Iterator[None]:
    """Run nginx with some recipes, as this user, until the block ends."""
    place.mkdir()
    temporary = "".join(
        f"{kind}_temp_path {place}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for name, text in recipes.items():
        (place / f"{name}.conf").write_text(text)
    included = "".join(f"include {place}/{name}.conf;" for name in recipes)
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    (place / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {place}/pid; error_log {place}/error.log;"
        f"events {{}} http {{ access_log off; {temporary} {included} }}"
    )
    command = [nginx(), "-p", str(place), "-c", str(place / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 20
        while not listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(process.communicate()[1].decode())
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.communicate()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def recipe(name: str, changes: dict[str, object]) -> str:
    """Return a recipe with the few things changed that it says are to be changed."""
    text = (RECIPES / f"{name}.conf").read_text("utf-8")
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, str(after))
    return text


class Web:
    """A client of one port that keeps no connection."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body


@pytest.fixture
def publisher(begin: Callable[[], Publisher], ledger, masks, folder) -> Publisher:
    ledger.register(an_outlet(ONE), an_outlet("5901010067"))
    ledger.move(ONE, "adult_mask", 100)
    publisher = begin()
    publisher.followers = (CurrentLink(folder), *publisher.followers)
    publisher.tick(masks)
    return publisher


@pytest.fixture
def release(publisher: Publisher, ledger, clock, masks) -> Callable[[], Manifest]:
    def released() -> Manifest:
        clock.forward(seconds=1)
        ledger.move(ONE, "adult_mask", -1)
        manifest = publisher.tick(masks)
        assert manifest
        return manifest

    return released


@pytest.fixture
def newest(folder: Path, signing_key, publisher: Publisher) -> Callable[[], Manifest]:
    key = signing_key.public_key()
    return lambda: read_manifest(folder, read_current(folder, key), key)[0]


@pytest.fixture
def web(folder: Path, publisher: Publisher, tmp_path: Path) -> Iterator[Web]:
    """The folder behind nginx."""
    (port,) = free_ports(1)
    changes = {"127.0.0.1:8480": f"127.0.0.1:{port}", "/var/lib/maskmap/snapshots": folder}
    with serving(tmp_path / "nginx", port, snapshots=recipe("maskmap-snapshots", changes)):
        yield Web(port)


def test_every_file_of_a_release_goes_out_as_what_the_manifest_says_and_may_be_kept_for_ever(
    web, newest
):
    manifest = newest()
    for entry in manifest.files:
        answer, body = web.ask(f"/data/{manifest.sequence:010d}/{entry.path}")
        assert answer.status == 200, entry.path
        assert answer.getheader("Content-Type") == entry.media_type, entry.path
        assert answer.getheader("Cache-Control") == FOR_EVER
        assert answer.getheader("Access-Control-Allow-Origin") == "*"
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Content-Encoding") is None
        assert sha256_hex(body) == entry.sha256
    assert web.ask(f"/data/{manifest.sequence}/maskdata.csv")[0].status == 200


def test_what_is_replaced_may_be_kept_for_a_second(web, folder, newest):
    (folder / "history" / "date=2020-02-06").mkdir(parents=True)
    (folder / "history" / "date=2020-02-06" / "a.parquet").write_bytes(b"PAR1")
    (folder / "outlet.schema.json").write_text("{}")
    paths = {
        "current.json": "application/json",
        "current.json.sig": "text/plain; charset=utf-8",
        "public-key.pem": "application/x-pem-file",
        "maskdata.csv": "text/csv; charset=utf-8",
        "outlet.schema.json": "application/schema+json",
        "history/date=2020-02-06/a.parquet": "application/vnd.apache.parquet",
        "releases.ndjson": "application/x-ndjson",
    }
    for path, media_type in paths.items():
        answer, _ = web.ask(f"/data/{path}")
        assert (answer.status, answer.getheader("Content-Type")) == (200, media_type), path
        assert answer.getheader("Cache-Control") == BRIEFLY
        assert answer.getheader("Access-Control-Allow-Origin") == "*"
    for path, name in (
        ("/resource/mask/maskdata.csv", "maskdata.csv"),
        ("/json/points.json", "points.json"),
    ):
        assert web.ask(path)[1] == web.ask(f"/data/{newest().sequence}/{name}")[1]


def test_nginx_and_the_object_store_call_every_ending_the_same():
    text = (RECIPES / "maskmap-snapshots.conf").read_text("utf-8")
    block = re.search(r"types \{\n(.*?)\n    \}", text, re.DOTALL)
    assert block
    lines = re.findall(r'^\s*("?)(.+?)\1\s+(\w+);$', block[1], re.MULTILINE)
    known = {f".{ending}": media_type for _, media_type, ending in lines}
    assert known | {".schema.json": "application/schema+json"} == dict(MEDIA_TYPES)


def test_the_packed_copy_goes_out_to_who_takes_it_and_the_answer_says_that_it_varies(web, newest):
    path = f"/data/{newest().sequence:010d}/outlets.geojson"
    plain, body = web.ask(path)
    packed, twin = web.ask(path, Accept_Encoding="gzip")
    assert packed.getheader("Content-Encoding") == "gzip"
    assert packed.getheader("Content-Type") == "application/geo+json"
    assert plain.getheader("Vary") == packed.getheader("Vary") == "Accept-Encoding"
    assert gzip.decompress(twin) == body
    assert packed.getheader("ETag") != plain.getheader("ETag")
    itself, raw = web.ask(f"{path}.gz", Accept_Encoding="gzip")
    assert itself.getheader("Content-Encoding") is None and raw == twin


def test_tags_ranges_heads_and_preflights(web, newest):
    path = f"/data/{newest().sequence:010d}/maskdata.csv"
    whole, body = web.ask(path)
    same, nothing = web.ask(path, If_None_Match=whole.getheader("ETag"))
    assert (same.status, nothing) == (304, b"")
    assert same.getheader("Cache-Control") == FOR_EVER
    part, middle = web.ask(path, Range="bytes=3-9")
    assert (part.status, middle) == (206, body[3:10])
    assert part.getheader("Content-Range") == f"bytes 3-9/{len(body)}"
    head, nothing = web.ask(path, "HEAD")
    assert (head.status, nothing) == (200, b"")
    assert head.getheader("Content-Length") == str(len(body))
    before, _ = web.ask(path, "OPTIONS", Origin="https://app.example.tw")
    assert before.status == 204
    assert "Range" in before.getheader("Access-Control-Allow-Headers", "")
    assert web.ask(path, "POST")[0].status == 405


def test_which_release_is_the_newest_is_never_called_unchanged(web, folder):
    answer, body = web.ask(f"/data/{CURRENT}")
    assert answer.getheader("ETag") is None
    since = answer.getheader("Last-Modified")
    again, anew = web.ask(f"/data/{CURRENT}", If_Modified_Since=since)
    assert (again.status, anew) == (200, body)


NOT_THERE = (
    "/data/.0000000002.tmp/maskdata.csv",
    "/data/.current.json.tmp",
    "/data/0000000001/.hidden",
    "/data/",
    "/data/0000000001/",
    "/data/history/",
    "/data/0000000009/maskdata.csv",
    "/data/nothing.csv",
    "/data/../secret",
    "/data/%2e%2e/secret",
    "/",
    "/0000000001/maskdata.csv",
)


def test_what_is_half_written_or_no_file_is_not_there(web, folder):
    (folder / ".0000000002.tmp").mkdir()
    (folder / "history").mkdir(exist_ok=True)
    for half in (".0000000002.tmp/maskdata.csv", ".current.json.tmp", "0000000001/.hidden"):
        (folder / half).write_text("half")
    (folder.parent / "secret").write_text("secret")
    for path in NOT_THERE:
        answer, body = web.ask(path)
        assert answer.status in (404, 400), path
        assert b"half" not in body and b"secret" not in body


def test_a_link_that_leads_to_somebody_elses_file_is_not_followed(web, folder):
    link = folder / "elsewhere.csv"
    link.symlink_to("/etc/hostname")
    if os.geteuid() == 0:
        os.lchown(link, 65534, 65534)
    assert web.ask("/data/elsewhere.csv")[0].status == 404
    assert web.ask("/data/maskdata.csv")[0].status == 200


def test_releases_published_meanwhile_are_never_torn(web, release, newest):
    stop, seen, faults = threading.Event(), set(), []
    known = {newest().sequence: newest()}

    def read() -> None:
        while not stop.is_set():
            current = msgspec.json.decode(web.ask(f"/data/{CURRENT}")[1], type=Current)
            body = web.ask(f"/data/{current.manifest}")[1]
            if sha256_hex(body) != current.sha256:
                faults.append(current)
                continue
            manifest = msgspec.json.decode(body, type=Manifest)
            known[manifest.sequence] = manifest
            for entry in manifest.files:
                got = web.ask(f"/data/{manifest.sequence:010d}/{entry.path}")[1]
                if sha256_hex(got) != entry.sha256:
                    faults.append((manifest.sequence, entry.path))
            # Through the link: whole, and of one release.
            seen.add(sha256_hex(web.ask("/data/outlets.geojson")[1]))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    made = [release() for _ in range(12)]
    deadline = time.monotonic() + 20
    while len(seen) < 3 and time.monotonic() < deadline:
        made.append(release())
    stop.set()
    for reader in readers:
        reader.join()
    whole = {
        entry.sha256
        for manifest in [*known.values(), *made]
        for entry in manifest.files
        if entry.path == "outlets.geojson"
    }
    assert not faults
    assert len(seen) >= 3 and seen <= whole


@pytest.mark.parametrize("site_is_up", [True, False])
def test_in_front_of_the_site_it_keeps_answers_briefly_and_serves_the_files_when_the_site_is_down(
    folder, publisher, tmp_path, site_is_up
):
    outside, inside, site = free_ports(3)
    changes = {"127.0.0.1:8480": f"127.0.0.1:{inside}", "/var/lib/maskmap/snapshots": folder}
    in_front = {
        "127.0.0.1:8080": f"127.0.0.1:{outside}",
        "127.0.0.1:8470": f"127.0.0.1:{site}",
        "127.0.0.1:8480": f"127.0.0.1:{inside}",
        "/var/cache/nginx/maskmap": tmp_path / "cache",
    }
    recipes = {
        "snapshots": recipe("maskmap-snapshots", changes),
        "site": recipe("maskmap-site", in_front),
    }
    web = Web(outside)
    with serving(tmp_path / "nginx", outside, **recipes), a_site(site, site_is_up) as asked:
        answers = [web.ask("/data/maskdata.csv") for _ in range(3)]
        bodies = {body for _, body in answers}
        if site_is_up:
            assert bodies == {b"of the site"} and len(asked) == 1
            assert answers[-1][0].getheader("X-Cache") == "HIT"
            assert web.ask("/", "POST", Content_Length="20000")[0].status == 413
        else:
            assert bodies == {(folder / "current" / "maskdata.csv").read_bytes()}
            assert web.ask("/")[0].status == 502
        assert web.ask("/metrics")[0].status == 404


@contextmanager
def a_site(port: int, up: bool) -> Iterator[list[str]]:
    """Stand in for the site: one answer, as long-lived as the site's."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Cache-Control", "public, max-age=2, must-revalidate")
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b"of the site")

        def log_message(self, *_: object) -> None:
            pass

    if not up:
        yield asked
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield asked
    server.shutdown()
    server.server_close()
