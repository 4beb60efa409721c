"""Verify a snapshot folder as a stranger would, with nothing but the public key.

Each check is a function that yields faults. Nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise, starmap
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.programme import from_document
from core.domain.snapshot import Manifest, release_folder
from core.errors import Invalid, NotFound
from core.releases import (
    CHANGES,
    COURSES,
    CURRENT,
    MANIFEST,
    SIGNATURE,
    Untrusted,
    course_days,
    read_course,
    read_current,
    read_file,
    read_manifest_of,
    sha256_hex,
)
from publisher.catalogue.agreement import catalogue_faults
from publisher.compress import UNPACKED
from publisher.formats import ndjson
from publisher.history.checking import check_files
from publisher.recovery import sequences
from publisher.release import is_reduced
from publisher.release_log import LOG, ReleaseLine, line_of, read_log
from publisher.retention import NEWEST_KEPT, kept
from publisher.times import parse_rfc3339
from publisher.verify_changes import Objects, objects_of, untold
from publisher.verify_courses import odd_points
from publisher.verify_formats import disagreements
from publisher.verify_linked import LinkedFiles

A_WHILE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where in the snapshot folder."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Found:
    """A release whose manifest is signed: the manifest, and its exact bytes."""

    manifest: Manifest
    body: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """A snapshot folder, the key that is trusted, and its releases that are signed by it."""

    path: Path
    public_key: Ed25519PublicKey
    releases: Sequence[Found]
    unread: Sequence[Fault]
    must_be_whole: Set[int]
    linked: LinkedFiles = field(default_factory=LinkedFiles)


def open_folder(path: Path, public_key: Ed25519PublicKey) -> Folder:
    """Read every manifest of a snapshot folder, in order.

    Raises:
        NotFound: there is no release in it.
    """
    numbers = sorted(sequences(path)) if path.is_dir() else []
    if not numbers:
        raise NotFound(f"{path} has no releases")
    releases: list[Found] = []
    unread: list[Fault] = []
    for sequence in numbers:
        try:
            releases.append(Found(*read_manifest_of(path, sequence, public_key)))
        except (NotFound, Untrusted) as error:
            unread.append(Fault(f"{release_folder(sequence)}/{MANIFEST}", str(error)))
    return Folder(path, public_key, releases, unread, _must_be_whole(releases))


def _must_be_whole(releases: Sequence[Found]) -> Set[int]:
    """Tell which releases cannot have been reduced yet, as of a while after the newest.

    Of the newest only half count: a publisher at work may let go of the oldest while this reads.
    """
    if not releases:
        return frozenset()
    lines = [line_of(found.manifest, found.body) for found in releases]
    stay = kept(lines, parse_rfc3339(lines[-1].published_at) + A_WHILE)
    return stay - {line.sequence for line in lines[-NEWEST_KEPT : -NEWEST_KEPT // 2]}


def check_folder(folder: Folder) -> Iterator[Fault]:
    """Check what holds the releases together, and what is said of them beside them."""
    yield from folder.unread
    yield from check_current(folder)
    yield from check_chain(folder)
    yield from check_log(folder)
    yield from check_changes(folder)
    yield from check_courses(folder)
    yield from starmap(Fault, check_files(folder.path, folder.public_key))
    manifests = [found.manifest for found in folder.releases]
    yield from starmap(Fault, catalogue_faults(folder.path, folder.public_key, manifests))


def check_current(folder: Folder) -> Iterator[Fault]:
    """The pointer is signed, and names the newest release and its very manifest."""
    try:
        current = read_current(folder.path, folder.public_key)
    except (NotFound, Untrusted) as error:
        yield Fault(CURRENT, str(error))
        return
    newest = max(sequences(folder.path))
    if current.sequence != newest:
        yield Fault(CURRENT, f"it names release {current.sequence}, but the newest is {newest}")
    for found in folder.releases:
        if found.manifest.sequence == current.sequence and sha256_hex(found.body) != current.sha256:
            yield Fault(CURRENT, "it means another manifest than the one that is there")


def check_chain(folder: Folder) -> Iterator[Fault]:
    """Each manifest names the one before, and times and positions only grow."""
    for before, after in pairwise(folder.releases):
        old, new = before.manifest, after.manifest
        where = f"{release_folder(new.sequence)}/{MANIFEST}"
        if new.sequence == old.sequence + 1 and new.previous != sha256_hex(before.body):
            yield Fault(where, f"its previous manifest is not that of release {old.sequence}")
        for name in ("as_of", "published_at"):
            if parse_rfc3339(getattr(new, name)) < parse_rfc3339(getattr(old, name)):
                yield Fault(where, f"{name} is before that of release {old.sequence}")
        for name in ("ledger_position", "audit_position"):
            if int(getattr(new, name)) < int(getattr(old, name)):
                yield Fault(where, f"{name} is before that of release {old.sequence}")


def check_log(folder: Folder) -> Iterator[Fault]:
    """The log has every release that is there, exactly as it is, and names no newer one."""
    log, faults = read_log(folder.path)
    yield from (Fault(LOG, fault) for fault in faults)
    lines = {line.sequence: line for line in log}
    for found in folder.releases:
        if lines.get(found.manifest.sequence) != line_of(found.manifest, found.body):
            yield Fault(LOG, f"release {found.manifest.sequence} is missing or differs")
    yield from _log_beyond(folder, log)
    present = set(sequences(folder.path))
    # Half of what is kept: a publisher at work may remove the oldest while this reads.
    for line in log[-NEWEST_KEPT // 2 :]:
        if line.sequence not in present and line.sequence < max(present):
            yield Fault(release_folder(line.sequence), "it is among the newest, but it is gone")


def _log_beyond(folder: Folder, log: Sequence[ReleaseLine]) -> Iterator[Fault]:
    newest = max(sequences(folder.path))
    if log and log[-1].sequence > newest:
        yield Fault(LOG, f"release {log[-1].sequence} was published, but the newest is {newest}")


def check_changes(folder: Folder) -> Iterator[Fault]:
    """The changes turn each release into the next, wherever both are still there."""
    before: tuple[str, Objects] | None = None
    for found in folder.releases:
        objects = _objects(folder, found)
        told = _text(folder, found, CHANGES)
        if told is not None and objects is not None:
            old = None if before is None else before[1]
            if not found.manifest.previous:
                old = objects
            elif before is None or before[0] != found.manifest.previous:
                old = None
            where = f"{release_folder(found.manifest.sequence)}/{CHANGES}"
            yield from (Fault(where, what) for what in untold(old, objects, told))
        before = None if objects is None else (sha256_hex(found.body), objects)


def _objects(folder: Folder, found: Found) -> Objects | None:
    body = _text(folder, found, ndjson.PATH)
    return None if body is None else objects_of(body)


def _text(folder: Folder, found: Found, path: str) -> bytes | None:
    """Return a file of a release; None where it is not as it should be: others name that."""
    try:
        return read_file(folder.path, found.manifest, path)
    except (NotFound, Untrusted):
        return None


def check_courses(folder: Folder) -> Iterator[Fault]:
    """Each day's course is signed, makes sense, and is no further than what was published."""
    newest = folder.releases[-1].manifest if folder.releases else None
    for signature in sorted((folder.path / COURSES).glob(f"[!.]*{SIGNATURE}")):
        signed = signature.with_name(signature.name.removesuffix(SIGNATURE))
        # A publisher removes an old day before its signature.
        if not signed.exists() and signature.exists():
            yield Fault(f"{COURSES}/{signed.name}", "its signature is there, but it is gone")
    for day in course_days(folder.path):
        where = f"{COURSES}/{day}.json"
        try:
            course = read_course(folder.path, day, folder.public_key)
        except (NotFound, Untrusted) as error:
            yield Fault(where, str(error))
            continue
        yield from (Fault(where, what) for what in odd_points(course))
        if newest and int(course.ledger_position) > int(newest.ledger_position):
            end = newest.ledger_position
            yield Fault(where, f"it states ledger position {course.ledger_position}, beyond {end}")


