"""The key that signs releases: Ed25519, made on first use, the private half readable by its owner.

The public half is written beside it, for the operator to hand to the site; verification itself is
``core.releases``, which knows no private key.
"""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from core.errors import Invalid, NotFound
from core.releases import SIGNATURE, is_signed, load_public_key
from publisher import durable

# The name under which the public half lies in the snapshot folder, for whoever asks for it.
PUBLIC_KEY = "public-key.pem"


def load_signing_key(private: Path, public: Path) -> Ed25519PrivateKey:
    """Read the signing key; make it, and its public half, where neither is there.

    Raises:
        Invalid: the file holds no Ed25519 key, or the two halves do not belong together.
    """
    if not private.exists():
        if public.exists():
            raise Invalid(
                f"{public} is there, but the signing key {private} is not: restore it, or remove"
                " the public key to begin with a new pair (readers must then be given it)"
            )
        _make(private)
    key = _read(private)
    if not public.exists():
        public.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(public, public_pem(key.public_key()))
        durable.sync_folder(public.parent)
    if public_pem(load_public_key(public)) != public_pem(key.public_key()):
        raise Invalid(f"{public} is not the public half of {private}")
    return key


def sign(key: Ed25519PrivateKey, body: bytes) -> str:
    """Sign exact bytes; base64, as it stands in a `.sig` file."""
    return base64.b64encode(key.sign(body)).decode()


def replace_signed(path: Path, body: bytes, key: Ed25519PrivateKey) -> None:
    """Put a file and its signature in place of those before.

    The signature file first holds the new and the old signature, so the pair agrees at every
    moment, even for one who is killed in between.
    """
    signature_path = path.with_name(path.name + SIGNATURE)
    signature = f"{sign(key, body)}\n".encode()
    durable.replace(signature_path, signature + _old_signature(path, signature_path, key))
    durable.replace(path, body)
    durable.replace(signature_path, signature)
    durable.sync_folder(path.parent)


def _old_signature(path: Path, signature_path: Path, key: Ed25519PrivateKey) -> bytes:
    """Return the signature of what stands there now, if it is ours."""
    if not path.exists() or not signature_path.exists():
        return b""
    body, public_key = path.read_bytes(), key.public_key()
    lines = signature_path.read_bytes().splitlines()
    return next((line + b"\n" for line in lines if is_signed(body, line, public_key)), b"")


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _make(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace(path, pem, mode=0o600)
    durable.sync_folder(path.parent)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise Invalid(f"{path} is not a private key in PEM form") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Invalid(f"{path} is not an Ed25519 private key")
    return key


def trusted_key(path: Path) -> Ed25519PublicKey:
    """Read the public key that somebody verifies with.

    Raises:
        NotFound: there is no such file; says how to name another.
        Invalid: it is no public key.
    """
    if not path.exists():
        raise NotFound(f"{path} is missing: name the public key that you trust with --key FILE")
    return load_public_key(path)
