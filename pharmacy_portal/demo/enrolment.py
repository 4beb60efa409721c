"""Which software cards there are, at which outlets, and who of them may log in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509

from core.actions.service_applications import list_served
from core.actions.staff_list import take_up_staff
from core.clock import system_clock
from core.domain.outlets import Outlet
from core.domain.people import AUTHORITY, PROFESSIONS
from core.errors import Invalid
from core.ports import Grant, User
from core.settings import Settings
from core.storage import open_state, prepare
from pharmacy_portal.demo.cards import REVOKED, Card, issue, open_authority, write_revocations
from pharmacy_portal.demo.people import buyers, person_name
from pharmacy_portal.demo.places import Places, choose_places
from pharmacy_portal.login.certificates import certificate_key
from pharmacy_portal.login.trust import is_demo_authority, read_certificates
from pharmacy_portal.permission_names import permissions_of

PHARMACISTS = 50
STAFF_LIST = "staff-list.csv"
AUTHORITY_NAME = "示範主管機關"
_RSA_CARDS = frozenset({"pharmacist-2", "institution-1", "government-1"})


@dataclass(frozen=True)
class Made:
    """What was made: how many cards, and how many people can log in with them."""

    cards: int
    users: int


def refuse_beside_real_trust(settings: Settings) -> None:
    """Refuse software cards wherever real ones are trusted.

    Raises:
        Invalid: a trust folder is configured, or holds the certificate of a real authority.
    """
    if settings.trust is not None:
        raise Invalid("demo: software cards are refused where a real trust folder is configured")
    for folder in (settings.trust_folder, settings.cards_folder):
        if any(not is_demo_authority(found) for found in read_certificates(folder)):
            raise Invalid(f"demo: {folder} holds the certificate of a real authority")


async def make_demo_cards(settings: Settings, folder: Path, pharmacists: int) -> Made:
    """Make software cards in a folder and enrol their holders in the state's ledger.

    Raises:
        Invalid: real cards are trusted here.
    """
    refuse_beside_real_trust(settings)
    async with open_state(settings) as state:
        places = choose_places(settings.database_path, pharmacists)
        cards = list(_cards(places, pharmacists))
        authority = open_authority(settings.cards_folder, settings.keys_folder / "demo-ca-key.pem")
        made = issue(authority, cards, folder)
        users = [user for card in cards for user in _users(card, made[card.name])]
        row: dict[str, object] = {"act": "enrol", "by": "demo", "users": len(users)}
        await state.accounts.save_users(users, row, system_clock())
        await list_served(state, _institutions(users), by="demo", now=system_clock())
        listed = _staff_list(cards, authority.certificate)
        (folder / STAFF_LIST).write_bytes(listed)
        if any(card.facts.get("listed") for card in cards):
            await take_up_staff(state, listed, by="demo", now=system_clock(), leavers_ok=True)
        # Last of all: where there is a list, the cards were made to the end.
        revoked = [made[card.name] for card in cards if card.revoked]
        write_revocations(authority, revoked, (settings.cards_folder, folder))
    return Made(len(cards), len(users))


def _institutions(users: Iterable[User]) -> list[str]:
    """Name the institutions where somebody may work: the demo's had a service before."""
    codes = {grant.institution for user in users for grant in user.grants}
    return sorted(codes - {AUTHORITY})


async def ensure_demo_cards(settings: Settings) -> None:
    """Make the cards of a demo that has outlets and no cards yet."""
    if (settings.cards_folder / REVOKED).exists() or not settings.database_path.exists():
        return
    if choose_places(prepare(settings), 1).outlets:
        await make_demo_cards(settings, settings.cards_folder, PHARMACISTS)


