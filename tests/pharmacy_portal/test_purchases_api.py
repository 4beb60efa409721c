"""資格審核, 購買, 更正 and 最近購買紀錄 over JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.pharmacy_portal.tills import (
    API,
    Till,
    World,
    a_buyer,
    a_sale,
    an_even_number,
    an_odd_number,
)

BIRTH_SPELLINGS = ["1986-03-14", "19860314", "0750314", "075/03/14", "75/3/14"]


async def check(till: Till, **changes: Any) -> dict[str, Any]:
    answer = await till.post("/eligibility", a_buyer(**changes))
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_an_eligible_buyer_is_told_how_many_pieces(counter: Till) -> None:
    verdict = await check(counter)
    assert verdict["verdict"] == "ALLOW"
    assert verdict["allowed"] == {"adult_mask": 2, "child_mask": 0, "total": 2}
    assert verdict["reasons"] == []
    assert verdict["next_date"] is None


async def test_a_refused_buyer_is_told_why_and_from_when(counter: Till) -> None:
    verdict = await check(counter, number=an_odd_number())
    assert verdict["verdict"] == "DENY"
    assert verdict["reasons"] == ["WRONG_WEEKDAY"]
    assert verdict["allowed"]["total"] == 0
    assert verdict["next_date"] == "2020-02-07"
    assert verdict["next_date_words"] == "109/02/07 星期五"
    assert verdict["words"][0]["official"].startswith("不符購買資格")


@pytest.mark.parametrize("spelling", BIRTH_SPELLINGS)
async def test_birth_dates_are_read_in_every_spelling(counter: Till, spelling: str) -> None:
    assert (await check(counter, birth_date=spelling))["verdict"] == "ALLOW"


@pytest.mark.parametrize("spelling", ["", "1986", "19861332", "someday", "0750230"])
async def test_an_impossible_birth_date_is_a_verdict(counter: Till, spelling: str) -> None:
    verdict = await check(counter, birth_date=spelling)
    assert verdict["reasons"] == ["BIRTH_DATE_INVALID"]


async def test_words_come_in_the_language_that_was_asked_for(counter: Till) -> None:
    answer = await counter.post(
        "/eligibility", a_buyer(an_odd_number()), headers={"Accept-Language": "en"}
    )
    verdict = await answer.json()
    assert verdict["words"][0]["official"].startswith("Not eligible")
    assert verdict["next_date_words"] == "Friday 2020-02-07 (109/02/07)"


async def test_a_sale_takes_from_the_stock_and_names_the_amount(counter: Till) -> None:
    answer = await counter.sell(a_sale())
    assert answer.status == 201
    sold = await answer.json()
    assert sold["pieces"] == {"adult_mask": 2}
    assert sold["amount_ntd"] == 10
    assert sold["remaining"] == {"adult_mask": 198, "child_mask": 50}
    assert isinstance(sold["sale_id"], str)
    assert sold["sold_at"] == "2020-02-06T09:00:00+08:00"
    assert await counter.stock() == {"adult_mask": 198, "child_mask": 50}


async def test_a_second_purchase_within_seven_days_is_refused_without_saying_where(
    world: World, counter: Till
) -> None:
    await counter.sell(a_sale())
    elsewhere = await world.open_till()
    await elsewhere.log_in("pharmacist-3")
    await elsewhere.take_goods()
    answer = await elsewhere.sell(a_sale())
    assert answer.status == 409
    assert answer.content_type == "application/problem+json"
    problem = await answer.json()
    assert problem["code"] == "WITHIN_WINDOW"
    assert problem["reasons"] == ["WITHIN_WINDOW"]
    # D + 7 is a Thursday again, an even day.
    assert problem["next_date"] == "2020-02-13"
    assert problem["tell_buyer"]
    text = await answer.text()
    assert "59011" not in text
    assert "2020-02-06" not in text


async def test_a_repeat_under_one_key_sells_once_and_answers_byte_for_byte(counter: Till) -> None:
    first = await counter.sell(a_sale(), key="one")
    again = await counter.sell(a_sale(), key="one")
    assert (again.status, await again.read()) == (first.status, await first.read())
    assert (await counter.stock())["adult_mask"] == 198


async def test_formatting_does_not_make_it_another_request(counter: Till) -> None:
    await counter.sell(a_sale(), key="one")
    spaced = (
        '{ "pieces" : {"adult_mask": 2.0}, "birth_date":"0750314",'
        f' "id_number":"{an_even_number()}", "identity_type":"02" }}'
    )
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    again = await counter.client.post(f"{API}/sales", data=spaced, headers=headers)
    assert again.status == 201


async def test_the_same_key_for_something_else_is_422(counter: Till) -> None:
    await counter.sell(a_sale(), key="one")
    answer = await counter.sell(a_sale(an_even_number(1)), key="one")
    assert answer.status == 422
    assert (await answer.json())["code"] == "KEY_REUSED"
    assert (await counter.stock())["adult_mask"] == 198


async def test_a_refused_request_is_judged_anew(world: World, till: Till) -> None:
    await till.log_in()
    answer = await till.sell(a_sale(), key="one")
    assert (await answer.json())["code"] == "NO_STOCK"
    await till.take_goods()
    assert (await till.sell(a_sale(), key="one")).status == 201


@pytest.mark.parametrize("key", [None, "", "x" * 129, "ü", "a\tb"])
async def test_a_sale_needs_a_printable_key(counter: Till, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    try:
        answer = await counter.post("/sales", a_sale(), headers=headers)
    except ValueError:
        return
    assert answer.status == 400
    assert (await answer.json())["code"] == "INVALID"


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ({"adult_mask": 3}, "OVER_LIMIT"),
        ({"adult_mask": 0}, "QTY_ZERO"),
        ({}, "QTY_ZERO"),
        ({"adult_mask": -1}, "QTY_INVALID"),
        ({"adult_mask": 1.5}, "QTY_INVALID"),
        ({"adult_mask": "2"}, "QTY_INVALID"),
        ({"adult_mask": True}, "QTY_INVALID"),
        ({"adult_mask": None}, "QTY_INVALID"),
        ({"adult_mask": 10**30}, "QTY_INVALID"),
        ({"child_mask": 1}, "CHILD_MASK_AGE"),
    ],
)
async def test_wrong_numbers_are_refused_by_the_rules(
    counter: Till, pieces: dict[str, Any], code: str
) -> None:
    answer = await counter.sell(a_sale(pieces=pieces))
    assert answer.status == 409
    assert (await answer.json())["code"] == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{",
        b"\xff",
        b'{"identity_type":"01"}',
        b'{"identity_type":1,"id_number":"A123456789","birth_date":"0750314","pieces":{}}',
        b"[" * 30_000,
        b'{"pieces":' + b"[" * 30_000,
        b'{"a":' * 12_000,
    ],
)
async def test_what_is_no_sale_is_400(counter: Till, body: bytes) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await counter.client.post(f"{API}/sales", data=body, headers=headers)
    assert answer.status == 400, await answer.text()
    assert answer.content_type == "application/problem+json"
    assert "A123456789" not in await answer.text()


@pytest.mark.parametrize(
    "changes", [{"pieces": {"gloves": 1}}, {"unknown": 1}, {"id_number": "A" * 1000}]
)
async def test_unknown_products_and_fields_are_400(counter: Till, changes: Any) -> None:
    answer = await counter.sell(a_sale(**changes))
    assert answer.status == 400
    assert (await answer.json())["code"] == "INVALID"


async def test_a_body_that_is_too_large_is_413(counter: Till) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await counter.client.post(f"{API}/sales", data=b" " * 70_000, headers=headers)
    assert answer.status == 413


async def test_no_stock_no_sale_in_the_official_words(till: Till) -> None:
    await till.log_in()
    answer = await till.sell(a_sale())
    assert answer.status == 409
    problem = await answer.json()
    assert problem["code"] == "NO_STOCK"
    assert "若無庫存量將無法進行交易" in problem["title"]


async def test_a_sale_is_voided_once_and_the_stock_returns(counter: Till) -> None:
    sale = (await (await counter.sell(a_sale())).json())["sale_id"]
    answer = await counter.post(f"/sales/{sale}/void")
    assert answer.status == 200
    assert (await answer.json())["remaining"]["adult_mask"] == 200
    again = await counter.post(f"/sales/{sale}/void")
    assert again.status == 409
    assert (await again.json())["code"] == "ALREADY_DONE"
    assert (await counter.sell(a_sale())).status == 201


async def test_another_outlets_sale_is_not_found(world: World, counter: Till) -> None:
    sale = (await (await counter.sell(a_sale())).json())["sale_id"]
    elsewhere = await world.open_till()
    await elsewhere.log_in("pharmacist-3")
    theirs = await elsewhere.post(f"/sales/{sale}/void")
    missing = await elsewhere.post("/sales/987654/void")
    assert (theirs.status, missing.status) == (404, 404)
    one, two = await theirs.json(), await missing.json()
    assert {**one, "instance": ""} == {**two, "instance": ""}
    assert (await counter.stock())["adult_mask"] == 198


@pytest.mark.parametrize("sale", ["0", "-1", "x", "1e3", "9" * 40, "%2e%2e"])
async def test_what_is_no_id_is_not_found(counter: Till, sale: str) -> None:
    assert (await counter.post(f"/sales/{sale}/void")).status == 404


async def test_a_sale_of_yesterday_cannot_be_voided(world: World, counter: Till) -> None:
    sale = (await (await counter.sell(a_sale())).json())["sale_id"]
    world.clock.pass_by(days=1)
    await counter.log_in()
    answer = await counter.post(f"/sales/{sale}/void")
    assert answer.status == 409
    assert (await answer.json())["code"] == "NOT_PERMITTED"


async def test_recent_purchases_are_masked_and_of_this_outlet_today(
    world: World, counter: Till
) -> None:
    await counter.sell(a_sale())
    elsewhere = await world.open_till()
    await elsewhere.log_in("pharmacist-3")
    sales = (await (await counter.get(f"{API}/sales/recent")).json())["sales"]
    assert len(sales) == 1
    number = an_even_number()
    assert sales[0]["masked_number"] == f"{number[:2]}******{number[-2:]}"
    assert sales[0]["sold_at_roc"] == "109/02/06 09:00"
    assert sales[0]["pieces"] == {"adult_mask": 2, "child_mask": 0}
    others = (await (await elsewhere.get(f"{API}/sales/recent")).json())["sales"]
    assert others == []


async def test_one_person_at_eight_tills_at_once_buys_once(world: World) -> None:
    tills = [await world.open_till() for _ in range(6)]
    for number, till in enumerate(tills, start=1):
        await till.log_in(f"pharmacist-{number}")
        await till.take_goods()
    answers = await asyncio.gather(
        *(till.sell(a_sale(), key=f"k{n}") for n, till in enumerate(tills * 2))
    )
    assert sorted(answer.status for answer in answers) == [201] + [409] * 11


async def test_two_tills_and_the_last_two_masks_sell_once(world: World) -> None:
    tills = [await world.open_till() for _ in range(2)]
    for till in tills:
        await till.log_in()
    await tills[0].post(
        "/intakes", {"pieces": {"adult_mask": 2}}, headers={"Idempotency-Key": "goods"}
    )
    answers = await asyncio.gather(
        *(till.sell(a_sale(an_even_number(n)), key=f"k{n}") for n, till in enumerate(tills))
    )
    assert sorted(answer.status for answer in answers) == [201, 409]
    assert (await tills[0].stock())["adult_mask"] == 0


async def test_a_client_that_hangs_up_after_the_commit_finds_its_sale_again(
    world: World, counter: Till
) -> None:
    cookie = counter.cookie()
    body = (
        f'{{"identity_type":"02","id_number":"{an_even_number()}","birth_date":"0750314",'
        '"pieces":{"adult_mask":2}}'
    ).encode()
    host = f"{world.server.host}:{world.server.port}"
    head = (
        f"POST {API}/sales HTTP/1.1\r\nHost: {host}\r\nCookie: maskmap_session={cookie}\r\n"
        f"Idempotency-Key: lost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    _, writer = await asyncio.open_connection(world.server.host, world.server.port)
    writer.write(head + body)
    await writer.drain()
    writer.close()
    answer = await counter.sell(a_sale(), key="lost")
    assert answer.status == 201
    assert (await counter.stock())["adult_mask"] == 198
    sales = (await (await counter.get(f"{API}/sales/recent")).json())["sales"]
    assert len(sales) == 1


async def test_only_checks_count_against_the_look_up_budget(counter: Till) -> None:
    for _ in range(60):
        assert (await counter.post("/eligibility", a_buyer())).status == 200
    answer = await counter.post("/eligibility", a_buyer())
    assert answer.status == 429
    assert (await answer.json())["code"] == "RATE_LIMITED"
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await counter.sell(a_sale())).status == 201


async def test_the_budget_is_the_users_not_the_outlets(world: World, counter: Till) -> None:
    for _ in range(61):
        await counter.post("/eligibility", a_buyer())
    other = await world.open_till()
    await other.log_in("citizen-1")
    assert (await other.post("/eligibility", a_buyer())).status == 200
