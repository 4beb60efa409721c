"""Signing with the key in a staff card, through its vendor's PKCS#11 library.

Everything here blocks and belongs into the agent's card thread; only the PIN is asked elsewhere,
so that buyers' cards are read while somebody types. A PIN is tried once and never again by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag, exceptions

from pharmacy_portal.card_agent.modules import find_module
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

RSA_SHA256 = "RSA-PKCS1v15-SHA256"
ECDSA_P256 = "ECDSA-P256-SHA256"
_LEAST_RSA_BITS = 2048
# DigestInfo of SHA-256 for tokens that only do the bare RSA operation. Source: RFC 8017, 9.2.
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

_OUTCOMES: Mapping[type[Exception], Outcome] = MappingProxyType(
    {
        exceptions.PinIncorrect: Outcome.PIN_WRONG,
        exceptions.PinInvalid: Outcome.PIN_WRONG,
        exceptions.PinLenRange: Outcome.PIN_WRONG,
        exceptions.PinLocked: Outcome.PIN_LOCKED,
        exceptions.FunctionCancelled: Outcome.PIN_CANCELLED,
        exceptions.DeviceRemoved: Outcome.TOKEN_REMOVED,
        exceptions.TokenNotPresent: Outcome.TOKEN_REMOVED,
        exceptions.SessionHandleInvalid: Outcome.TOKEN_REMOVED,
        exceptions.SessionClosed: Outcome.TOKEN_REMOVED,
        exceptions.ObjectHandleInvalid: Outcome.TOKEN_REMOVED,
        exceptions.SlotIDInvalid: Outcome.TOKEN_REMOVED,
        exceptions.TokenNotRecognised: Outcome.NO_TOKEN,
    }
)


class PinRefused(CardFault):
    """The token refused a PIN; ``tries_left`` where the token tells, which most do at the end."""

    def __init__(self, outcome: Outcome, tries_left: int | None = None) -> None:
        super().__init__(outcome)
        self.tries_left = tries_left


@dataclass(frozen=True, repr=False)
class StaffCard:
    """A card that can sign: its certificate, and how its PIN stands."""

    serial: bytes
    slot: int
    key_id: bytes
    certificate: x509.Certificate
    intermediates: tuple[x509.Certificate, ...]
    few_left: bool
    final_try: bool
    locked: bool
    has_pinpad: bool

    @property
    def certificate_sha256(self) -> str:
        """Return the lower-case hex SHA-256 of the certificate's DER."""
        return hashlib.sha256(_der(self.certificate)).hexdigest()


@dataclass(frozen=True)
class Signature:
    """A signature, and the name of how it was made."""

    mechanism: str
    body: bytes


class StaffToken:
    """The staff's cards, as the vendor's library shows them.

    Args:
        modules: paths of libraries to try in order; empty: the vendors' known ones.
        label: take only the token of this name.
        load: loads a library; another provider in tests.
    """

    def __init__(
        self,
        modules: Sequence[str] = (),
        label: str = "",
        load: Callable[[str], Any] = pkcs11.lib,
    ) -> None:
        self._modules = tuple(modules)
        self._label = label
        self._load = load
        self._library: Any = None

    def find(self, reader: str | None) -> StaffCard:
        """Return the card in the reader for staff, or the only one that can sign. Needs no PIN.

        Raises:
            CardFault: ``no_module``, ``no_token``, ``no_certificate``, ``ambiguous`` and others.
        """
        with _faults():
            try:
                tokens = self._tokens(reader)
            except exceptions.PKCS11Error:
                # Some libraries do not get over a card that was pulled, until they start anew.
                self._start_anew()
                tokens = self._tokens(reader)
            if not tokens:
                raise CardFault(Outcome.NO_TOKEN)
            cards = [card for token in tokens if (card := _card_in(token))]
            if not cards:
                raise CardFault(Outcome.NO_CERTIFICATE)
        if len(cards) > 1:
            raise CardFault(Outcome.AMBIGUOUS)
        return cards[0]

    def sign(self, card: StaffCard, pin: str | None, statement: bytes) -> Signature:
        """Sign in the card; ``pin`` None where the reader has keys of its own for it.

        Raises:
            CardFault: ``pin_wrong``, ``pin_locked``, ``token_removed``, ``token_fault`` and others.
        """
        with _faults():
            token = self._same_token(card)
            with self._opened(token, pin) as session:
                key = session.get_key(ObjectClass.PRIVATE_KEY, id=card.key_id)
                return _sign(key, token.slot.get_mechanisms(), card.certificate, statement)

    @contextmanager
    def _opened(self, token: Any, pin: str | None) -> Iterator[Any]:
        try:
            session = token.open(user_pin=pkcs11.PROTECTED_AUTH if pin is None else pin)
        except exceptions.PKCS11Error as error:
            refused = _OUTCOMES.get(type(error))
            if refused in (Outcome.PIN_WRONG, Outcome.PIN_LOCKED):
                raise self._refusal(token, refused) from None
            raise
        try:
            yield session
        finally:
            _close(session)

    def _refusal(self, token: Any, outcome: Outcome) -> PinRefused:
        """Look at the token's own count, then end the session that the failed login left open."""
        flags = _flags_now(token)
        self._start_anew()
        if outcome is Outcome.PIN_LOCKED or flags & TokenFlag.USER_PIN_LOCKED:
            return PinRefused(Outcome.PIN_LOCKED, 0)
        return PinRefused(outcome, 1 if flags & TokenFlag.USER_PIN_FINAL_TRY else None)

    def _same_token(self, card: StaffCard) -> Any:
        """Return the token that was found before; a card changed meanwhile is another one."""
        for token in self._tokens(None):
            if token.serial == card.serial and token.slot.slot_id == card.slot:
                found = _card_in(token)
                if found and found.certificate == card.certificate:
                    return token
        raise CardFault(Outcome.TOKEN_REMOVED)

    def _tokens(self, reader: str | None) -> list[Any]:
        found = [slot.get_token() for slot in self._loaded().get_slots(token_present=True)]
        ready = [token for token in found if token.flags & TokenFlag.TOKEN_INITIALIZED]
        if self._label:
            ready = [token for token in ready if token.label.strip() == self._label]
        # A slot is described by its reader's name, which the standard cuts at 64 bytes.
        there = [token for token in ready if reader and _names(token.slot, reader)]
        return there or ready

    def _loaded(self) -> Any:
        if self._library is None:
            path = find_module(self._modules)
            try:
                self._library = self._load(path)
            except (exceptions.PKCS11Error, OSError, RuntimeError):
                raise CardFault(Outcome.NO_MODULE) from None
        return self._library

    def _start_anew(self) -> None:
        # A library that will not is used as it is; what went wrong before says more.
        with suppress(exceptions.PKCS11Error):
            self._loaded().reinitialize()


