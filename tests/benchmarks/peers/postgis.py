"""PostGIS with the same outlets, in a cluster of its own; pygeoapi and a nearest search over it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PEERS = Path(".venv-peers/bin")
USER = "postgres"
_COLUMNS = "code text primary key, name text, address text, adult_mask int, child_mask int"


def binaries() -> Path | None:
    """Find PostgreSQL's programs, if PostGIS is there too."""
    control = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    found = [Path(f"/usr/lib/postgresql/{path.parts[4]}/bin") for path in control]
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


@contextmanager
def cluster(folder: Path, port: int, pinned: list[str]) -> Iterator[str]:
    """Run a cluster on a socket in ``folder``; yield its connection string."""
    bin_folder, data = binaries(), folder / "data"
    assert bin_folder
    folder.mkdir(parents=True)
    as_user = _unprivileged(folder)
    quietly = {"check": True, "stdout": subprocess.DEVNULL}
    initdb = [*as_user, str(bin_folder / "initdb"), "-D", str(data), "-U", USER, "-A", "trust"]
    subprocess.run([*initdb, "-E", "UTF8", "--locale", "C.UTF-8"], **quietly)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, *pinned, str(bin_folder / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "start"], **quietly)
    try:
        yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quietly)


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: let its own user do so."""
    if os.getuid() != 0:
        return []
    owner = pwd.getpwnam(USER)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    for parent in folder.parents:
        if parent.stat().st_mode & 0o005 != 0o005 and parent.stat().st_uid == 0:
            parent.chmod(0o755)
    return ["runuser", "-u", USER, "--"]


def fill(url: str, outlets: Sequence[dict[str, Any]]) -> None:
    """Write the outlets into a table with an index on geography and one on those in stock."""
    psql = shutil.which("psql")
    assert psql
    lines = [
        "create extension postgis;",
        f"create table outlets ({_COLUMNS}, g geometry(point, 4326));",
        "copy outlets (code, name, address, adult_mask, child_mask, g) from stdin;",
    ]
    lines += ["\t".join(_cells(outlet)) for outlet in outlets]
    lines += [
        "\\.",
        "create index on outlets using gist (g);",
        "create index on outlets using gist ((g::geography)) where adult_mask + child_mask > 0;",
        "vacuum analyze outlets;",
    ]
    subprocess.run(
        [psql, url, "-q", "-v", "ON_ERROR_STOP=1"],
        input="\n".join(lines).encode(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _cells(outlet: dict[str, Any]) -> list[str]:
    texts = [str(outlet[name]) for name in ("code", "name", "address", "adult_mask", "child_mask")]
    return [*texts, f"SRID=4326;POINT({outlet['lon']} {outlet['lat']})"]


def start_nearest(url: str, port: int, pinned: list[str]) -> subprocess.Popen[bytes]:
    """Serve the nearest 20 in stock by PostGIS behind aiohttp, and an answer without search."""
    server = Path(__file__).with_name("postgis_server.py")
    command = [*pinned, str(PEERS / "python"), str(server), url, str(port)]
    return subprocess.Popen(command)


def start_pygeoapi(folder: Path, url: str, port: int, pinned: list[str]) -> subprocess.Popen[bytes]:
    """Serve the table with pygeoapi under gunicorn."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration, openapi = folder / "pygeoapi.yml", folder / "openapi.yml"
    database_port = url.rpartition(":")[2].partition("/")[0]
    template = Path(__file__).with_name("pygeoapi.yml").read_text("utf-8")
    configuration.write_text(template.format(port=port, database_port=database_port))
    environ = os.environ | {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(openapi)}
    generate = [str(PEERS / "pygeoapi"), "openapi", "generate", str(configuration)]
    subprocess.run([*generate, "-of", str(openapi)], check=True, env=environ)
    gunicorn = [str(PEERS / "gunicorn"), "pygeoapi.flask_app:APP", "-b", f"127.0.0.1:{port}"]
    options = ["-w", "1", "-k", "gthread", "--threads", "4", "--log-level", "error"]
    return subprocess.Popen([*pinned, *gunicorn, *options], env=environ | {"HOME": str(folder)})
