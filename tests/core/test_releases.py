"""The reader's side of a snapshot folder: nothing unsigned or damaged gets through."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core import releases
from core.domain.snapshot import Current, FileEntry, Manifest, RulesInForce
from core.errors import Invalid, NotFound
from core.releases import Untrusted

KEY = Ed25519PrivateKey.generate()
BODY = b"code,name\n"


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _signed(path: Path, body: bytes, key: Ed25519PrivateKey = KEY) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    path.with_name(path.name + ".sig").write_bytes(base64.b64encode(key.sign(body)) + b"\n")


def _manifest(sequence: int = 3, path: str = "maskdata.csv") -> Manifest:
    entry = FileEntry(
        path=path, media_type="text/csv", bytes=len(BODY), sha256=_sha256(BODY), rows=0
    )
    rules = RulesInForce(programme="masks", block="", pinned=False, hash="", words={}, document={})
    return Manifest(
        sequence=sequence,
        as_of="2020-02-06T09:00:03+08:00",
        published_at="2020-02-06T09:00:05+08:00",
        ttl_s=30,
        ledger_position="1",
        state_position="1",
        previous="",
        audit_head="",
        audit_position="0",
        rules=rules,
        counts={},
        files=[entry],
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a snapshot folder with release 3."""
    body = msgspec.json.encode(_manifest())
    _signed(tmp_path / "0000000003" / "manifest.json", body)
    (tmp_path / "0000000003" / "maskdata.csv").write_bytes(BODY)
    _point(tmp_path, 3, body)
    return tmp_path


def _point(folder: Path, sequence: int, manifest: bytes, key: Ed25519PrivateKey = KEY) -> None:
    current = Current(
        sequence=sequence,
        manifest=f"{sequence:010d}/manifest.json",
        sha256=_sha256(manifest),
        checked_at="2020-02-06T09:00:05+08:00",
        ttl_s=30,
    )
    _signed(folder / "current.json", msgspec.json.encode(current), key)


def _read(folder: Path) -> bytes:
    key = KEY.public_key()
    current = releases.read_current(folder, key)
    manifest, _ = releases.read_manifest(folder, current, key)
    return releases.read_file(folder, manifest, "maskdata.csv")


def test_a_signed_release_is_read(folder: Path) -> None:
    assert _read(folder) == BODY


def test_an_empty_folder_has_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"current\.json is missing"):
        _read(tmp_path)


@pytest.mark.parametrize(
    "name", ["current.json", "0000000003/manifest.json", "0000000003/maskdata.csv"]
)
def test_a_flipped_bit_anywhere_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    sound = path.read_bytes()
    for place in range(0, len(sound), max(1, len(sound) // 25)):
        damaged = bytearray(sound)
        damaged[place] ^= 1
        path.write_bytes(bytes(damaged))
        with pytest.raises(Untrusted):
            _read(folder)
    path.write_bytes(sound)
    assert _read(folder) == BODY


def test_a_file_that_was_cut_is_refused_before_it_is_read(folder: Path) -> None:
    (folder / "0000000003" / "maskdata.csv").write_bytes(BODY[:-1])
    with pytest.raises(Untrusted, match="has 9 bytes; the manifest says 10"):
        _read(folder)


@pytest.mark.parametrize("name", ["current.json.sig", "0000000003/manifest.json.sig"])
@pytest.mark.parametrize("text", [b"", b"not base64!\n", base64.b64encode(bytes(64))])
def test_a_signature_that_is_none_is_refused(folder: Path, name: str, text: bytes) -> None:
    (folder / name).write_bytes(text)
    with pytest.raises(Untrusted, match="not signed by the key"):
        _read(folder)


def test_another_key_is_refused(folder: Path) -> None:
    with pytest.raises(Untrusted):
        releases.read_current(folder, Ed25519PrivateKey.generate().public_key())


def test_an_older_manifest_swapped_in_is_refused(folder: Path) -> None:
    older = msgspec.json.encode(_manifest(sequence=2))
    _signed(folder / "0000000003" / "manifest.json", older)
    with pytest.raises(Untrusted, match="says that it is release 2"):
        _read(folder)


def test_another_signed_manifest_of_the_same_number_is_not_the_one_meant(folder: Path) -> None:
    other = msgspec.json.encode(msgspec.structs.replace(_manifest(), ttl_s=1))
    _signed(folder / "0000000003" / "manifest.json", other)
    with pytest.raises(Untrusted, match="not the manifest that"):
        _read(folder)


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../b", ".hidden", "a\\b", "a/b/c"]
)
def test_a_path_that_leaves_the_release_is_refused_even_when_signed(
    folder: Path, path: str
) -> None:
    body = msgspec.json.encode(_manifest(path=path))
    _signed(folder / "0000000003" / "manifest.json", body)
    _point(folder, 3, body)
    with pytest.raises(Untrusted, match="names the file"):
        _read(folder)


def test_a_pointer_to_another_place_is_refused_even_when_signed(folder: Path) -> None:
    current = Current(sequence=3, manifest="../x", sha256="", checked_at="", ttl_s=1)
    _signed(folder / "current.json", msgspec.json.encode(current))
    with pytest.raises(Untrusted, match="names"):
        releases.read_current(folder, KEY.public_key())


def test_while_the_pointer_is_replaced_the_old_and_the_new_both_agree(folder: Path) -> None:
    signature = folder / "current.json.sig"
    old_body, old_line = (folder / "current.json").read_bytes(), signature.read_bytes()
    _point(folder, 3, b"other")
    both = signature.read_bytes() + old_line
    signature.write_bytes(both)
    assert releases.read_current(folder, KEY.public_key()).sequence == 3
    (folder / "current.json").write_bytes(old_body)
    assert releases.read_current(folder, KEY.public_key()).sequence == 3


def test_a_file_that_the_manifest_does_not_name_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match=r"has no file 'secret\.txt'"):
        releases.read_file(folder, _manifest(), "secret.txt")


def test_members_of_a_later_version_are_read_over(folder: Path) -> None:
    body = msgspec.json.encode(msgspec.to_builtins(_manifest()) | {"later": 1})
    _signed(folder / "0000000003" / "manifest.json", body)
    _point(folder, 3, body)
    assert _read(folder) == BODY


def test_only_an_ed25519_public_key_is_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    with pytest.raises(NotFound):
        releases.load_public_key(path)
    path.write_text("no key")
    with pytest.raises(Invalid, match="not a public key in PEM form"):
        releases.load_public_key(path)
    other = generate_private_key(SECP256R1()).public_key()
    path.write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Invalid, match="not an Ed25519 public key"):
        releases.load_public_key(path)
