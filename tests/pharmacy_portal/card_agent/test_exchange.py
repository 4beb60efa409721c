"""One command and its whole answer, as the T=0 protocol hands it out."""

from __future__ import annotations

import pytest

from pharmacy_portal.card_agent.exchange import Reply, exchange
from pharmacy_portal.card_agent.nhi import READ_BASIC_RECORD
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome


class Script:
    """Answers in order, and remembers what was sent."""

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.sent: list[str] = []

    def __call__(self, command: bytes) -> bytes:
        self.sent.append(command.hex())
        return self.answers.pop(0)


def ask(script: Script, command: str) -> Reply:
    return exchange(script, bytes.fromhex(command))


ANSWERS = {
    # what the card answers: (data, status word, what had to be sent after the command)
    ("9000",): ("", 0x9000, []),
    ("aabb9000",): ("aabb", 0x9000, []),
    ("6a82",): ("", 0x6A82, []),
    ("6102", "aabb9000"): ("aabb", 0x9000, ["00c0000002"]),
    ("aa6101", "bb9000"): ("aabb", 0x9000, ["00c0000001"]),
    ("6103", "aa6102", "bbcc9000"): ("aabbcc", 0x9000, ["00c0000003", "00c0000002"]),
    ("6100", "aabb9000"): ("aabb", 0x9000, ["00c0000000"]),
    ("6c02", "aabb9000"): ("aabb", 0x9000, ["00ca110002000002"]),
    ("6c02", "6102", "aabb9000"): ("aabb", 0x9000, ["00ca110002000002", "00c0000002"]),
    ("6c02", "6c03"): ("", 0x6C03, ["00ca110002000002"]),
    ("6102", "6f00"): ("", 0x6F00, ["00c0000002"]),
}


@pytest.mark.parametrize("answers", ANSWERS, ids="-".join)
def test_the_whole_answer_comes_back(answers: tuple[str, ...]) -> None:
    data, status_word, follow_ups = ANSWERS[answers]
    script = Script(*answers)
    reply = exchange(script, READ_BASIC_RECORD)
    assert (reply.data.hex(), reply.status_word) == (data, status_word)
    assert script.sent == [READ_BASIC_RECORD.hex(), *follow_ups]


@pytest.mark.parametrize(
    ("command", "repeated"),
    [
        ("00b00000", "00b0000010"),
        ("00b0000000", "00b0000010"),
        ("00ca1100020000", "00ca110002000010"),
        ("00ca110002000000", "00ca110002000010"),
    ],
)
def test_the_length_asked_for_is_added_or_takes_the_place_of_another(
    command: str, repeated: str
) -> None:
    script = Script("6c10", "9000")
    ask(script, command)
    assert script.sent == [command, repeated]


@pytest.mark.parametrize("answer", ["", "90"])
def test_less_than_a_status_word_is_a_fault_of_the_card(answer: str) -> None:
    with pytest.raises(CardFault) as fault:
        ask(Script(answer), "00b00000")
    assert fault.value.outcome is Outcome.CARD_FAULT
    assert fault.value.hresult == 0


def test_a_card_that_never_comes_to_an_end_is_given_up() -> None:
    with pytest.raises(CardFault) as fault:
        ask(Script(*["aa6101"] * 20), "00b00000")
    assert fault.value.outcome is Outcome.CARD_FAULT
