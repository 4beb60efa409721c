"""Software cards: the published layout, and where they are refused."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography import x509
from msgspec.structs import replace

from core.domain.eligibility import assess
from core.domain.identity import last_digit, number_fault
from core.errors import Invalid
from core.rules import MASKS, load_programmes
from core.settings import Settings
from pharmacy_portal.demo.enrolment import make_demo_cards
from pharmacy_portal.demo.people import buyers, person_name
from tests.pharmacy_portal.tills import THURSDAY, World

ROLES = {
    "institution",
    "government",
    "administrator",
    "pharmacist",
    "nurse",
    "assistant",
    "doctor",
    "citizen",
    "steward",
    "nhi",
    "revoked",
    "expired",
}


def card_folders(cards: Path) -> list[Path]:
    return sorted(path for path in cards.iterdir() if path.is_dir())


def test_every_role_has_a_card_in_the_published_layout(template_state: Path) -> None:
    cards = template_state / "cards"
    assert {path.name.rpartition("-")[0] for path in card_folders(cards)} == ROLES
    for home in card_folders(cards):
        certificate = x509.load_pem_x509_certificate((home / "certificate.pem").read_bytes())
        assert certificate.issuer == authority(cards).subject
        assert stat.S_IMODE((home / "key.pem").stat().st_mode) == 0o600
        facts = json.loads((home / "card.json").read_text())
        assert {"name", "permissions"} <= facts.keys()
    assert x509.load_pem_x509_crl((cards / "ca.crl").read_bytes())


def authority(cards: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((cards / "ca.pem").read_bytes())


def test_nhi_cards_carry_the_basic_record(template_state: Path) -> None:
    for home in card_folders(template_state / "cards"):
        if not home.name.startswith("nhi-"):
            continue
        facts = json.loads((home / "card.json").read_text())
        record = bytes.fromhex(facts["record"])
        assert len(record) == 57
        assert record[12:32].rstrip(b"\0").decode("cp950") == facts["name"]
        assert record[32:42].decode() == facts["number"]
        year, month, day = facts["birth_date"].split("-")
        assert record[42:49].decode() == f"{int(year) - 1911:03d}{month}{day}"
        assert record[49:50] in (b"M", b"F")
        assert record[:12].isdigit()
        assert record[50:].isdigit()


def test_the_buyers_are_of_every_kind_and_their_numbers_are_good() -> None:
    people = list(buyers())
    assert len(people) == 24
    assert len({person.number for person in people}) == 24
    assert all(number_fault("01", person.number) is None for person in people)
    odd = [person for person in people if (last_digit(person.number) or 0) % 2]
    assert len(odd) == 12
    assert {person.note.en for person in people} == {"adult", "child", "foreign resident"}


def test_on_any_weekday_somebody_may_buy_and_somebody_may_not() -> None:
    from datetime import timedelta

    from core.domain.eligibility import Claim

    programme = load_programmes(None, THURSDAY.date())[MASKS]
    for days in range(7):
        today = THURSDAY.date() + timedelta(days=days)
        verdicts = {
            assess(programme, Claim("01", person.number, person.born), today=today).allowed
            for person in buyers()
        }
        assert verdicts == ({True} if today.weekday() == 6 else {True, False})


def test_names_differ() -> None:
    assert len({person_name(index) for index in range(24)}) == 24


async def test_cards_are_refused_beside_real_trust(settings: Settings, tmp_path: Path) -> None:
    trusting = replace(settings, trust=tmp_path)
    with pytest.raises(Invalid, match="real trust folder"):
        await make_demo_cards(trusting, tmp_path / "cards", 1)
    assert not (tmp_path / "cards").exists()


async def test_cards_made_later_elsewhere_open_the_same_portal(
    world: World, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "more"
    await make_demo_cards(world.settings, elsewhere, 2)
    till = await world.open_till()
    await till.log_in("pharmacist-1")
    till.cards = elsewhere
    await till.log_in("pharmacist-1")
    answer = await till.try_login("revoked-1")
    assert (await answer.json())["code"] == "CERTIFICATE_REVOKED"
    till.cards = world.cards
    answer = await till.try_login("revoked-1")
    assert (await answer.json())["code"] == "CERTIFICATE_REVOKED"


async def test_an_empty_register_still_gets_cards_that_open_nothing(tmp_path: Path) -> None:
    empty = Settings(state=tmp_path / "state")
    made = await make_demo_cards(empty, empty.cards_folder, 2)
    assert made.users == 1, "the authority's card alone"
    assert (empty.cards_folder / "pharmacist-2" / "card.json").exists()


async def test_the_tray_logs_in_through_the_same_checks(world: World) -> None:
    till = await world.open_till()
    assert (await till.post("/demo/login", {"card": "pharmacist-1"})).status == 200
    other = await world.open_till()
    for card, code in (("revoked-1", "CERTIFICATE_REVOKED"), ("../keys", "NOT_FOUND")):
        answer = await other.post("/demo/login", {"card": card})
        assert (await answer.json())["code"] == code


async def test_only_a_buyers_card_can_be_read(world: World) -> None:
    till = await world.open_till()
    await till.log_in()
    assert (await till.post("/demo/read", {"card": "nhi-1"})).status == 200
    for card in ("pharmacist-1", "nhi-99", "../cards/nhi-1", ""):
        assert (await till.post("/demo/read", {"card": card})).status == 404
