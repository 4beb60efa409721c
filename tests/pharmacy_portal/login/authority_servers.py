"""An authority's own computer: revocation lists and OCSP answers over HTTP, good and bad."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from msgspec.structs import replace

from core.ports import Grant, User
from core.settings import Settings
from core.storage import open_state
from pharmacy_portal.login.certificates import signed_text
from pharmacy_portal.login.facts import facts_of
from tests.pharmacy_portal.tills import StandingClock, Till, World, running_portal
from tests.tokens.authority import CardAuthority, make_authority, pem

PLACE = "5901100001"


@dataclass
class AuthorityServer:
    """What it serves can be changed at any moment; ``asked`` lists the questions."""

    cards: CardAuthority
    lists: dict[str, bytes] = field(default_factory=dict)
    issued: dict[int, x509.Certificate] = field(default_factory=dict)
    answer: Callable[[x509.Certificate], bytes] | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    def show(self, name: str, *revoked: x509.Certificate, **when: Any) -> None:
        """Serve a revocation list under a name."""
        made = self.cards.crl(revoked, **when)
        self.lists[name] = made.public_bytes(serialization.Encoding.DER)

    async def get_list(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        if name == "moved.crl":
            raise web.HTTPFound("/good.crl")
        if name not in self.lists:
            raise web.HTTPNotFound
        return web.Response(body=self.lists[name])

    async def post_ocsp(self, request: web.Request) -> web.Response:
        self.asked.append("ocsp")
        question = ocsp.load_der_ocsp_request(await request.read())
        if self.answer is None:
            raise web.HTTPServiceUnavailable
        body = self.answer(self.issued[question.serial_number])
        return web.Response(body=body, content_type="application/ocsp-response")


@asynccontextmanager
async def serving(cards: CardAuthority) -> AsyncIterator[AuthorityServer]:
    """Serve an authority on a free port."""
    authority = AuthorityServer(cards)
    app = web.Application()
    app.router.add_get("/{name}", authority.get_list)
    app.router.add_post("/ocsp", authority.post_ocsp)
    server = TestServer(app)
    await server.start_server()
    authority.url = str(server.make_url("/"))
    try:
        yield authority
    finally:
        await server.close()


@dataclass
class RealCards:
    """A portal that trusts one authority from a folder, and asks it over HTTP."""

    world: World
    authority: AuthorityServer
    trust: Path

    @property
    def cards(self) -> CardAuthority:
        return self.authority.cards

    async def enrol(self, *certificates: x509.Certificate) -> None:
        """Let cards log in at one outlet."""
        users = []
        for number, certificate in enumerate(certificates):
            self.authority.issued[certificate.serial_number] = certificate
            key = facts_of(certificate).key
            grant = Grant(PLACE, "pharmacist")
            users.append(User(f"real-{number}-{key[:8]}", "測試藥師", key, (grant,)))
        async with open_state(self.world.settings) as state:
            await state.accounts.save_users(users, {"act": "enrol"}, self.world.clock())

    def list_in_folder(self, *revoked: x509.Certificate, **when: Any) -> None:
        """Put a list of the cards' issuer into the trust folder."""
        fresh = self.trust / ".fresh"
        made = self.cards.crl(revoked, **when)
        fresh.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        fresh.replace(self.trust / "issuer.crl")

    async def try_login(
        self,
        till: Till,
        certificate: x509.Certificate,
        sign: Callable[[bytes], bytes],
        **changes: Any,
    ) -> Any:
        """Log in as the card agent does; ``changes`` falsify the request or what is signed."""
        challenge = (await (await till.post("/login/challenge")).json())["challenge"]
        origin, nonce = changes.pop("origin", till.origin), changes.pop("nonce", challenge)
        body = {
            "certificate": pem(certificate).decode(),
            "intermediates": [pem(self.cards.issuer.certificate).decode()],
            "signature": encoded(sign(signed_text(origin, nonce, certificate))),
            "mechanism": "RSA-PKCS1v15-SHA256",
        }
        return await till.post("/login", body | changes)


def encoded(signature: bytes) -> str:
    """Return base64."""
    return base64.b64encode(signature).decode()


def signer(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    """Return how a plain key signs."""
    return lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA256())


@asynccontextmanager
async def real_cards(
    settings: Settings, clock: StandingClock, trust: Path, **options: Any
) -> AsyncIterator[RealCards]:
    """Run a portal with a real trust folder; ``options`` are settings, {url} and {host} known."""
    cards = make_authority(clock())
    cards.write_trust(trust)
    async with serving(cards) as authority:
        told = {
            name: value.format(url=authority.url, host=authority.host)
            if isinstance(value, str)
            else value
            for name, value in options.items()
        }
        real = replace(settings, demo=False, trust=trust, **told)
        async with running_portal(real, clock) as world:
            yield RealCards(world, authority, trust)
