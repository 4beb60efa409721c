"""Agent and portal together: a real token, a real reader, the real server; only the page is ours.

The token holds the key of a software card of the demo, which the test's portal trusts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509

from pharmacy_portal.card_agent.hardware import PcscHardware
from pharmacy_portal.card_agent.token import StaffToken
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import NhiCard, Person
from tests.pharmacy_portal.card_agent import agents
from tests.pharmacy_portal.card_agent.agents import FakePin, Page, running_agent
from tests.pharmacy_portal.tills import StandingClock, Till, an_even_number
from tests.tokens.softhsm import PIN, SOFTHSM, SoftHome


@asynccontextmanager
async def agent_beside(
    till: Till, folder: Path, pin: FakePin, monkeypatch: pytest.MonkeyPatch, clock: StandingClock
) -> AsyncIterator[Page]:
    """Run an agent that serves this till's portal, on the portal's clock; yield a paired page."""
    monkeypatch.setattr(agents, "NOW", clock())
    options = {"hardware": PcscHardware(), "token": StaffToken([SOFTHSM]), "pin": pin}
    async with running_agent(folder, enrolled=False, portals=(till.origin,), **options) as page:
        yield await page.pair()


async def test_a_morning_with_token_and_reader_from_login_to_sale(
    till: Till,
    clock: StandingClock,
    tmp_path: Path,
    tokens: SoftHome,
    own_readers: PcscBench,
    monkeypatch: pytest.MonkeyPatch,
):
    authority = x509.load_pem_x509_certificate((till.cards / "ca.pem").read_bytes())
    tokens.copy_card(till.cards / "pharmacist-1", authority)
    pin = FakePin(PIN)
    async with agent_beside(till, tmp_path / "agent", pin, monkeypatch, clock) as page:
        challenge = (await (await till.post("/login/challenge")).json())["challenge"]
        signed = (await page.ask("POST", "/v1/login/sign", {"challenge": challenge})).body
        kind = signed.pop("card")
        assert kind == "personnel"
        login = await till.post("/login", signed)
        assert login.status == 200, await login.text()
        await till.take_goods()

        challenge = (await (await till.post("/agents/challenge")).json())["challenge"]
        vouched = (await page.ask("POST", "/v1/enrol", {"challenge": challenge})).body
        enrolled = await till.post("/agents", vouched | {"challenge": challenge})
        assert enrolled.status == 201, await enrolled.text()
        status = (await page.ask("GET", "/v1/status")).body
        assert await enrolled.json() == {"agent_id": status["agent_id"]}

        number = an_even_number()
        own_readers.insert("Reader B", NhiCard(Person("000000000018", "王小明", number, "0750314")))
        nonce = (await (await till.post("/readings/nonce")).json())["nonce"]
        read = (await page.ask("POST", "/v1/nhi/read", {"nonce": nonce})).body
        buyer = {
            "identity_type": "01",
            "id_number": read["id_number"],
            "birth_date": read["birth_date"],
            "reading": read["reading"],
        }
        checked = await till.post("/eligibility", buyer)
        assert checked.status == 200, await checked.text()
        assert (await checked.json())["verdict"] == "ALLOW"
        sale = await till.sell(buyer | {"pieces": {"adult_mask": 2}})
        assert sale.status == 201, await sale.text()

        # The same reading for somebody else, and once more for a new check: refused.
        other = buyer | {"id_number": an_even_number(1)}
        assert (await (await till.post("/eligibility", other)).json())["why"]
        again = await till.post("/eligibility", buyer)
        assert (await again.json())["code"] == "CARD_READING_REQUIRED"
    assert [one.purpose for one in pin.asked] == ["login", "enrol"]
