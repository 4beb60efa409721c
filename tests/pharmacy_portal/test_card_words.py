"""Every state of agent, reader and card has its sentences; no sentence is about nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pharmacy_portal
from pharmacy_portal.card_agent.outcomes import Outcome
from pharmacy_portal.words import SCRIPT_WORDS
from pharmacy_portal.words.card_states import EXPLAINED, PAGES_OWN

STATIC = Path(pharmacy_portal.__file__).parent / "static"


def test_every_code_of_the_agent_has_words_and_every_word_a_code() -> None:
    assert set(EXPLAINED) - PAGES_OWN == {outcome.value for outcome in Outcome}


def test_every_code_says_what_is_the_matter_and_what_to_do_next() -> None:
    for code in EXPLAINED:
        assert SCRIPT_WORDS[f"says_{code}"].zh
        assert SCRIPT_WORDS[f"next_{code}"].en


def test_two_states_of_a_card_never_read_the_same() -> None:
    card = [outcome for outcome in Outcome if EXPLAINED[outcome][0].zh]
    said = [EXPLAINED[outcome][0].zh for outcome in card[: card.index(Outcome.HOST)]]
    assert len(said) == len(set(said))


def test_the_pages_find_out_exactly_the_states_that_are_theirs() -> None:
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    for code in PAGES_OWN:
        assert re.search(rf'["_]{code}"', scripts), code
