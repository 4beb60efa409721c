"""After a day of traffic and errors no marked number or birth date is found anywhere at rest."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from core.clock import system_clock
from core.domain.calendar import rfc3339
from core.settings import Settings
from pharmacy_portal.demo.tray_agent import ReadCard, load_tray_agent
from tests.builders import a_number
from tests.end_to_end.driving import (
    ADULT,
    CHILD,
    Buyer,
    Demo,
    Lost,
    Till,
    last_digit_of,
    send,
    taipei_today,
)

pytestmark = pytest.mark.e2e

CARD = 45
BIRTH_DATES = (date(1973, 11, 7), date(1946, 8, 19), date(2013, 12, 28))
# Every marked number begins so.
MARK = "W1070"
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True)
class Marked:
    """Somebody whose number and birth date must be found nowhere."""

    number: str
    born: date

    def buyer(self, identity_type: str = "02", born: str = "") -> Buyer:
        return Buyer(self.number, born or self.born.isoformat(), identity_type)


def marked_people() -> Iterator[Marked]:
    """Yield people without end, all of them able to buy today."""
    for serial, born in zip(itertools.count(70_000), itertools.cycle(BIRTH_DATES), strict=False):
        number = a_number(serial, letter="W", last=last_digit_of(taipei_today()))
        assert number.startswith(MARK)
        yield Marked(number, born)


def spellings_of(born: date) -> set[str]:
    """Return every way in which a birth date could have been written down."""
    roc = born.year - 1911
    return {
        f"{born:%Y-%m-%d}",
        f"{born:%Y%m%d}",
        f"{born:%Y/%m/%d}",
        f"{roc:03d}{born:%m%d}",
        f"{roc:03d}/{born:%m/%d}",
        f"{roc}/{born:%m/%d}",
        f"{roc}年{born.month}月{born.day}日",
    }


def needles() -> set[bytes]:
    """Return what must be found nowhere: how all marked numbers begin, and the birth dates."""
    plain = {MARK, MARK.lower()}.union(*map(spellings_of, BIRTH_DATES))
    full_width = {wide(text) for text in plain}
    escaped = {json.dumps(text)[1:-1] for text in full_width}
    quoted = {quote(text) for text in full_width}
    return {text.encode() for text in plain | full_width | escaped | quoted}


def wide(text: str) -> str:
    return text.translate(_FULL_WIDTH)


class Traffic:
    """A day of everything that can be sent, each thing with somebody's marked number in it."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.till: Till = demo.till(CARD)
        self.people: list[Marked] = []
        self._fresh = marked_people()

    def somebody(self) -> Marked:
        self.people.append(next(self._fresh))
        return self.people[-1]

    def run(self) -> None:
        """Send all of it."""
        for part in (
            self.sales,
            self.refusals,
            self.spellings,
            self.bad_bodies,
            self.notes,
            self.addresses,
            self.headers,
            self.logins,
            self.site,
            self.dropped,
        ):
            part()

    def sales(self) -> None:
        person = self.somebody()
        self.post("/eligibility", person.buyer().document())
        assert self.sell(person.buyer()) == 201
        self.by_card()
        self.void_last()
        self.till.ask("GET", "/sales/recent")

    def by_card(self) -> None:
        """Read cards: one as the tray's agent does, others in ways that are refused."""
        assert self.post("/demo/read", {"card": "nhi-1"}) == 200
        person = self.somebody()
        made_up = {"reader": person.number, "nonce": person.number, "proof": person.number}
        for more in ({}, {"reading": made_up}):
            assert self.post("/eligibility", person.buyer("01").document(**more)) == 422
            body = person.buyer("01").document(**more, pieces={ADULT: 2}, on_behalf=True)
            assert self.post("/sales", body, self.key()) == 422
        person = self.somebody()
        read = self.read(person)
        assert self.post("/eligibility", person.buyer("01").document(reading=read)) == 200
        body = person.buyer("01").document(reading=read, pieces={ADULT: 2}, on_behalf=True)
        assert self.post("/sales", body, {"Idempotency-Key": "reading"}) == 201

    def read(self, person: Marked) -> dict[str, str]:
        """Sign a reading with the key of the tray's agent."""
        agent = load_tray_agent(Settings(state=self.demo.state))
        nonce = self.till.ask("POST", "/readings/nonce", {}).json["nonce"]
        card = ReadCard(person.number, person.born, "ab" * 32)
        return agent.reading(self.demo.portal, nonce, rfc3339(system_clock()), card)

    def void_last(self) -> None:
        sale = self.till.ask("GET", "/sales/recent").json["sales"][0]["sale_id"]
        assert self.post(f"/sales/{sale}/void", {}) == 200

    def refusals(self) -> None:
        person = self.somebody()
        assert self.sell(person.buyer()) == 201
        assert self.sell(person.buyer()) == 409
        assert self.post("/eligibility", person.buyer().document()) == 200
        for pieces in ({ADULT: 99}, {ADULT: 0}, {CHILD: 2}, {ADULT: "two"}, {"gold": 1}, {}):
            body = self.somebody().buyer().document(pieces=pieces)
            assert self.post("/sales", body, self.key()) >= 400
        wrong = self.somebody()
        number = wrong.number[:-1] + str((int(wrong.number[-1]) + 1) % 10)
        self.people.append(Marked(number, wrong.born))
        assert self.sell(Buyer(number, wrong.born.isoformat())) == 409
        assert self.sell(self.somebody().buyer("77")) >= 400

    def spellings(self) -> None:
        for form in (
            "{0:%Y%m%d}",
            "{1:03d}{0:%m%d}",
            "{1}/{0:%m/%d}",
            "{0:%Y/%m/%d}",
            "{1}年",
        ):
            person = self.somebody()
            born = form.format(person.born, person.born.year - 1911)
            self.sell(person.buyer(born=born))
            self.sell(Buyer(wide(person.number), wide(born)))
            self.sell(Buyer(f"  {person.number.lower()} ", born))

    def bad_bodies(self) -> None:
        for text in (
            '{{"id_number": "{0}"',
            '{{"id_number": "{0}", "birth_date": "{1}", "surprise": 1}}',
            '{{"{0}": "{1}"}}',
            '{{"identity_type": ["{0}"], "id_number": {{"{0}": "{1}"}}, "birth_date": 5}}',
            '["{0}", "{1}"]',
            '"{0}"',
            "{0}",
            "\ufeff{0}",
            "[" * 50_000 + '"{0}"',
            '{{"pieces": {{"{0}": 2}}, "note": "{1}"}}',
            '{{"pieces": {{"adult_mask": "{0}"}}}}',
            '{{"pieces": {{"adult_mask": 1e400}}, "note": "{0}"}}',
        ):
            person = self.somebody()
            raw = text.format(person.number, person.born.isoformat()).encode()
            for path in ("/eligibility", "/sales", "/intakes", "/login", "/demo/login"):
                assert self.post(path, raw, self.key()) >= 400
            assert self.post("/sales", raw, self.key() | {"Content-Type": "text/plain"}) >= 400
            assert self.post("/sales", b"\xff\xfe" + raw, self.key()) >= 400
        huge = self.somebody().number.encode() * 20_000
        with suppress(Lost):
            assert self.post("/sales", huge, self.key()) >= 400

    def notes(self) -> None:
        for form in ("{0}", "賣給 {0}", "{0} 退貨", "(\u3000{0}\u3000)"):
            person = self.somebody()
            for number in (person.number, wide(person.number), person.number.lower()):
                note = form.format(number)
                body = {"pieces": {ADULT: 1}, "note": note}
                assert self.post("/intakes", body, self.key()) == 400
                asked = person.buyer().document(manual_reason=note)
                assert self.post("/eligibility", asked) == 400

    def addresses(self) -> None:
        for path in ("/sales/{0}/void", "/{0}", "/intakes?note={0}", "/me?id={0}&born={1}"):
            person = self.somebody()
            target = path.format(person.number, person.born.isoformat())
            for method in ("GET", "POST", "PUT"):
                self.till.ask(method, target, {} if method != "GET" else None)
        for page in ("/login?lang={0}", "/{0}", "/static/{0}", "/purchase?number={0}"):
            send(f"{self.demo.portal}{page.format(self.somebody().number)}")

    def headers(self) -> None:
        for name in (
            "Idempotency-Key",
            "User-Agent",
            "Referer",
            "Origin",
            "Accept-Language",
            "X-Request-Id",
            "Cookie",
            "Host",
            "Content-Type",
        ):
            person = self.somebody()
            self.post("/sales", person.buyer().document(pieces={ADULT: 2}), {name: person.number})
        person = self.somebody()
        key = {"Idempotency-Key": f"{person.number} {person.born:%Y%m%d}"}
        assert self.post("/sales", person.buyer().document(pieces={ADULT: 2}), key) == 201
        assert self.post("/intakes", {"pieces": {ADULT: 1}}, key) in (201, 422)

    def logins(self) -> None:
        person = self.somebody()
        body = {
            "certificate": person.number,
            "intermediates": [person.number],
            "signature": person.number,
            "mechanism": person.number,
            "institution": person.number,
        }
        self.post("/login/challenge", {})
        self.post("/login", body)
        self.post("/demo/login", {"card": person.number, "institution": person.number})
        self.post("/demo/login", {"card": "pharmacist-1", "institution": person.number})
        self.post("/demo/read", {"card": f"../../{person.number}"})

    def site(self) -> None:
        for path in (
            "/?q={0}",
            "/outlets/{0}",
            "/api/v1/outlets?q={0}&county={0}",
            "/api/v1/outlets/{0}",
            "/api/v1/nearby?lat={0}&lon={1}",
            "/rules?digit={0}",
            "/data/{0}",
            "/{0}",
        ):
            person = self.somebody()
            self.demo.public(path.format(person.number, person.born.isoformat()))

    def dropped(self) -> None:
        """Hang up in the middle of a body."""
        person = self.somebody()
        headers = self.key() | {"Content-Length": "5000"}
        with suppress(Lost):
            body = json.dumps(person.buyer().document()).encode()
            send(
                f"{self.demo.portal}/api/v1/sales",
                "POST",
                body,
                headers | {"Cookie": self.till.cookie},
                timeout_s=1,
            )

    def sell(self, buyer: Buyer) -> int:
        return self.post("/sales", buyer.document(pieces={ADULT: 2}), self.key())

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> int:
        return self.till.ask("POST", path, body, headers).status

    def key(self) -> dict[str, str]:
        return {"Idempotency-Key": f"traffic-{len(self.people)}-{next(_keys)}"}


