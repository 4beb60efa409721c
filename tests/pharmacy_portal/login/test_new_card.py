"""A further card beside the one a user is logged in with: checked as at a login, then bound."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from core.settings import Settings
from pharmacy_portal.login.certificates import signed_text
from tests.pharmacy_portal.login.authority_servers import encoded, real_cards, signer
from tests.pharmacy_portal.tills import StandingClock
from tests.tokens.authority import pem

OWN, NEW = (rsa.generate_private_key(65537, 2048) for _ in range(2))


async def test_only_a_card_that_could_log_in_is_bound_and_then_does(
    settings: Settings, clock: StandingClock, tmp_path: Path
) -> None:
    async with real_cards(settings, clock, tmp_path / "trust") as real:
        real.list_in_folder()
        own = real.cards.issue(OWN.public_key())
        new = real.cards.issue(NEW.public_key(), serial="0000000112345679")
        await real.enrol(own)
        till = await real.world.open_till()
        assert (await real.try_login(till, own, signer(OWN))).status == 200
        body = {
            "certificate": pem(new).decode(),
            "intermediates": [pem(real.cards.issuer.certificate).decode()],
            "mechanism": "RSA-PKCS1v15-SHA256",
        }
        forged = await till.post("/account/cards", body | {"signature": encoded(b"x" * 256)})
        assert forged.status == 403
        asked = await (await till.post("/login/challenge")).json()
        text = signed_text(till.origin, asked["challenge"], new)
        body["signature"] = encoded(signer(NEW)(text))
        bound = await till.post("/account/cards", body)
        assert bound.status == 201, await bound.text()
        assert (await till.post("/account/cards", body)).status == 403, "a challenge serves once"
        other = await real.world.open_till()
        assert (await real.try_login(other, new, signer(NEW))).status == 200
