"""Real addresses, names, codes and telephone numbers, typed as people do, find their outlet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.domain.snapshot import OutletRecord
from public_site.keys import SNAPSHOTS
from public_site.ranking import ordered
from public_site.search import read_query, select
from public_site.view import View
from tests.public_site.real_outlets import real_outlets, typed
from tests.public_site.releases import NOW

pytestmark = pytest.mark.slow

SHOWN = 5


@pytest.fixture
async def nation(folder, start, shared_data: Path, rng) -> View:
    """The view over all real outlets, with and without stock."""
    folder.publish(real_outlets(shared_data, rng))
    client = await start()
    return client.app[SNAPSHOTS].look().view


def found(view: View, text: str) -> list[str]:
    """Return the codes in the order people see them."""
    query = read_query({"q": text[:100]}, view, NOW)
    places = ordered(view, query, select(view, query), NOW)
    return [view.entries[place].record.code for place in places]


def outcome(
    view: View, what: str, cases: Iterable[tuple[str, str, OutletRecord]], least: float = 1.0
) -> None:
    """Count how often the outlet comes first and among the first rows; print and judge."""
    counted: Counter[str] = Counter()
    missed = []
    for how, text, record in cases:
        codes = found(view, text)
        counted["all"] += 1
        counted["first"] += codes[:1] == [record.code]
        counted["shown"] += record.code in codes[:SHOWN]
        if record.code not in codes[:SHOWN]:
            missed.append((how, text, record.address, record.name, len(codes), codes[:2]))
    print(f"{what}: top 1 {counted['first']}, top {SHOWN} {counted['shown']}, of {counted['all']}")
    assert counted["shown"] >= least * counted["all"], missed


async def test_300_real_addresses_typed_with_variants_are_among_the_first_five(nation, rng):
    records = rng.sample([entry.record for entry in nation.entries if entry.record.address], 300)
    cases = ((how, text, record) for record in records for how, text in typed(record, rng))
    # Of all 6 620 addresses a handful are written so that one variant loses them.
    outcome(nation, "addresses", cases, least=0.99)


async def test_the_page_itself_shows_what_was_typed_in_its_first_rows(
    folder, start, shared_data, rng
):
    records = real_outlets(shared_data, rng)
    folder.publish(records)
    client = await start()
    for record in rng.sample(records, 30):
        page = await (await client.get("/", params={"q": record.address[:100]})).text()
        codes = re.findall(r"/outlets/([0-9A-Z]{10})", page)
        assert record.code in list(dict.fromkeys(codes))[:SHOWN], record


async def test_100_names_with_county_or_town_are_among_the_first_five(nation, rng):
    def cases():
        for record in rng.sample([entry.record for entry in nation.entries], 100):
            forms = (
                f"{record.town} {record.name}",
                f"{record.town}{record.name}",
                f"{record.county.replace('臺', '台')} {record.town} {record.name}",
                f"{record.county}{record.town}{record.name}",
                f"{record.name} {record.town[:-1]}",
                f"{record.name}，{record.county}{record.town}",
            )
            yield "name", rng.choice(forms), record

    outcome(nation, "names", cases(), least=0.98)


async def test_codes_and_telephone_numbers_find_their_outlet_first(nation, rng):
    def cases():
        for record in rng.sample([entry.record for entry in nation.entries], 150):
            code, phone = record.code, record.phone
            local = phone[2:]
            forms = [code, code.lower(), f" {code} ", code.translate(WIDE)]
            if re.fullmatch(r"0[2-8][0-9]{7,8}", phone):
                forms += [phone, f"({phone[:2]}){local}", f"{phone[:2]}-{local[:-4]}-{local[-4:]}"]
                forms += [f"+886 {phone[1]} {local[:-4]} {local[-4:]}", f"({phone[:2]}) {local}"]
                forms += [f"{phone[:2]} {local[:-4]}-{local[-4:]} 分機 12", phone.translate(WIDE)]
            yield "code or telephone", rng.choice(forms), record

    outcome(nation, "codes and telephones", cases())


WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