_keys = itertools.count()


def files_at_rest(demo: Demo) -> Iterator[tuple[Path, bytes]]:
    """Yield every file of the state and the log of all programs, unpacked where it is packed."""
    for path in [*demo.state.rglob("*"), demo.log]:
        # Releases come and go; what goes was looked at when it was fresh, or its successor is.
        with suppress(FileNotFoundError):
            if path.is_file():
                body = path.read_bytes()
                yield path, gzip.decompress(body) if path.suffix == ".gz" else body


def test_no_marked_number_or_birth_date_is_found_after_a_day_of_traffic_and_errors(demo):
    traffic = Traffic(demo)
    traffic.run()
    demo.await_published(traffic.till.outlet, **traffic.till.stock())
    wanted = needles()
    found = {
        (str(path), needle.decode())
        for path, body in files_at_rest(demo)
        for needle in wanted
        if needle in body
    }
    assert found == set()


@pytest.mark.parametrize("form", ["{0}", "born {1:%Y%m%d}", "born {2:03d}{1:%m%d}", "{3}", "{4}"])
def test_the_search_would_have_found_them(form):
    person = next(marked_people())
    full = wide(person.number)
    roc = person.born.year - 1911
    text = form.format(person.number, person.born, roc, full, json.dumps(full)).encode()
    assert any(needle in text for needle in needles())