def check_release(folder: Folder, found: Found) -> Iterator[Fault]:
    """Check one release: its files, their compressed twins, its rules, its numbers."""
    manifest = found.manifest
    inside = release_folder(manifest.sequence)
    bodies: dict[str, bytes] = {}
    missing: dict[str, str] = {}
    folder.linked.begin()
    for entry in manifest.files:
        try:
            bodies[entry.path] = folder.linked.read(folder.path, manifest, entry)
        except NotFound as error:
            missing[entry.path] = str(error)
        except Untrusted as error:
            yield Fault(f"{inside}/{entry.path}", str(error))
    yield from (Fault(f"{inside}/{path}", what) for path, what in _missed(folder, found, missing))
    yield from (
        Fault(f"{inside}/{path}", what) for path, what in _twins(bodies, folder.linked.fresh)
    )
    yield from (Fault(f"{inside}/{path}", what) for path, what in disagreements(manifest, bodies))
    yield from (Fault(f"{inside}/{MANIFEST}", what) for what in _rules(manifest))
    yield from (
        Fault(f"{inside}/{name}", "no manifest names it") for name in _strays(folder, found)
    )


def _missed(folder: Folder, found: Found, missing: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a release should still have; an old one may have been reduced, or be gone."""
    sequence = found.manifest.sequence
    if sequence in folder.must_be_whole or not is_reduced(folder.path, sequence):
        yield from missing.items()
    elif CHANGES in missing and (folder.path / release_folder(sequence)).exists():
        yield CHANGES, missing[CHANGES]


def _twins(bodies: dict[str, bytes], fresh: Set[str]) -> Iterator[tuple[str, str]]:
    """Each compressed file holds exactly the plain one; what is the last release's did there."""
    for path, body in bodies.items():
        name, dot, ending = path.rpartition(".")
        plain, unpacked = bodies.get(name), UNPACKED.get(dot + ending)
        if plain is None or unpacked is None or fresh.isdisjoint((path, name)):
            continue
        try:
            if unpacked(body, len(plain)) != plain:
                yield path, "it does not hold the plain file"
        except ValueError as error:
            yield path, str(error)


def _rules(manifest: Manifest) -> Iterator[str]:
    """The rules can be read, and their hash is theirs."""
    try:
        rules = from_document(manifest.rules.document)
    except Invalid as error:
        yield f"its rules cannot be read: {error}"
        return
    if rules.rules_hash() != manifest.rules.hash:
        yield "its rules are not those of their hash"


def _strays(folder: Folder, found: Found) -> Iterator[str]:
    """Yield files of a release that its manifest does not name, and links of any kind."""
    inside = folder.path / release_folder(found.manifest.sequence)
    named = {entry.path for entry in found.manifest.files} | {MANIFEST, MANIFEST + SIGNATURE}
    for place in sorted(inside.rglob("*")):
        name = place.relative_to(inside).as_posix()
        # A link may lead out of the folder: no web server should be given any.
        if place.is_symlink() or (place.is_file() and name not in named):
            yield name
