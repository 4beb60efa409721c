"""Eligibility cases from a CSV file: read strictly, judge, write.

Columns are found by name; others are ignored. ``case_id, now, identity_type, id_number,
birth_date`` must be there. ``history_json``, ``req_adult``, ``req_child`` and ``policy`` may be
absent: no history; only the check (資格審核) is made; the rules of the day apply.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from core.domain.calendar import parse_gregorian_day, taipei_day
from core.domain.eligibility import Claim, Purchase, Verdict, assess
from core.domain.identity import normalise_number
from core.domain.programme import Programme
from core.errors import Invalid

NEEDED = ("case_id", "now", "identity_type", "id_number", "birth_date")
ANSWER = ("case_id", "verdict", "stage", "reasons", "next_eligible_date", "max_qty")
_ADULT, _CHILD = "adult_mask", "child_mask"
_PRODUCT_OF_COLUMN = {"req_adult": _ADULT, "req_child": _CHILD}
_PRODUCT_OF_KEY = {"a": _ADULT, "c": _CHILD}
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_TRUE = ("true", "1")
_FAULTS_SHOWN = 20

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Case:
    """One row. ``pieces`` is None where the file asks for the check only."""

    case_id: str
    line: int
    claim: Claim
    today: date
    history: tuple[Purchase, ...]
    pieces: Mapping[str, int | None] | None
    policy: date | None


def read_cases(lines: Iterable[str]) -> list[Case]:
    """Read all cases, or none.

    Raises:
        Invalid: naming every row that cannot be understood, and why.
    """
    reader = csv.DictReader(lines)
    cases: list[Case] = []
    faults: list[str] = []
    try:
        _require(reader.fieldnames or ())
        for row in reader:
            try:
                cases.append(_case(row, reader.line_num))
            except ValueError as error:
                faults.append(f"line {reader.line_num} (case {row.get('case_id')}): {error}")
    except csv.Error as error:
        faults.append(f"line {reader.line_num}: {error}")
    if faults:
        raise Invalid("\n".join(("nothing was judged:", *_few(faults))))
    return cases


def _few(faults: list[str]) -> list[str]:
    more = len(faults) - _FAULTS_SHOWN
    return [*faults[:_FAULTS_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def judge(
    cases: Iterable[Case], programme: Programme, rules_of: date | None = None
) -> Iterator[dict[str, object]]:
    """Yield one answer for each case, with ``reasons`` as a list and ``max_qty`` in pieces.

    A ``policy`` pins the block in force on its date; ``rules_of`` does where there is none.

    Raises:
        Invalid: a policy lies before the first block.
    """
    usual = programme.pinned_to(rules_of) if rules_of else programme
    pinned: dict[date | None, Programme] = {None: usual}
    for case in cases:
        if case.policy not in pinned:
            assert case.policy is not None
            pinned[case.policy] = _pin(programme, case)
        verdict = assess(
            pinned[case.policy],
            case.claim,
            today=case.today,
            history=case.history,
            pieces=case.pieces,
        )
        yield _answer(case, verdict)


def csv_row(answer: Mapping[str, object]) -> list[object]:
    """Lay an answer out as the columns of ``ANSWER``."""
    reasons = answer["reasons"]
    assert isinstance(reasons, list)
    return [{**answer, "reasons": "|".join(reasons)}[name] for name in ANSWER]


def _pin(programme: Programme, case: Case) -> Programme:
    assert case.policy is not None
    try:
        return programme.pinned_to(case.policy)
    except Invalid as error:
        raise Invalid(f"line {case.line} (case {case.case_id}): policy: {error}") from None


def _answer(case: Case, verdict: Verdict) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "verdict": "ALLOW" if verdict.allowed else "DENY",
        # Without quantities nothing but the check was made.
        "stage": verdict.stage if case.pieces is not None else "audit",
        "reasons": list(verdict.reasons),
        "next_eligible_date": verdict.next_date.isoformat() if verdict.next_date else None,
        "max_qty": verdict.allowance.total,
    }


def _require(columns: Iterable[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise Invalid(f"the heading lacks the columns {', '.join(missing)}")


def _case(row: dict[str | None, str | None], line: int) -> Case:
    """Understand one row.

    Raises:
        ValueError: saying which field is at fault.
    """
    if None in row:
        raise ValueError("the row has more fields than the heading")
    text = {name: (value or "").strip() for name, value in row.items() if name is not None}
    number, born = text["id_number"], parse_gregorian_day(text["birth_date"])
    return Case(
        case_id=text["case_id"],
        line=line,
        claim=Claim(text["identity_type"], number, born),
        today=_field("now", text["now"], _day_of_instant),
        history=_field("history_json", text.get("history_json", ""), _history),
        pieces=_pieces(text),
        policy=_field("policy", text.get("policy", ""), _policy),
    )


def _field(name: str, text: str, read: Callable[[str], Value]) -> Value:
    try:
        return read(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: {error}") from None


def _day_of_instant(text: str) -> date:
    return taipei_day(datetime.fromisoformat(text))


def _policy(text: str) -> date | None:
    if not text:
        return None
    if not re.fullmatch(r"v[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is not of the form vYYYY-MM-DD")
    return date.fromisoformat(text[1:])


def _pieces(text: Mapping[str, str]) -> dict[str, int | None] | None:
    """Return the quantities asked for: None = not a whole number, an empty field = 0."""
    asked = {column: text[column] for column in _PRODUCT_OF_COLUMN if column in text}
    if not asked:
        return None
    return {_PRODUCT_OF_COLUMN[column]: _whole(value) for column, value in asked.items()}


def _whole(text: str) -> int | None:
    narrow = normalise_number(text) or "0"
    return int(narrow) if _WHOLE.fullmatch(narrow) else None


def _history(text: str) -> tuple[Purchase, ...]:
    items = json.loads(text) if text else []
    if not isinstance(items, list):
        raise ValueError("it is not a list")
    purchases = (_purchase(item, number) for number, item in enumerate(items, start=1))
    return tuple(purchase for purchase in purchases if not purchase.void)


def _purchase(item: object, number: int) -> Purchase:
    """Understand one earlier purchase; of a voided one nothing else matters."""
    if not isinstance(item, dict):
        raise ValueError(f"purchase {number} is not an object")
    if str(item.get("void", "")).strip().lower() in _TRUE:
        return Purchase(date.min, {}, void=True)
    try:
        pieces = {product: _count(item.get(key)) for key, product in _PRODUCT_OF_KEY.items()}
        return Purchase(_bought_on(item), pieces)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"purchase {number}: {error}") from None


def _bought_on(item: Mapping[str, object]) -> date:
    """Return the Taipei day of a purchase: ``d``, else the day of the instant ``at``."""
    if item.get("d"):
        return date.fromisoformat(str(item["d"]))
    if item.get("at"):
        return _day_of_instant(str(item["at"]))
    raise ValueError("it has neither a day `d` nor an instant `at`")


def _count(value: object) -> int:
    """Read a number of pieces bought; an absent one is 0."""
    text = "0" if value is None else str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit():
        raise ValueError(f"{value!r} is not a number of pieces")
    return int(text)