@contextmanager
def _faults() -> Iterator[None]:
    """Turn the library's exceptions into our outcomes; their texts may hold anything, and go."""
    try:
        yield
    except exceptions.PKCS11Error as error:
        raise CardFault(_OUTCOMES.get(type(error), Outcome.TOKEN_FAULT)) from None


def _card_in(token: Any) -> StaffCard | None:
    """Return what a token's certificates make of it; None when none of them can log in."""
    with token.open() as session:
        found = [_stored(one) for one in session.get_objects({Attribute.CLASS: _CERTIFICATE})]
    readable = [(key_id, one) for key_id, one in found if one is not None]
    usable = [(key_id, one) for key_id, one in readable if key_id and _may_log_in(one)]
    if not usable:
        return None
    key_id, certificate = max(usable, key=lambda pair: pair[1].not_valid_after_utc)
    flags = token.flags
    return StaffCard(
        serial=token.serial,
        slot=token.slot.slot_id,
        key_id=key_id,
        certificate=certificate,
        intermediates=tuple(one for _, one in readable if _is_authority(one)),
        few_left=bool(flags & TokenFlag.USER_PIN_COUNT_LOW),
        final_try=bool(flags & TokenFlag.USER_PIN_FINAL_TRY),
        locked=bool(flags & TokenFlag.USER_PIN_LOCKED),
        has_pinpad=bool(flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH),
    )


_CERTIFICATE = ObjectClass.CERTIFICATE


def _stored(found: Any) -> tuple[bytes, x509.Certificate | None]:
    """Return a stored certificate and the id that its key has too."""
    try:
        certificate = x509.load_der_x509_certificate(bytes(found[Attribute.VALUE]))
        return bytes(found[Attribute.ID]), certificate
    except (ValueError, KeyError):
        return b"", None


def _may_log_in(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is a person's or institution's, for signing, and strong enough."""
    if _is_authority(certificate) or not _may_sign(certificate):
        return False
    hashed = certificate.signature_hash_algorithm
    if hashed is None or hashed.name in ("sha1", "md5"):
        return False
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _LEAST_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.digital_signature


def _sign(key: Any, mechanisms: Any, certificate: x509.Certificate, statement: bytes) -> Signature:
    digest = hashlib.sha256(statement).digest()
    if isinstance(certificate.public_key(), ec.EllipticCurvePublicKey):
        raw = bytes(key.sign(digest, mechanism=Mechanism.ECDSA))
        r, s = (
            int.from_bytes(half, "big") for half in (raw[: len(raw) // 2], raw[len(raw) // 2 :])
        )
        return Signature(ECDSA_P256, encode_dss_signature(r, s))
    if Mechanism.SHA256_RSA_PKCS in mechanisms:
        return Signature(
            RSA_SHA256, bytes(key.sign(statement, mechanism=Mechanism.SHA256_RSA_PKCS))
        )
    if Mechanism.RSA_PKCS in mechanisms:
        body = key.sign(_SHA256_INFO + digest, mechanism=Mechanism.RSA_PKCS)
        return Signature(RSA_SHA256, bytes(body))
    # An old card that signs SHA-1 only: no portal of ours accepts that.
    raise CardFault(Outcome.TOKEN_FAULT)


def _flags_now(token: Any) -> TokenFlag:
    try:
        return TokenFlag(token.slot.get_token().flags)
    except exceptions.PKCS11Error:
        return TokenFlag(0)


def _close(session: Any) -> None:
    """Log out; a card that has gone cannot be logged out of, and needs not be."""
    try:
        session.close()
    except exceptions.PKCS11Error:
        return


def _names(slot: Any, reader: str) -> bool:
    described = slot.slot_description.strip()
    return bool(described) and reader.startswith(described)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
