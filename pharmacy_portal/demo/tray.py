"""The card tray (示範): the software cards of the state folder, as the pages show them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from core.domain.access import ROLE_NAMES
from core.domain.calendar import parse_birth_date
from core.domain.identity import last_digit
from core.domain.text import Text
from core.errors import NotFound
from pharmacy_portal.demo.signing import read_facts, sign_login
from pharmacy_portal.demo.tray_agent import READER, ReadCard, TrayAgent
from pharmacy_portal.login.verification import LoginRequest

# So that a click away stands one card of each kind, and a handful of pharmacists.
SHOWN_FIRST = 8
_LOGIN_ROLES = (
    "pharmacist",
    "nurse",
    "assistant",
    "doctor",
    "citizen",
    "administrator",
    "institution",
    "government",
    "steward",
    "revoked",
    "expired",
)
_KINDS: Mapping[str, Text] = {
    "pharmacist": Text("醫事人員卡", "Medical personnel card"),
    "nurse": Text("醫事人員卡", "Medical personnel card"),
    "assistant": Text("醫事人員卡", "Medical personnel card"),
    "doctor": Text("醫事人員卡", "Medical personnel card"),
    "citizen": Text("自然人憑證", "Citizen digital certificate"),
    "administrator": Text("醫事人員卡", "Medical personnel card"),
    "institution": Text("醫事機構卡", "Medical institution card"),
    "government": Text("政府單位憑證", "Government unit certificate"),
    "steward": Text("主管機關憑證", "Authority's certificate"),
    "revoked": Text("醫事人員卡(已廢止)", "Medical personnel card (revoked)"),
    "expired": Text("醫事人員卡(已過期)", "Medical personnel card (expired)"),
}
_NOBODY = Text("尚未授權", "Not authorised yet")
_ODD, _EVEN = Text("單號", "odd"), Text("雙號", "even")


class Tray:
    """The cards in one folder; read again when cards are added."""

    def __init__(self, folder: Path, agent: TrayAgent) -> None:
        self._folder = folder
        self.agent = agent
        self._seen = 0
        self._cards: dict[str, dict[str, object]] = {}

    def staff(self, language: str) -> list[dict[str, object]]:
        """List the cards one may log in with, by role; ``first`` ones are shown at once."""
        cards = self._current()
        names = [name for role in _LOGIN_ROLES for name in cards if _role(name) == role]
        return [self._staff_card(name, cards[name], language) for name in names]

    def buyers(self, language: str) -> list[dict[str, object]]:
        """List the buyers' cards, odd and even last digits by turns."""
        cards = self._current()
        return [
            self._buyer_card(name, facts, language)
            for name, facts in cards.items()
            if _role(name) == "nhi"
        ]

    def sign(self, card: str, origin: str, challenge: str, institution: str | None) -> LoginRequest:
        """Sign a login with a card of the tray.

        Raises:
            NotFound: there is no such card.
        """
        if card not in self._current():
            raise NotFound("there is no such software card")
        return sign_login(self._folder / card, origin, challenge, institution)

    def read(self, card: str, *, origin: str, nonce: str, read_at: str) -> dict[str, object]:
        """Read a buyer's card, and answer as a card agent does.

        Raises:
            NotFound: there is no such card, or it is no NHI card.
        """
        facts = self._current().get(card)
        if facts is None or _role(card) != "nhi":
            raise NotFound("there is no such NHI card")
        record = bytes.fromhex(str(facts["record"]))
        born = parse_birth_date(record[42:49].decode("ascii"))
        assert born is not None
        read = ReadCard(record[32:42].decode("ascii"), born, hashlib.sha256(record).hexdigest())
        return {
            "name": record[12:32].rstrip(b"\0").decode("cp950"),
            "id_number": read.id_number,
            "birth_date": born.isoformat(),
            "reader": READER,
            "reading": self.agent.reading(origin, nonce, read_at, read),
        }

    def _current(self) -> dict[str, dict[str, object]]:
        changed = self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0
        if changed != self._seen:
            homes = sorted(self._folder.glob("*/card.json"), key=lambda path: _order(path.parent))
            self._cards = {home.parent.name: read_facts(home.parent) for home in homes}
            self._seen = changed
        return self._cards

    def _staff_card(
        self, name: str, facts: Mapping[str, object], language: str
    ) -> dict[str, object]:
        role = _role(name)
        granted = str(facts.get("role", ""))
        return {
            "card": name,
            "kind": _KINDS[role].in_language(language),
            "name": facts["name"],
            "role": ROLE_NAMES.get(granted, _NOBODY).in_language(language),
            "institution": facts.get("institution_name", ""),
            "code": facts.get("institution", ""),
            "first": role != "pharmacist" or _order(Path(name))[1] <= SHOWN_FIRST,
        }

    def _buyer_card(
        self, name: str, facts: Mapping[str, object], language: str
    ) -> dict[str, object]:
        digit = last_digit(str(facts["number"]))
        parity = _ODD if digit is not None and digit % 2 else _EVEN
        note = facts["note"]
        assert isinstance(note, dict)
        return {
            "card": name,
            "name": facts["name"],
            "parity": parity.in_language(language),
            "note": Text(note["zh"], note["en"]).in_language(language),
        }


def _role(name: str) -> str:
    return name.rpartition("-")[0]


def _order(home: Path) -> tuple[str, int]:
    role, _, number = home.name.rpartition("-")
    return role, int(number) if number.isdigit() else 0
