"""What one login costs the server beside a revocation list of 20,000 entries.

Read once when it changes, the list costs a login nothing. Reading it at every login is measured
beside it, so that the difference shows; so are whole logins over HTTP, challenge included. Their
signatures are made with a key that was read once: a card's computer is not the server, and reading
an RSA key each time would take the processor's caches from the portal for a tenth of a second.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from prometheus_client import CollectorRegistry

from pharmacy_portal.demo.cards import FROM, REVOKED, UNTIL, open_authority
from pharmacy_portal.login.certificates import check_signature, read_certificate, signed_text
from pharmacy_portal.login.check import CertificateCheck
from pharmacy_portal.login.facts import facts_of
from pharmacy_portal.login.fetching import Fetcher
from pharmacy_portal.login.numbers import RevocationNumbers
from pharmacy_portal.login.policy import RevocationPolicy
from pharmacy_portal.login.trust import TrustFolder
from tests.benchmarks.serving import cpu_s, demo_state, program
from tests.tokens.authority import CardAuthority, make_authority, pem

ENTRIES = 20_000
CHECKS = 400
NAIVE_CHECKS = 15
LOGINS = 300
ADDRESS = "127.0.0.1:18461"
ORIGIN = f"http://{ADDRESS}"
MECHANISM = "RSA-PKCS1v15-SHA256"


def run() -> list[str]:
    """Measure the check alone, the wrong way, and whole logins over HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_checks(Path(folder) / "trust"), *_over_http(Path(folder) / "state")]


def _checks(trust: Path) -> list[str]:
    now = datetime.now(UTC)
    key = rsa.generate_private_key(65537, 2048)
    body = pem(_trusting(trust, now).issue(key.public_key())).decode()
    text = signed_text(ORIGIN, "c" * 43, read_certificate(body))
    signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    loop = asyncio.new_event_loop()

    def login(certificates: CertificateCheck) -> None:
        leaf = read_certificate(body)
        check_signature(leaf, MECHANISM, signature, text)
        loop.run_until_complete(certificates.check(leaf, [], now))
        facts_of(leaf)

    held = _check(trust)
    right = _cpu_ms(lambda: login(held), CHECKS)
    wrong = _cpu_ms(lambda: login(_check(trust)), NAIVE_CHECKS)
    loading = _cpu_ms(lambda: _check(trust), NAIVE_CHECKS)
    loop.close()
    ratio = statistics.median(wrong) / statistics.median(right)
    return [
        f"{ENTRIES:,} entries held in memory: {_spread(right)} CPU a check (goal: 3 ms)",
        f"the list read at every login (the wrong way): {_spread(wrong)}, {ratio:.0f} times that",
        f"taking up a changed list, in the background: {_spread(loading)}",
    ]


def _trusting(trust: Path, now: datetime) -> CardAuthority:
    """Write a trust folder whose list is long; return its authority."""
    cards = make_authority(now)
    cards.write_trust(trust)
    (trust / "issuer.pem").write_bytes(pem(cards.issuer.certificate))
    long = cards.crl([secrets.randbits(127) for _ in range(ENTRIES)])
    (trust / "issuer.crl").write_bytes(long.public_bytes(serialization.Encoding.PEM))
    return cards


def _check(trust: Path) -> CertificateCheck:
    folder = TrustFolder(trust)
    folder.current()
    numbers = RevocationNumbers(CollectorRegistry())
    return CertificateCheck(folder, RevocationPolicy(), Fetcher(), numbers)


def _cpu_ms(act: Callable[[], object], times: int) -> list[float]:
    """Return the CPU milliseconds of each repetition, in order of size."""
    took = []
    for _ in range(times):
        started = time.process_time()
        act()
        took.append((time.process_time() - started) * 1000)
    return sorted(took)


def _spread(ordered: list[float]) -> str:
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"median {statistics.median(ordered):.2f} ms, p95 {p95:.2f} ms"


def _over_http(state: Path) -> list[str]:
    settings = demo_state(state)
    authority = open_authority(settings.cards_folder, settings.keys_folder / "demo-ca-key.pem")
    builder = x509.CertificateRevocationListBuilder(
        authority.certificate.subject,
        FROM,
        UNTIL,
        revoked_certificates=[
            x509.RevokedCertificateBuilder(secrets.randbits(127), FROM).build()
            for _ in range(ENTRIES)
        ],
    )
    body = builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (settings.cards_folder / REVOKED).write_bytes(body)
    # The card whose key is RSA, as those of real cards are.
    card = _Card(settings.cards_folder / "pharmacist-2")
    with program(state, "portal", ADDRESS, "/readyz") as portal:
        _log_in(card, 0)
        before, started = cpu_s(portal), time.monotonic()
        for number in range(LOGINS):
            _log_in(card, number)
        cpu, seconds = cpu_s(portal) - before, time.monotonic() - started
    return [
        f"whole logins over HTTP, one after the other: portal CPU {cpu / LOGINS * 1000:.2f} ms"
        f" each (challenge, check, session, audit, fsync), {seconds / LOGINS * 1000:.1f} ms apart"
    ]


class _Card:
    """A software card whose key is read once."""

    def __init__(self, folder: Path) -> None:
        self.pem = (folder / "certificate.pem").read_text("ascii")
        self._leaf = read_certificate(self.pem)
        key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key

    def sign(self, challenge: str) -> str:
        """Return the signature over the four lines, base64."""
        text = signed_text(ORIGIN, challenge, self._leaf)
        return base64.b64encode(self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def _log_in(card: _Card, number: int) -> None:
    # An address of its own for every hundred: the budget of logins is one address's.
    source = f"127.0.0.{2 + number // 100}"
    http = HTTPConnection(ADDRESS, source_address=(source, 0))
    challenge, cookie = _post(http, "/api/v1/login/challenge", {}, "")
    wanted = {
        "certificate": card.pem,
        "signature": card.sign(str(challenge["challenge"])),
        "mechanism": MECHANISM,
    }
    answer, _ = _post(http, "/api/v1/login", wanted, cookie)
    assert "user" in answer, answer
    http.close()


def _post(
    http: HTTPConnection, path: str, body: dict[str, str], cookie: str
) -> tuple[dict[str, object], str]:
    headers = {"Content-Type": "application/json", "Cookie": cookie}
    http.request("POST", path, json.dumps(body), headers)
    answer = http.getresponse()
    document = json.loads(answer.read())
    return document, (answer.getheader("Set-Cookie") or "").partition(";")[0]
