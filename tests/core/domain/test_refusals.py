import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.eligibility import CHECK_REASONS, PURCHASE_REASONS
from core.domain.refusals import REFUSALS

ROOT = Path(__file__).resolve().parents[3]
# The public site refuses no buyer and no pharmacist: its codes are about data, in its own words.
PACKAGES = ("core", "pharmacy_portal", "publisher")
CODE = re.compile(r"[A-Z]+(_[A-Z]+)*")
PUBLISHED = (
    "NO_STOCK",
    "ALREADY_DONE",
    "BELOW_ZERO",
    "CONFIRMATION_NEEDED",
    "KEY_REUSED",
    "NOT_PERMITTED",
    "NOT_FOUND",
    "RATE_LIMITED",
    "CARD_READING_REQUIRED",
    "UNAVAILABLE",
)

COMMUNITY = ROOT / "core" / "community"


def codes_raised(tree: ast.AST) -> Iterator[str]:
    """Yield constants that become the code of an error: keyword, class's own, reason."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="code", value=value):
                yield from constants(value)
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                yield from constants(value)
            case ast.Call(func=ast.Name(id="Refused"), args=[ast.Tuple() | ast.List() as reasons]):
                yield from constants(reasons)


def constants(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Constant(value=str(text)) if CODE.fullmatch(text):
                yield text


def test_every_code_raised_anywhere_has_words():
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if COMMUNITY in path.parents:  # Raised on the public site only, in its own words.
                continue
            for code in codes_raised(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(code, str(path.relative_to(ROOT)))
    assert {"NO_STOCK", "KEY_REUSED", "NOT_FOUND", "ALREADY_DONE"} <= found.keys()
    assert {code: path for code, path in found.items() if code not in REFUSALS} == {}


def test_the_search_finds_codes_however_they_are_written():
    source = (
        'class A(E):\n    code = "ONE"\n'
        'raise Refused(("TWO" if x else "THREE",), next_date=None)\n'
        'raise Refused(["FOUR"])\nraise Conflict("No", code="FIVE")\nother = "SIX"\n'
    )
    assert set(codes_raised(ast.parse(source))) == {"ONE", "TWO", "THREE", "FOUR", "FIVE"}


@pytest.mark.parametrize("code", [*CHECK_REASONS, *PURCHASE_REASONS, *PUBLISHED])
def test_every_published_code_has_words(code):
    assert code in REFUSALS


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_speaks_both_languages_and_says_what_to_do_next(code):
    refusal = REFUSALS[code]
    for text in (refusal.official, refusal.tell_buyer):
        assert text.zh[-1] in "。！？"
        assert re.search(r"[一-鿿]", text.zh)
        assert text.en[-1] in ".!?"
        assert len(text.zh) > 5 and len(text.en) > 15
    assert refusal.official != refusal.tell_buyer
    assert len(refusal.tell_buyer.en) < 170


def test_the_official_words_are_used_where_there_are_any():
    for code in ("WRONG_WEEKDAY", "WITHIN_WINDOW", "PARITY_UNDETERMINED"):
        assert REFUSALS[code].official.zh.startswith("不符購買資格")
        assert "下次購買起日" in REFUSALS["WRONG_WEEKDAY"].tell_buyer.zh
    assert REFUSALS["NO_STOCK"].official.zh.endswith(
        "確認今日口罩是否到貨？若無庫存量將無法進行交易！"
    )
    assert REFUSALS["OVER_LIMIT"].official.zh == "每次購買總片數不得超過規定上限。"


def test_no_refusal_names_a_number_that_a_block_may_change():
    for code in ("WITHIN_WINDOW", "OVER_LIMIT", "CHILD_MASK_AGE", "NO_STOCK"):
        refusal = REFUSALS[code]
        assert not re.search(r"\d", refusal.official.en + refusal.tell_buyer.zh)
