"""`maskmap doctor`: what is wrong with this installation, and what to do next.

Each check is a function from the settings to findings. `missing` means that something needed is not
there (exit 1); `note` is worth knowing and may be fine on this host.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import click
import msgspec

from core.clock import system_clock
from core.domain.calendar import TAIPEI
from core.errors import Invalid, NotFound, Unavailable
from core.object_store import open_bucket
from core.settings import Address, Settings, unknown_variables

OLDEST_PYTHON = (3, 11)
# No release of maskmap is older: a clock before this one is wrong.
EARLIEST = datetime(2026, 1, 1, tzinfo=TAIPEI)
# Where the client finds a key that no setting of ours names.
_AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE")
PACKAGES = ("core", "pharmacy_portal", "public_site", "publisher")
EXTRAS = {
    "ledger": ("sqlalchemy", "alembic"),
    "portal": ("sqlalchemy", "limits"),
    "publisher": ("pandas", "pyarrow", "geopy"),
    "s3": ("obstore",),
    "card": ("smartcard",),
    "speed": ("uvloop",),
}
TOOLS = {
    "nginx": "serving the snapshots folder, and the tests of the recipes in deploy/nginx",
    "chromium": "the tests in a real browser",
    "ogrinfo": "checking the published geodata (package gdal-bin)",
    "pcscd": "reading smart cards on this computer",
}


class Finding(msgspec.Struct, frozen=True):
    """What one check found; ``advice`` is empty where all is well."""

    check: str
    verdict: Literal["fine", "note", "missing"]
    found: str
    advice: str = ""


def fine(check: str, found: object) -> Finding:
    """Make a finding that needs nothing."""
    return Finding(check, "fine", str(found))


def check_code(_: Settings) -> Iterator[Finding]:
    """Our packages are the ones that are imported, by a Python that is new enough."""
    home = Path(__file__).parent.parent
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        origin = Path(spec.origin).parent if spec and spec.origin else None
        if origin == home / package:
            continue
        advice = f"a stranger's `{package}` hides ours: remove it, or start elsewhere"
        yield Finding("code", "missing", f"{package} is {origin}", advice)
    yield fine("code", home)
    version = ".".join(map(str, sys.version_info[:3]))
    yield (
        fine("python", version)
        if sys.version_info >= OLDEST_PYTHON
        else Finding("python", "missing", version, "install Python 3.11 or newer")
    )


def check_extras(_: Settings) -> Iterator[Finding]:
    """Which extras are installed; a host needs those of its own programs only."""
    for extra, modules in EXTRAS.items():
        absent = [name for name in modules if importlib.util.find_spec(name) is None]
        yield (
            Finding(f"extra {extra}", "note", f"no {', '.join(absent)}", _install(extra))
            if absent
            else fine(f"extra {extra}", "installed")
        )


def _install(extra: str) -> str:
    return f"pip install 'maskmap[{extra}]', if this host needs it"


def check_tools(_: Settings) -> Iterator[Finding]:
    """Which of the system's tools are there."""
    for tool, purpose in TOOLS.items():
        path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin")
        yield (
            fine(f"tool {tool}", path)
            if path
            else Finding(f"tool {tool}", "note", "not found", f"needed for {purpose}")
        )


def check_state(settings: Settings) -> Iterator[Finding]:
    """The state folder can be written."""
    folder = settings.state.absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        advice = "choose another with --state, or give this user the folder"
        yield Finding("state folder", "missing", f"{existing} cannot be written", advice)
    elif existing != folder:
        yield Finding("state folder", "note", f"{folder} is not there yet", "maskmap makes it")
    else:
        yield fine("state folder", folder)


def check_database(settings: Settings) -> Iterator[Finding]:
    """The ledger's database is one that this maskmap can read."""
    if importlib.util.find_spec("sqlalchemy") is None:
        yield Finding("database", "note", "not looked at", _install("ledger"))
        return
    # A host of the public site has no database library: load it only where it is.
    storage = importlib.import_module("core.storage.migrate")
    path = settings.database_path
    try:
        revision = storage.revision_of(path)
    except Unavailable as error:
        yield Finding("database", "missing", str(error), "restore it from a backup")
        return
    if revision is None:
        yield Finding("database", "note", f"{path} is not there yet", "maskmap db migrate")
    elif revision > storage.HEAD:
        found = f"{path} is at revision {revision}, newer than {storage.HEAD}"
        yield Finding("database", "missing", found, "install the newer maskmap that made it")
    elif revision < storage.HEAD:
        yield Finding("database", "note", f"{path} is at {revision}", "maskmap db migrate")
    else:
        yield fine("database", f"{path} at revision {revision}")


def check_keys(settings: Settings) -> Iterator[Finding]:
    """The keys are there, and no other user can read the secret ones."""
    for name, path, secret in (
        ("person keys", settings.person_keys_file, True),
        ("signing key", settings.signing_key_file, True),
        ("public key", settings.public_key_file, False),
    ):
        if not path.exists():
            yield Finding(name, "note", f"{path} is not there yet", "the first start makes it")
        elif secret and path.stat().st_mode & 0o077:
            found = f"{path} can be read by others"
            yield Finding(name, "missing", found, f"chmod 600 {path}; consider it known to others")
        else:
            yield fine(name, path)


def check_trust(settings: Settings) -> Iterator[Finding]:
    """The portal's trust folder holds authorities, and revocation lists come from somewhere."""
    if settings.demo:
        return
    folder = settings.trust_folder
    held = [path.suffix.lower() for path in folder.iterdir()] if folder.is_dir() else []
    lists = held.count(".crl")
    authorities = sum(suffix in (".pem", ".crt", ".cer") for suffix in held)
    found = f"{folder}: {authorities} files of authorities, {lists} revocation lists"
    fetched = bool(settings.revocation_urls or settings.revocation_hosts)
    if not authorities:
        advice = "no card can log in: put in the root and the authorities that issue the cards"
    elif not lists and not fetched:
        advice = "no card can log in: put in every authority's list, or set MASKMAP_REVOCATION_URLS"
    else:
        yield fine("trust folder", found)
        return
    yield Finding("trust folder", "note", found, advice)


