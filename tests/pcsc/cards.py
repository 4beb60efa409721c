"""Virtual cards: what lies in a virtual reader's slot and answers commands.

Made-up people; their numbers have right check digits. Each card is one way a card can be.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

NHI_APPLICATION = bytes.fromhex("D1580000010000000000000000001100")
OK = b"\x90\x00"


def make_atr(historical: bytes) -> bytes:
    """Return a plain first answer (ATR) with up to 15 bytes of the card's own."""
    assert len(historical) <= 15
    return bytes([0x3B, len(historical)]) + historical


@dataclass(frozen=True)
class Person:
    """What an NHI card says of its holder; dates are ROC ``yyyMMdd``."""

    card_number: str
    name: str
    id_number: str
    born: str
    sex: str = "M"
    issued: str = "1081201"

    def record(self, encoding: str = "cp950") -> bytes:
        """Return the card's basic record: 57 bytes."""
        text = self.card_number.encode(), self.id_number.encode(), self.born.encode()
        name = self.name.encode(encoding).ljust(20, b"\0")
        record = text[0] + name + text[1] + text[2] + (self.sex + self.issued).encode()
        assert len(record) == 57
        return record


WANG = Person("000000000018", "王小明", "A123456789", "0750314")
CHEN = Person("000000000026", "陳小寶", "F131104093", "1010520", issued="1010701")


class VirtualCard:
    """A card that knows no command."""

    atr = make_atr(b"SOME-CARD")

    def power(self, on: bool) -> None:
        """Take the current away or give it."""

    def answer(self, command: bytes) -> bytes | None:
        """Return the answer to a command; None pulls the card out, empty bytes say nothing."""
        return b"\x6d\x00"


class NhiCard(VirtualCard):
    """An NHI card. ``record`` overrides what the person's would be."""

    atr = make_atr(b"TEST-NHI-CARD")

    def __init__(self, person: Person = WANG, record: bytes | None = None) -> None:
        self.record = person.record() if record is None else record
        self._selected = False

    def power(self, on: bool) -> None:
        self._selected = False

    def answer(self, command: bytes) -> bytes | None:
        if command[:4] == b"\x00\xa4\x04\x00":
            application = command[5 : 5 + command[4]]
            self._selected = len(application) >= 15 and NHI_APPLICATION.startswith(application)
            return OK if self._selected else b"\x6a\x82"
        if command[:4] == b"\x00\xca\x11\x00":
            return self.read() if self._selected else b"\x69\x85"
        return b"\x6d\x00"

    def read(self) -> bytes | None:
        """Return the answer to the command that asks for the basic record."""
        return self.record + OK


class ForeignCard(VirtualCard):
    """A card of somebody else's: one status word to everything."""

    atr = make_atr(b"OTHER-CARD")

    def __init__(self, status_word: str = "6A82") -> None:
        self._status_word = bytes.fromhex(status_word)

    def answer(self, command: bytes) -> bytes:
        return self._status_word


class FetchedInPieces(NhiCard):
    """A T=0 card: it announces the record and wants it fetched, in two pieces."""

    def answer(self, command: bytes) -> bytes | None:
        if command[1] == 0xC0:
            piece, self._rest = self._rest[: command[4]], self._rest[command[4] :]
            return piece + (bytes([0x61, len(self._rest)]) if self._rest else OK)
        return super().answer(command)

    def read(self) -> bytes:
        self._rest = self.record
        return bytes([0x61, 40])


class WantsTheLength(NhiCard):
    """A T=0 card that asks for the command again with the exact length."""

    def answer(self, command: bytes) -> bytes | None:
        if command[1] == 0xCA and command[7:] != bytes([57]):
            return b"\x6c\x39"
        return super().answer(command)


class PulledWhileRead(NhiCard):
    """A card that is pulled out while it answers."""

    def read(self) -> None:
        return None


class MuteCard(NhiCard):
    """Upside down, or dirty: no first answer."""

    atr = b""


class RubbishCard(NhiCard):
    """A first answer that means nothing."""

    atr = b"\x00\xff\x00"


class DeadCard(NhiCard):
    """A damaged chip: powered, but no command gets an answer."""

    def answer(self, command: bytes) -> bytes:
        return b""


class OneByteCard(NhiCard):
    """Half a status word to everything."""

    def answer(self, command: bytes) -> bytes:
        return b"\x90"


class SilentCard(NhiCard):
    """A card that thinks until ``release`` is set, then is pulled out."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    def answer(self, command: bytes) -> None:
        self.release.wait(30)


class ChangingCard(NhiCard):
    """A card that is another one each time: what it answers is ``now``'s."""

    now: VirtualCard = NhiCard()

    def power(self, on: bool) -> None:
        self.now.power(on)

    def answer(self, command: bytes) -> bytes | None:
        return self.now.answer(command)
