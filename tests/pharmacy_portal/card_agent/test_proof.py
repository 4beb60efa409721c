"""What the agent signs of a reading, as the portal will check it."""

from __future__ import annotations

import base64
import random
from datetime import date
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from core.domain.statements import agent_id_of, reading_statement
from core.errors import Invalid
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.nhi import parse_record
from pharmacy_portal.card_agent.proof import Enrolments, open_key
from tests.pcsc.cards import CHEN, WANG
from tests.pharmacy_portal.card_agent.agents import NONCE, NOW, OTHER_PORTAL, PORTAL, Page


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "agent")


def test_the_key_is_made_once_and_names_the_agent(home: Home):
    first, again = open_key(home), open_key(Home(home.path))
    assert first.public == again.public
    assert len(first.public) == 32
    assert first.agent_id == agent_id_of(first.public)


def test_a_damaged_or_foreign_key_is_not_replaced_in_silence(home: Home):
    other = ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for body in (b"", b"rubbish", pem):
        home.write("agent-key.pem", body)
        with pytest.raises(Invalid, match="enrol"):
            open_key(home)
        assert home.read("agent-key.pem") == body


async def test_the_proof_holds_for_this_reading_and_for_no_other(
    page: Page, rng: random.Random, tmp_path: Path
):
    await page.pair()
    answer = (await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})).body
    reading = answer["reading"]
    agent, _, signature = reading["proof"].partition(":")
    key = open_key(Home(tmp_path / "agent"))
    assert agent == key.agent_id
    told = {
        "origin": PORTAL,
        "nonce": NONCE,
        "agent": agent,
        "reader": answer["reader"],
        "read_at": reading["read_at"],
        "record_sha256": reading["record_sha256"],
        "id_number": answer["id_number"],
        "birth_date": date.fromisoformat(answer["birth_date"]),
    }
    public = Ed25519PublicKey.from_public_bytes(key.public)
    public.verify(base64.b64decode(signature), reading_statement(**told))
    others = {
        "origin": OTHER_PORTAL,
        "nonce": "m" * 43,
        "agent": "0" * 32,
        "reader": "Reader B 00 01",
        "read_at": "2020-02-06T09:00:00.124+08:00",
        "record_sha256": f"{rng.getrandbits(256):064x}",
        "id_number": CHEN.id_number,
        "birth_date": date(1986, 3, 15),
    }
    for name, other in others.items():
        with pytest.raises(InvalidSignature):
            public.verify(base64.b64decode(signature), reading_statement(**(told | {name: other})))


def test_a_copied_record_proves_as_well_as_the_card_itself(home: Home):
    """What the proof does not show; docs/agent.md says so."""
    key = open_key(home)
    copy = parse_record(bytes(WANG.record()))
    proofs = {
        key.prove(record, origin=PORTAL, nonce=NONCE, reader="R", read_at=NOW)["proof"]
        for record in (parse_record(WANG.record()), copy)
    }
    assert len(proofs) == 1


def test_where_the_agent_is_enrolled_is_kept_with_its_key(home: Home):
    key = open_key(home)
    Enrolments(home, key).add(PORTAL)
    again = Enrolments(home, key)
    assert PORTAL in again
    assert OTHER_PORTAL not in again
    home.remove("agent-key.pem")
    assert PORTAL not in Enrolments(home, open_key(home))


def test_what_the_agent_keeps_holds_no_reading(home: Home):
    key = open_key(home)
    key.prove(parse_record(WANG.record()), origin=PORTAL, nonce=NONCE, reader="R", read_at=NOW)
    kept = b"".join(path.read_bytes() for path in home.path.iterdir())
    for secret in (WANG.id_number, WANG.card_number, WANG.name, "1986"):
        assert secret.encode() not in kept