def check_steward(settings: Settings) -> Iterator[Finding]:
    """Somebody is the authority here: grants services, announces, stops."""
    if settings.demo or not settings.database_path.exists():
        return
    if importlib.util.find_spec("sqlalchemy") is None:
        return
    count = importlib.import_module("core.storage.stewards").count_stewards(settings.database_path)
    # What is wrong with the database, its own check says.
    if count is None:
        return
    if count:
        yield fine("stewards", count)
    else:
        yield Finding("stewards", "note", "none yet", "maskmap people steward --name NAME")


def check_ports(settings: Settings) -> Iterator[Finding]:
    """The programs' ports are free, or a program has them already."""
    for name, address in (
        ("portal port", settings.portal_address),
        ("site port", settings.site_address),
    ):
        yield (
            Finding(name, "note", f"{address} is busy", "fine if it is maskmap; else set another")
            if _is_busy(address)
            else fine(name, f"{address} is free")
        )


def _is_busy(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError:
            return True
    return False


def check_clock(_: Settings) -> Iterator[Finding]:
    """The clock is not absurd, and Taipei is eight hours ahead."""
    now = system_clock()
    if now < EARLIEST or now.utcoffset() != timedelta(hours=8):
        advice = "set the clock (timedatectl), and install the package tzdata"
        yield Finding("clock", "missing", now.isoformat(timespec="seconds"), advice)
    else:
        yield fine("clock", f"{now.isoformat(timespec='seconds')} in Taipei")


def check_release(settings: Settings) -> Iterator[Finding]:
    """The newest release is not old."""
    folders = (settings.snapshots_folder, settings.site_snapshots_folder)
    current = next((f for f in folders if f.exists()), folders[0]) / "current.json"
    try:
        record = msgspec.json.decode(current.read_bytes(), type=dict[str, object])
        checked_at = datetime.fromisoformat(str(record["checked_at"]))
    except FileNotFoundError:
        yield Finding("newest release", "note", "none yet", "start the publisher: maskmap publish")
        return
    except (OSError, ValueError, KeyError) as error:
        advice = "start the publisher; it writes the file anew"
        yield Finding("newest release", "missing", f"{current}: {error}", advice)
        return
    age = system_clock() - checked_at
    found = f"number {record.get('sequence')}, checked {age.total_seconds():.0f} s ago"
    if age < timedelta(0):
        yield Finding("newest release", "missing", found, "the clock went back: set it")
    elif age > timedelta(seconds=3 * max(settings.publish_every, 30)):
        yield Finding("newest release", "note", found, "is the publisher running?")
    else:
        yield fine("newest release", found)


def check_object_store(settings: Settings) -> Iterator[Finding]:
    """The client of object stores is there where one is set, and knows a key. Nothing is asked."""
    if not settings.snapshots_store:
        return
    if importlib.util.find_spec("obstore") is None:
        found = f"{settings.snapshots_store}, but no obstore"
        yield Finding("object store", "missing", found, "pip install 'maskmap[s3]'")
    elif not (settings.s3_access_key_id or any(name in os.environ for name in _AWS_KEYS)):
        found = f"{settings.snapshots_store}, without a key of its own"
        advice = "fine where the machine has a role; else set MASKMAP_S3_ACCESS_KEY_ID and secret"
        yield Finding("object store", "note", found, advice)
    else:
        yield fine("object store", f"{settings.snapshots_store} (not asked; --online does)")


def ask_object_store(settings: Settings) -> Iterator[Finding]:
    """The object store answers, and says which release is the newest."""
    if not settings.snapshots_store:
        return
    try:
        found = open_bucket(settings).get("current.json")
    except NotFound:
        advice = "the publisher fills it: maskmap publish"
        yield Finding("object store answers", "note", "nothing published there yet", advice)
    except (Invalid, Unavailable) as error:
        advice = "look at MASKMAP_SNAPSHOTS, MASKMAP_S3_…, and what the key may do"
        yield Finding("object store answers", "missing", str(error), advice)
    else:
        body = found.body.decode(errors="replace") if found else ""
        yield fine("object store answers", body[:80])


def check_environment(_: Settings) -> Iterator[Finding]:
    """No variable looks like a setting without being one."""
    for name in unknown_variables(os.environ):
        yield Finding("environment", "note", f"{name} is no setting", "see docs/settings.md")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    check_code,
    check_extras,
    check_tools,
    check_state,
    check_database,
    check_keys,
    check_trust,
    check_steward,
    check_ports,
    check_clock,
    check_release,
    check_object_store,
    check_environment,
)
_SIGNS = {"fine": "ok  ", "note": "note", "missing": "FAIL"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of lines.")
@click.option("--online", is_flag=True, help="Also ask the object store, where one is set.")
@click.pass_obj
def doctor(settings: Settings, as_json: bool, online: bool) -> None:
    """Check this installation and say what to do next; exit 1 if something needed is missing."""
    checks = (*CHECKS, ask_object_store) if online else CHECKS
    findings = [finding for check in checks for finding in check(settings)]
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        for finding in findings:
            click.echo(f"{_SIGNS[finding.verdict]}  {finding.check}: {finding.found}")
            if finding.advice:
                click.echo(f"      → {finding.advice}")
    if any(finding.verdict == "missing" for finding in findings):
        raise click.exceptions.Exit(1)
