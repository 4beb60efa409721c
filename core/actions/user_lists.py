"""機構使用者整批新增: a CSV list of users to invite, read whole or refused whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from core.actions.desk import free_text
from core.actions.invitations import LONGEST_NAME, Wish
from core.actions.users import MOST_AT_ONCE, USER_ROLE, chosen
from core.domain.access import SERVICE_NAMES, SERVICES
from core.errors import Invalid

TEMPLATE = "姓名,服務\n王小明,購買、進貨登錄\n陳大文,購買\n"
_NAMES = ("姓名", "name")
_SERVICES = ("服務", "services")
_SEPARATORS = re.compile(r"[、;；|\s]+")
_BY_WORD = {text.zh: name for name, text in SERVICE_NAMES.items()} | {
    text.en.lower(): name for name, text in SERVICE_NAMES.items()
}


def read_user_list(text: str) -> list[Wish]:
    """Read users to invite; an empty cell of services stands for all of them.

    Raises:
        Invalid: naming every faulty line with its reason; nothing is taken.
    """
    wishes, faults = [], []
    for line, cells in _lines(text):
        try:
            wishes.append(_wish(cells))
        except Invalid as fault:
            faults.append(f"line {line}: {fault}")
    if faults:
        raise Invalid("nothing was taken\n" + "\n".join(faults))
    if not 0 < len(wishes) <= MOST_AT_ONCE:
        raise Invalid(f"the list must name between 1 and {MOST_AT_ONCE} users")
    return wishes


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        heading = [cell.strip().lower() for cell in next(reader, [])]
        if len(heading) != 2 or heading[0] not in _NAMES or heading[1] not in _SERVICES:
            raise Invalid("line 1: the heading must be 姓名,服務 (or name,services)")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(heading):
                raise Invalid(f"line {reader.line_num}: {len(cells)} cells instead of 2")
            yield reader.line_num, {"name": cells[0].strip(), "services": cells[1].strip()}
    except csv.Error as fault:
        raise Invalid(f"line {reader.line_num}: {fault}") from None


def _wish(cells: dict[str, str]) -> Wish:
    name = free_text(cells["name"], LONGEST_NAME)
    if not name:
        raise Invalid("the name is missing")
    # 號碼牌/售完 and "Tickets and sold out" hold separators: whole cells are looked up first.
    words = [cells["services"]]
    if words[0].lower() not in _BY_WORD:
        words = [word for word in _SEPARATORS.split(cells["services"]) if word]
    named = [_BY_WORD.get(word.lower(), word) for word in words if word] or list(SERVICES)
    return Wish(USER_ROLE, name, chosen(named))
