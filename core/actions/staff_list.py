"""The authority's list of practising staff (職登): read whole, or refused whole.

Who is on it is authorised at the first login with his own card; who is no longer on it, at an
institution that the list names, loses that at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.actions.invitations import PeopleState
from core.domain.calendar import parse_birth_date, taipei_day
from core.domain.outlets import valid_code
from core.domain.people import PROFESSIONS, StaffMember, has_left, staff_key
from core.errors import Conflict, Invalid, MaskmapError
from core.ports import StaffChanges

ENCODINGS = ("utf-8-sig", "cp950", "big5hkscs")
FAULTS_SHOWN = 20
# A list that was cut off in the middle looks like a day on which many left.
LEAVERS_WITHOUT_QUESTION = 10
LARGEST_SHARE_OF_LEAVERS = 1 / 5
_COLUMNS = {
    "institution_code": ("institution_code", "醫事機構代碼"),
    "profession": ("profession", "職類"),
    "name": ("name", "姓名"),
    "card_issuer": ("card_issuer", "憑證簽發者"),
    "card_serial": ("card_serial", "憑證主體序號"),
    "status": ("status", "狀態"),
    "left_on": ("left_on", "離職日期"),
}
_NEEDED = frozenset({"institution_code", "profession", "name", "card_serial"})
_ROLES = dict(PROFESSIONS) | {role: role for role in PROFESSIONS.values()}
_WORKING = frozenset({"", "active", "在職", "執業"})
_GONE = frozenset({"left", "離職", "歇業", "停業"})
_ISSUER = re.compile(r"[0-9a-f]{64}")
_SERIAL = re.compile(r"[0-9A-Za-z._:-]{1,64}")


@dataclass(frozen=True, slots=True)
class StaffList:
    """A list that was read: who works, the institutions it names, and how many had left."""

    members: Sequence[StaffMember]
    marked_left: int


async def take_up_staff(
    state: PeopleState, body: bytes, *, by: str, now: datetime, leavers_ok: bool = False
) -> StaffChanges:
    """Take up a staff list; a damaged one is refused whole and nothing is written.

    Raises:
        Invalid: naming each faulty line with its reason.
        Conflict: ``MANY_LEAVERS``: suspiciously many would leave; ``leavers_ok`` says they do.
    """
    found = read_staff_list(body, taipei_day(now))

    def check(known: Sequence[StaffMember], left: Sequence[StaffMember]) -> MaskmapError | None:
        many = max(LEAVERS_WITHOUT_QUESTION, len(known) * LARGEST_SHARE_OF_LEAVERS)
        if leavers_ok or len(left) <= many:
            return None
        message = f"{len(left)} of {len(known)} would leave: is the list whole?"
        return Conflict(message, code="MANY_LEAVERS")

    row: dict[str, object] = {"act": "staff_list", "by": by, "listed": len(found.members)}
    return await state.people.save_staff(found.members, check, row, now)


def read_staff_list(body: bytes, today: date) -> StaffList:
    """Read a CSV file of staff.

    Somebody who left stands in the list no more, but his institution is still named by it.

    Raises:
        Invalid: the file is damaged; the message names lines and reasons.
    """
    lines = list(_rows(_decoded(body)))
    faults: list[str] = []
    members: dict[tuple[str, str, str, str], StaffMember] = {}
    left = 0
    for number, row in lines:
        try:
            member, gone = _member(row, today)
        except ValueError as fault:
            faults.append(f"line {number}: {fault}")
            continue
        if staff_key(member) in members:
            faults.append(f"line {number}: this card stands in the list twice at the institution")
        if gone:
            left += 1
            # Keeps the institution among those that the list names.
            member = StaffMember(member.institution, "", "", "")
        members[staff_key(member)] = member
    if faults:
        shown = "\n".join(faults[:FAULTS_SHOWN])
        raise Invalid(f"the staff list has {len(faults)} faulty lines; nothing was taken\n{shown}")
    if not lines:
        raise Invalid("the staff list has no lines below its heading; nothing was taken")
    return StaffList(list(members.values()), left)


def _decoded(body: bytes) -> str:
    if b"\0" in body:
        raise Invalid("the file holds NUL bytes: it is damaged, or no CSV file")
    for encoding in ENCODINGS:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("the file is neither UTF-8 nor Big5: it is damaged")


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _names(next(reader, []))
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                count = f"{len(cells)} cells instead of {len(names)}"
                raise Invalid(f"line {reader.line_num}: {count}; nothing was taken")
            yield reader.line_num, dict(zip(names, map(str.strip, cells), strict=True))
    except csv.Error as fault:
        raise Invalid(f"line {reader.line_num}: {fault}; nothing was taken") from None


def _names(heading: Sequence[str]) -> list[str]:
    known = {word: name for name, words in _COLUMNS.items() for word in words}
    names = [known.get(cell.strip(), cell.strip()) for cell in heading]
    missing = sorted(_NEEDED - set(names))
    if missing or len(set(names)) != len(names):
        raise Invalid(f"line 1: the heading needs the columns {', '.join(_COLUMNS)}")
    return names


def _member(row: dict[str, str], today: date) -> tuple[StaffMember, bool]:
    """Read one line; tell whether its person has left."""
    code, issuer, serial = row["institution_code"], row.get("card_issuer", ""), row["card_serial"]
    if not valid_code(code):
        raise ValueError("not a medical institution code")
    if row["profession"] not in _ROLES:
        raise ValueError(f"profession must be one of {', '.join(PROFESSIONS)}")
    if not row["name"]:
        raise ValueError("the name is missing")
    if not _SERIAL.fullmatch(serial):
        raise ValueError("the card's subject serial is missing or malformed")
    if issuer and not _ISSUER.fullmatch(issuer.lower()):
        raise ValueError("the card's issuer must be empty or 64 hexadecimal digits")
    role = _ROLES[row["profession"]]
    member = StaffMember(code, role, row["name"], serial, issuer.lower())
    return member, _gone(row, today)


def _gone(row: dict[str, str], today: date) -> bool:
    status, day = row.get("status", "").lower(), row.get("left_on", "")
    if status not in _WORKING | _GONE:
        raise ValueError("the status is unknown")
    left_on = parse_birth_date(day) if day else None
    if day and left_on is None:
        raise ValueError("the day of leaving is no date")
    return status in _GONE or has_left(left_on, today)