def _cards(places: Places, pharmacists: int) -> Iterator[Card]:
    names = (person_name(index) for index in range(100_000))
    for number in range(1, pharmacists + 1):
        place = places.outlets[(number - 1) % len(places.outlets) :][:1] if places.outlets else []
        yield _staff(f"pharmacist-{number}", "pharmacist", next(names), place)
    for name, role, place in _others(places):
        yield _staff(name, role, next(names), place)
    yield from _newcomers(places, names)
    yield _authority_card(next(names))
    for number, buyer in enumerate(buyers(), start=1):
        facts = {
            "role": "",
            "name": buyer.name,
            "number": buyer.number,
            "birth_date": buyer.born.isoformat(),
            "record": buyer.record().hex(),
            "note": {"zh": buyer.note.zh, "en": buyer.note.en},
            "permissions": [],
        }
        yield Card(f"nhi-{number}", facts)


def _others(places: Places) -> Iterator[tuple[str, str, list[Outlet]]]:
    """Yield name, role and places of one card of every other kind, at the first outlets."""
    first, centre = places.outlets[:1], places.health_centres[:1] or places.outlets[:1]
    yield "nurse-1", "nurse", centre
    yield "assistant-1", "pharmacy_assistant", first
    yield "doctor-1", "doctor", centre
    yield "citizen-1", "user", first
    yield "citizen-2", "user", places.outlets[:2]
    yield "administrator-1", "administrator", first
    yield "institution-1", "representative", first
    yield "government-1", "representative", centre
    yield "revoked-1", "pharmacist", first
    yield "expired-1", "pharmacist", first


def _newcomers(places: Places, names: Iterator[str]) -> Iterator[Card]:
    """Yield cards nobody enrolled: two that the staff list names, two that need a code."""
    first, centre = places.outlets[:1], places.health_centres[:1]
    for name, role, place in (
        ("assistant-2", "pharmacy_assistant", first),
        ("nurse-2", "nurse", centre),
        ("citizen-3", "", []),
        ("institution-2", "", []),
    ):
        card = _staff(name, role, next(names), place)
        yield replace(card, facts={**card.facts, "institutions": [], "listed": bool(place)})


def _staff_list(cards: Iterable[Card], authority: x509.Certificate) -> bytes:
    """Write the authority's list of practising staff, as `maskmap staff import` reads it."""
    issuer = hashlib.sha256(authority.subject.public_bytes()).hexdigest()
    words = {role: word for word, role in PROFESSIONS.items()}
    lines = ["醫事機構代碼,職類,姓名,憑證簽發者,憑證主體序號,狀態,離職日期"]
    for card in cards:
        if card.facts.get("listed"):
            facts, word = card.facts, words[str(card.facts["role"])]
            lines.append(
                f"{facts['institution']},{word},{facts['name']},{issuer},{card.name},在職,"
            )
    return ("\n".join(lines) + "\n").encode("utf-8-sig")


def _staff(card: str, role: str, name: str, places: list[Outlet]) -> Card:
    facts = {
        "role": role,
        "name": name,
        "institution": places[0].code if places else "",
        "institution_name": places[0].name if places else "",
        "institutions": [outlet.code for outlet in places],
        "permissions": permissions_of(role),
    }
    kind = card.partition("-")[0]
    return Card(
        card,
        facts,
        rsa=card in _RSA_CARDS,
        expired=kind == "expired",
        revoked=kind == "revoked",
    )


def _authority_card(name: str) -> Card:
    facts = {
        "role": "steward",
        "name": name,
        "institution": AUTHORITY,
        "institution_name": AUTHORITY_NAME,
        "institutions": [AUTHORITY],
        "permissions": permissions_of("steward"),
    }
    return Card("steward-1", facts)


def _users(card: Card, certificate: x509.Certificate) -> Iterator[User]:
    """Yield the user a card is enrolled for; NHI cards open nothing."""
    places = card.facts.get("institutions")
    if not isinstance(places, list) or not places:
        return
    key = certificate_key(certificate)
    role = str(card.facts["role"])
    # The key is part of the id: cards made anew do not take the place of older ones.
    yield User(
        id=f"demo-{card.name}-{key[:8]}",
        name=str(card.facts["name"]),
        certificate=key,
        grants=tuple(Grant(str(place), role) for place in places),
    )
