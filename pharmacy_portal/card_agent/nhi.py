"""The NHI card's basic record: how it is asked for and what its 57 bytes mean.

The record is read without a PIN and is not signed: it names a person, it does not prove a card.

Source: seven public readers of the card agree on the two commands, four on the fields:
card number 0–11, name 12–31, number 32–41, birth 42–48, sex 49, issued 50–56.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from core.domain.calendar import ROC_OFFSET_YEARS
from pharmacy_portal.card_agent.exchange import OK, Transmit, exchange
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

SELECT = bytes.fromhex("00A4040010D1580000010000000000000000001100")
READ_BASIC_RECORD = bytes.fromhex("00CA1100020000")
RECORD_BYTES = 57

_CARD_NUMBER = re.compile(rb"[0-9]{12}")
# The shape of a national or resident number. Whether its check digit holds is the portal's rule.
_ID_NUMBER = re.compile(rb"[A-Z][A-D1289][0-9]{8}")
_ROC_DAY = re.compile(rb"([0-9]{3})([0-9]{2})([0-9]{2})")
# One character of the Big5 family: two bytes, or one.
_CHARACTER = re.compile(rb"[\x81-\xfe].|.", re.DOTALL)
_SEXES = (b"M", b"F")


@dataclass(frozen=True, repr=False)
class NhiRecord:
    """A person as an NHI card names them. It has no repr, so that no log can show it.

    ``name`` is for the eye only, never a key: see ``decode_name``.
    """

    card_number: str
    name: str
    id_number: str
    born: date
    sex: str
    issued: date
    sha256: str


def read_record(transmit: Transmit) -> NhiRecord:
    """Select the NHI application, ask for the basic record and return it.

    Raises:
        CardFault: ``not_nhi_card``, ``bad_data``, or what the exchange raises.
    """
    selected = exchange(transmit, SELECT)
    if selected.status_word != OK:
        raise CardFault(Outcome.NOT_NHI_CARD, detail=f"0x{selected.status_word:04x}")
    reply = exchange(transmit, READ_BASIC_RECORD)
    if reply.status_word != OK:
        raise CardFault(Outcome.BAD_DATA, detail=f"0x{reply.status_word:04x}")
    return parse_record(reply.data)


def parse_record(record: bytes) -> NhiRecord:
    """Return the person in a basic record; every field but the name is checked strictly.

    Raises:
        CardFault: ``bad_data``, without a word of what the card said.
    """
    if len(record) != RECORD_BYTES:
        raise CardFault(Outcome.BAD_DATA)
    sex = record[49:50]
    if sex not in _SEXES:
        raise CardFault(Outcome.BAD_DATA)
    return NhiRecord(
        card_number=_text(_CARD_NUMBER, record[0:12]),
        name=decode_name(record[12:32]),
        id_number=_text(_ID_NUMBER, record[32:42]),
        born=roc_day(record[42:49]),
        sex=sex.decode("ascii"),
        issued=roc_day(record[50:57]),
        sha256=hashlib.sha256(record).hexdigest(),
    )


def decode_name(field: bytes) -> str:
    """Return the name in a Big5 field, padded with NULs, for display only.

    Real names hold characters that only the Hong Kong extension has, and others at code points
    that Taiwanese systems use for characters of their own; so the result may be incomplete or, in
    a rare character, wrong. A name must not stop a sale: what cannot be read shows as U+FFFD.
    """
    raw = field.split(b"\0", 1)[0]
    name = _decode_big5(raw).strip()
    return "".join("\ufffd" if unicodedata.category(char)[0] == "C" else char for char in name)


def _decode_big5(raw: bytes) -> str:
    for encoding in ("cp950", "big5hkscs"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "".join(_decode_character(pair) for pair in _CHARACTER.findall(raw))


def _decode_character(pair: bytes) -> str:
    # Python's own replacement would leave the second byte behind as a letter.
    try:
        return pair.decode("cp950")
    except UnicodeDecodeError:
        return "\ufffd"


def roc_day(field: bytes) -> date:
    """Return the day that seven digits name: year of the Republic (1 is 1912), month, day.

    Raises:
        CardFault: ``bad_data`` when the calendar has no such day.
    """
    match = _ROC_DAY.fullmatch(field)
    if not match or int(match[1]) == 0:
        raise CardFault(Outcome.BAD_DATA)
    try:
        return date(ROC_OFFSET_YEARS + int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        # The calendar's own message would quote the field.
        raise CardFault(Outcome.BAD_DATA) from None


def _text(shape: re.Pattern[bytes], field: bytes) -> str:
    if not shape.fullmatch(field):
        raise CardFault(Outcome.BAD_DATA)
    return field.decode("ascii")
