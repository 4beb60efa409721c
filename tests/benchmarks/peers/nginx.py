"""nginx serving files of a snapshot from a folder: one worker, ready .gz files, open-file cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

CONFIGURATION = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  gzip_static on; open_file_cache max=100 inactive=60s;
  types {{ application/geo+json geojson; application/json json; text/csv csv; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} backlog=2048; root {root};
    add_header Cache-Control "public, max-age=2"; add_header Access-Control-Allow-Origin "*";
  }}
}}
"""


def program() -> str | None:
    """Find nginx; Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def start(folder: Path, root: Path, port: int, pinned: list[str]) -> subprocess.Popen[bytes]:
    """Serve ``root``; ``folder`` is for nginx's own files."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, root=root, port=port))
    nginx = program()
    assert nginx
    return subprocess.Popen([*pinned, nginx, "-p", str(folder), "-c", str(configuration)])
