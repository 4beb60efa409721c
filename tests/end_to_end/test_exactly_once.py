"""Two tills, eight tills, double clicks, lost connections: exactly one each."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.driving import ADULT, CHILD, Answer, Buyer, Demo, Till, a_buyer, poll

pytestmark = pytest.mark.e2e

ROUNDS = 5
T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Do several things at the same moment."""
    start = Barrier(len(acts))

    def act(what: Callable[[], T]) -> T:
        start.wait()
        return what()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def statuses(answers: Sequence[Answer]) -> Counter[tuple[int, str]]:
    """Count the answers by status and code."""
    return Counter((a.status, a.json.get("code", "")) for a in answers)


def leave(till: Till, adult: int) -> None:
    """Bring an outlet's adult masks to a number."""
    change = adult - till.stock()[ADULT]
    if change:
        answer = till.correct(**{ADULT: change})
        assert answer.status == 201, answer.text


def test_two_tills_sell_the_last_two_masks_to_one_buyer_only(demo):
    tills = [demo.till(10), demo.till(10)]
    for turn in range(ROUNDS):
        leave(tills[0], 2)
        sales = [partial(till.sell, a_buyer(), f"last-{turn}-{n}") for n, till in enumerate(tills)]
        assert statuses(at_once(sales)) == {(201, ""): 1, (409, "NO_STOCK"): 1}
        assert tills[0].stock()[ADULT] == 0


def test_one_person_at_eight_tills_buys_once(demo):
    tills = [demo.till(number) for number in range(11, 19)]
    for turn in range(ROUNDS):
        buyer = a_buyer()
        sales = [partial(till.sell, buyer, f"eight-{turn}") for till in tills]
        assert statuses(at_once(sales)) == {(201, ""): 1, (409, "WITHIN_WINDOW"): 7}


def test_one_request_sent_eight_times_at_once_is_one_sale_and_one_answer(demo):
    till, buyer = demo.till(19), a_buyer()
    before = till.stock()
    answers = at_once([partial(till.sell, buyer, "the same key")] * 8)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert till.stock()[ADULT] == before[ADULT] - 2
    other = till.sell(a_buyer(), "the same key")
    assert (other.status, other.json["code"]) == (422, "KEY_REUSED")


def test_a_double_click_takes_the_days_goods_once(demo):
    tills = [demo.till(20), demo.till(20)]
    before = tills[0].stock()
    clicks = [partial(till.ask, "POST", "/intakes/automatic", {}) for till in tills * 4]
    assert statuses(at_once(clicks)) == {(201, ""): 1, (409, "ALREADY_DONE"): 7}
    assert tills[0].stock() == {ADULT: before[ADULT] + 200, CHILD: before[CHILD] + 50}


def test_a_client_that_goes_away_after_the_commit_gets_the_same_sale_when_it_comes_back(demo):
    till, buyer = demo.till(21), a_buyer()
    before = till.stock()[ADULT]
    connection = send_and_do_not_listen(demo, till, buyer, "gone")
    poll(lambda: till.stock()[ADULT] == before - 2)
    connection.close()
    first, again = till.sell(buyer, "gone"), till.sell(buyer, "gone")
    assert first.status == again.status == 201
    assert first.body == again.body
    assert till.stock()[ADULT] == before - 2
    sales = till.ask("GET", "/sales/recent").json["sales"]
    assert [sale["sale_id"] for sale in sales] == [first.json["sale_id"]]


def test_clients_that_hang_up_at_once_leave_no_sale_twice(demo):
    till = demo.till(22)
    before = till.stock()[ADULT]
    buyers = [a_buyer() for _ in range(10)]
    for n, buyer in enumerate(buyers):
        send_and_do_not_listen(demo, till, buyer, f"hang-up-{n}").close()
    answers = [till.sell(buyer, f"hang-up-{n}") for n, buyer in enumerate(buyers)]
    assert {answer.status for answer in answers} == {201}
    assert till.stock()[ADULT] == before - 2 * len(buyers)


def send_and_do_not_listen(demo: Demo, till: Till, buyer: Buyer, key: str) -> socket.socket:
    """Send a whole sale, and leave the answer where it is."""
    address = urlsplit(demo.portal)
    body = json.dumps(buyer.document(pieces={ADULT: 2})).encode()
    head = (
        f"POST /api/v1/sales HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {till.cookie}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection((address.hostname, address.port))
    connection.sendall(head.encode() + body)
    return connection
