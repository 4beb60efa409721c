"""Cards that sign, as SoftHSM2 tokens: a key made inside, and its certificate beside it.

SoftHSM reads its configuration once a process (``SOFTHSM2_CONF``), so `soft_tokens` gives the
process a home of its own and starts the library anew where it is already loaded.

    with soft_tokens(tmp_path) as home:
        card = home.make_card(authority, kind="personnel")     # RSA-2048; key="ec": P-256
        agent = ...(module=SOFTHSM, pin=card.pin)
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from tests.tokens.authority import CardAuthority, PublicKey, pem

_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
SOFTHSM = next((place for place in _PLACES if Path(place).exists()), _PLACES[0])
PIN = "246813"
_KEY_ID = b"\x01"


@dataclass(frozen=True)
class SoftCard:
    """One token: what is needed to find and open it, and the certificate in it."""

    label: str
    pin: str
    certificate: x509.Certificate
    issuer: x509.Certificate

    @property
    def pem(self) -> str:
        """Return the certificate as PEM."""
        return pem(self.certificate).decode()


@dataclass(frozen=True)
class SoftHome:
    """The tokens of one folder."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return what another process needs in its environment to see these tokens."""
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    def make_card(
        self,
        authority: CardAuthority,
        *,
        key: str = "rsa",
        bits: int = 2048,
        label: str | None = None,
        with_certificate: bool = True,
        **described: Any,
    ) -> SoftCard:
        """Make a token; ``described`` goes to `CardAuthority.issue` (kind, name, serial …)."""
        label = label or f"card-{secrets.token_hex(4)}"
        self._make_token(label)
        library = loaded()
        # Only a fresh C_Initialize sees what another process has made.
        library.reinitialize()
        with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
            certificate = authority.issue(_make_key(session, key, bits), **described)
            if with_certificate:
                _store(session, certificate)
        return SoftCard(label, PIN, certificate, authority.issuer.certificate)

    def copy_card(self, folder: Path, issuer: x509.Certificate) -> SoftCard:
        """Make a token of a software card (``key.pem``, ``certificate.pem``), as of the demo."""
        label = f"card-{secrets.token_hex(4)}"
        self._make_token(label)
        words = ["softhsm2-util", "--import", str(folder / "key.pem"), "--token", label]
        words += ["--label", "s", "--id", _KEY_ID.hex(), "--pin", PIN]
        subprocess.run(words, check=True, capture_output=True, env=os.environ | self.environment)
        certificate = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
        library = loaded()
        library.reinitialize()
        with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
            _store(session, certificate)
        return SoftCard(label, PIN, certificate, issuer)

    def take_out(self, card: SoftCard) -> None:
        """Remove a token as if its card had been pulled."""
        words = ["softhsm2-util", "--delete-token", "--token", card.label]
        subprocess.run(words, check=True, capture_output=True, env=os.environ | self.environment)

    def _make_token(self, label: str) -> None:
        words = ["softhsm2-util", "--init-token", "--free", "--label", label]
        words += ["--pin", PIN, "--so-pin", "87654321"]
        subprocess.run(words, check=True, capture_output=True, env=os.environ | self.environment)


@contextmanager
def soft_tokens(folder: Path) -> Iterator[SoftHome]:
    """Give this process a home of tokens of its own; skip where SoftHSM2 is not installed."""
    if not Path(SOFTHSM).exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("no SoftHSM2 on this computer: apt-get install softhsm2")
    home = SoftHome(folder)
    (folder / "tokens").mkdir(parents=True, exist_ok=True)
    lines = [f"directories.tokendir = {folder / 'tokens'}", "objectstore.backend = file"]
    lines += ["log.level = ERROR", "slots.removable = false"]
    (folder / "softhsm2.conf").write_text("\n".join(lines) + "\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ.update(home.environment)
    try:
        loaded().reinitialize()
        yield home
    finally:
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


def loaded() -> Any:
    """Return the library, loaded once a process."""
    return pkcs11.lib(SOFTHSM)


def _make_key(session: Any, key: str, bits: int) -> PublicKey:
    if key == "rsa":
        public, _ = session.generate_keypair(KeyType.RSA, bits, store=True, id=_KEY_ID, label="s")
        numbers = (public[Attribute.PUBLIC_EXPONENT], public[Attribute.MODULUS])
        return rsa.RSAPublicNumbers(*(int.from_bytes(n, "big") for n in numbers)).public_key()
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    domain = session.create_domain_parameters(KeyType.EC, curve, local=True)
    public, _ = domain.generate_keypair(store=True, id=_KEY_ID, label="s")
    # CKA_EC_POINT wraps the point into an OCTET STRING: tag, length, then the 65 bytes.
    point = bytes(public[Attribute.EC_POINT])[-65:]
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _store(session: Any, certificate: x509.Certificate) -> None:
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
            Attribute.SUBJECT: certificate.subject.public_bytes(),
            Attribute.ID: _KEY_ID,
            Attribute.TOKEN: True,
            # As on the real cards: read without a PIN.
            Attribute.PRIVATE: False,
            Attribute.LABEL: "s",
        }
    )
