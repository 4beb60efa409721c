import tomllib
from datetime import date, timedelta

import msgspec
import pytest

from core.domain.programme import (
    Levels,
    Programme,
    SupplyOverride,
    Window,
    from_document,
    parse_programme,
)
from core.errors import Invalid
from core.resources import data_path
from core.rules import MASKS, load_programmes

MASKS_FILE = data_path("programmes/masks.toml")


def the_masks() -> Programme:
    return load_programmes(None, None)[MASKS]


def a_document() -> dict:
    """Return a small faultless programme as plain values, to be damaged."""
    return {
        "id": "wipes",
        "name": {"zh": "濕紙巾", "en": "Wipes"},
        "levels": {"plenty": 10, "some": 5, "few": 1},
        "product": [
            {
                "id": "wipe",
                "name": {"zh": "濕紙巾", "en": "Wipe"},
                "unit": {"zh": "包", "en": "packs"},
            }
        ],
        "block": [a_block_document("2020-02-06")],
    }


def a_block_document(effective: str, **changes: object) -> dict:
    return {
        "effective": effective,
        "source": "公告",
        "window": {"kind": "rolling", "days": 7},
        "price_ntd": {"wipe": 5},
        "daily_supply": {"wipe": 20},
        "group": [{"id": "everyone", "limits": {"wipe": 2}, "total": 2}],
    } | changes


# Every row of "Later rules", written out by hand from the reference:
# day → (youngest group: cut, limits, total, weekdays, cards), (the others), days, prices, supply.
MASK_BLOCKS = {
    "2020-02-06": (
        ("2008-01-01", {"adult_mask": 2, "child_mask": 2}, 2, "odd_even", 1),
        (None, {"adult_mask": 2}, 2, "odd_even", 1),
        (7, 5, 200, 50),
    ),
    "2020-02-20": (
        ("2008-01-01", {"adult_mask": 2, "child_mask": 4}, 4, "odd_even", 1),
        (None, {"adult_mask": 2}, 2, "odd_even", 1),
        (7, 5, 400, 200),
    ),
    "2020-02-27": (
        ("2007-01-01", {"adult_mask": 2, "child_mask": 4}, 4, "any", 3),
        (None, {"adult_mask": 2}, 2, "odd_even", 1),
        (7, 5, 400, 200),
    ),
    "2020-03-05": (
        ("2007-01-01", {"adult_mask": 3, "child_mask": 5}, 5, "any", 3),
        (None, {"adult_mask": 3}, 3, "odd_even", 1),
        (7, 5, 600, 200),
    ),
    "2020-03-19": (
        ("2004-01-01", {"adult_mask": 3, "child_mask": 5}, 5, "any", 3),
        (None, {"adult_mask": 3}, 3, "odd_even", 1),
        (7, 5, 600, 200),
    ),
    "2020-04-09": (
        ("2004-01-01", {"adult_mask": 10, "child_mask": 10}, 10, "any", 3),
        (None, {"adult_mask": 9, "child_mask": 9}, 9, "any", 1),
        (14, 5, 600, 200),
    ),
    "2020-12-31": (
        (None, {"adult_mask": 10, "child_mask": 10}, 10, "any", 1),
        (14, 4, 600, 200),
    ),
}
# day → (start of the round, mode, packs, weekdays)
KIT_BLOCKS = {
    "2022-04-28": ("2022-04-28", "once", 1, "odd_even"),
    "2022-06-06": ("2022-06-06", "once", 1, "odd_even"),
    "2022-06-13": ("2022-06-06", "once", 1, "any"),
    "2022-07-01": ("2022-07-01", "once", 1, "any"),
    "2022-11-01": ("2022-11-01", "pieces", 6, "any"),
}


def test_the_masks_have_every_block_of_the_later_rules_and_no_other():
    assert [block.effective.isoformat() for block in the_masks().block] == list(MASK_BLOCKS)


@pytest.mark.parametrize("effective", MASK_BLOCKS)
def test_a_block_of_masks_says_what_the_authority_said(effective):
    block = the_masks().block_on(date.fromisoformat(effective))
    *groups, (days, price, adult, child) = MASK_BLOCKS[effective]
    assert block.effective.isoformat() == effective
    assert [
        (
            group.born_from and group.born_from.isoformat(),
            group.limits,
            group.total,
            group.weekdays,
            group.cards_per_carrier,
        )
        for group in block.group
    ] == groups
    assert (block.window.kind, block.window.mode, block.window.days) == ("rolling", "once", days)
    assert block.price_ntd == {"adult_mask": price, "child_mask": price}
    assert block.daily_supply == {"adult_mask": adult, "child_mask": child}


def test_ten_masks_cost_40_dollars_at_the_end_and_two_cost_10_at_the_start():
    first, last = the_masks().block[0], the_masks().block[-1]
    assert first.amount_ntd({"adult_mask": 2}) == 10
    assert last.amount_ntd({"adult_mask": 6, "child_mask": 4}) == 40
    assert last.amount_ntd({}) == 0


@pytest.mark.parametrize("effective", KIT_BLOCKS)
def test_a_block_of_test_kits_says_what_the_authority_said(effective):
    kits = load_programmes(None, None)["test_kits"]
    block = kits.block_on(date.fromisoformat(effective))
    since, mode, packs, weekdays = KIT_BLOCKS[effective]
    assert [block.effective.isoformat() for block in kits.block] == list(KIT_BLOCKS)
    assert (block.window.kind, block.window.mode) == ("round", mode)
    assert block.window.since.isoformat() == since
    (group,) = block.group
    assert (group.limits, group.total) == ({"rapid_test_kit": packs}, packs)
    assert group.weekdays == weekdays
    assert group.born_from is None
    assert block.price_ntd == {"rapid_test_kit": 500}
    assert block.daily_supply == {"rapid_test_kit": 78}


def test_a_block_is_in_force_from_its_day_to_the_eve_of_the_next_and_the_last_for_ever():
    masks = the_masks()
    assert masks.block_on(date(2020, 2, 5)) is None
    for block, following in zip(masks.block, masks.block[1:], strict=False):
        assert masks.block_on(block.effective) is block
        assert masks.block_on(following.effective - timedelta(days=1)) is block
    assert masks.block_on(date(2099, 12, 31)) is masks.block[-1]


def test_a_pinned_programme_has_one_block_that_never_ends():
    pinned = the_masks().pinned_to(date(2020, 2, 25))
    assert pinned.pinned
    assert [block.effective for block in pinned.block] == [date(2020, 2, 20)]
    assert pinned.block_on(date(2030, 1, 1)) is pinned.block[0]
    assert pinned.block_on(date(2020, 2, 19)) is None
    assert not the_masks().pinned


def test_nothing_can_be_pinned_to_a_day_without_rules():
    with pytest.raises(Invalid, match="2020-02-05"):
        the_masks().pinned_to(date(2020, 2, 5))


@pytest.mark.parametrize(
    ("born", "group"),
    [("2008-01-01", "child"), ("2007-12-31", "adult"), ("2020-02-06", "child")],
)
def test_a_child_is_born_on_or_after_the_cut(born, group):
    assert the_masks().block[0].group_of(date.fromisoformat(born)).id == group


@pytest.mark.parametrize(
    ("days", "after", "holds"),
    [(7, 0, True), (7, 6, True), (7, 7, False), (14, 13, True), (14, 14, False), (1, 1, False)],
)
def test_a_rolling_window_counts_calendar_days(days, after, holds):
    bought = date(2020, 2, 27)
    window = Window(kind="rolling", days=days)
    assert window.holds(bought, bought + timedelta(days=after)) is holds


def test_a_round_counts_purchases_from_its_first_day():
    window = Window(kind="round", since=date(2022, 6, 6))
    assert window.holds(date(2022, 6, 6), date(2022, 6, 30))
    assert not window.holds(date(2022, 6, 5), date(2022, 6, 6))


def test_the_supply_of_an_outlet_goes_before_that_of_its_kind_and_that_before_its_county():
    block = msgspec.structs.replace(
        the_masks().block[0],
        supply_override=(
            SupplyOverride(daily_supply={"adult_mask": 30, "child_mask": 3}, outlet="5901010058"),
            SupplyOverride(daily_supply={"adult_mask": 20}, kind="health_centre"),
            SupplyOverride(daily_supply={"adult_mask": 10, "child_mask": 1}, county="連江縣"),
        ),
    )

    def supply(outlet: str, kind: str, county: str) -> tuple[int, int]:
        found = block.supply_for(outlet=outlet, kind=kind, county=county)
        return found["adult_mask"], found["child_mask"]

    assert supply("5901010058", "health_centre", "連江縣") == (30, 3)
    assert supply("2331280018", "health_centre", "連江縣") == (20, 1)
    assert supply("5901010066", "pharmacy", "連江縣") == (10, 1)
    assert supply("5901010066", "pharmacy", "臺北市") == (200, 50)
    assert block.daily_supply == {"adult_mask": 200, "child_mask": 50}


@pytest.mark.parametrize(
    ("pieces", "level"),
    [
        (250, "plenty"),
        (100, "plenty"),
        (99, "some"),
        (30, "some"),
        (29, "few"),
        (1, "few"),
        (0, "none"),
    ],
)
def test_a_level_names_the_stock(pieces, level):
    assert the_masks().levels.of(pieces) == level


def test_levels_belong_to_the_programme():
    assert Levels(plenty=30, some=10, few=1).of(30) == "plenty"
    assert load_programmes(None, None)["test_kits"].levels.of(30) == "plenty"


@pytest.mark.parametrize("programme", load_programmes(None, None).values(), ids=lambda p: p.id)
def test_a_programme_reads_back_from_its_document(programme):
    json = msgspec.json.decode(msgspec.json.encode(programme.document()))
    assert from_document(json) == programme
    assert from_document(programme.document()) == programme
    assert from_document(json).rules_hash() == programme.rules_hash()


def test_the_hash_of_the_rules_changes_with_any_number():
    text = MASKS_FILE.read_text(encoding="utf-8")
    changed = parse_programme(
        text.replace("price_ntd = { adult_mask = 4", "price_ntd = { adult_mask = 3")
    )
    assert changed.rules_hash() != the_masks().rules_hash()
    assert the_masks().pinned_to(date(2020, 2, 6)).rules_hash() != the_masks().rules_hash()


FAULTS = {
    "it has no block": lambda d: d.update(block=[]),
    "ascending order": lambda d: d["block"].append(a_block_document("2020-02-05")),
    "one for each day": lambda d: d["block"].append(a_block_document("2020-02-06")),
    "price_ntd must name each product once": lambda d: d["block"][0].update(price_ntd={}),
    "daily_supply must name each product once": lambda d: d["block"][0].update(
        daily_supply={"wipe": 1, "soap": 1}
    ),
    "price_ntd must not be negative": lambda d: d["block"][0].update(price_ntd={"wipe": -1}),
    "a rolling window needs days": lambda d: d["block"][0].update(window={"kind": "rolling"}),
    "days ≥ 1": lambda d: d["block"][0].update(window={"kind": "rolling", "days": 0}),
    "a round needs since": lambda d: d["block"][0].update(window={"kind": "round"}),
    "a round cannot begin after": lambda d: d["block"][0].update(
        window={"kind": "round", "since": "2020-02-07"}
    ),
    "the last group, and only it": lambda d: d["block"][0]["group"][0].update(
        born_from="2008-01-01"
    ),
    "limits must name known products": lambda d: d["block"][0]["group"][0].update(
        limits={"soap": 2}
    ),
    "each at least 1": lambda d: d["block"][0]["group"][0].update(limits={"wipe": 0}),
    "total does not fit": lambda d: d["block"][0]["group"][0].update(total=3),
    "cards_per_carrier must be at least 1": lambda d: d["block"][0]["group"][0].update(
        cards_per_carrier=0
    ),
    "from the youngest to the oldest": lambda d: d["block"][0].update(
        group=[
            {"id": "a", "limits": {"wipe": 1}, "total": 1, "born_from": "2004-01-01"},
            {"id": "b", "limits": {"wipe": 1}, "total": 1, "born_from": "2008-01-01"},
            {"id": "c", "limits": {"wipe": 1}, "total": 1},
        ]
    ),
    "each group must have an id": lambda d: d["block"][0].update(
        group=[
            {"id": "a", "limits": {"wipe": 1}, "total": 1, "born_from": "2004-01-01"},
            {"id": "a", "limits": {"wipe": 1}, "total": 1},
        ]
    ),
    "source must name": lambda d: d["block"][0].update(source=" "),
    "levels must fall": lambda d: d.update(levels={"plenty": 5, "some": 5, "few": 1}),
    "products, each with an id": lambda d: d["product"].append(d["product"][0]),
    "exactly one of outlet, kind, county": lambda d: d["block"][0].update(
        supply_override=[{"daily_supply": {"wipe": 1}, "kind": "pharmacy", "county": "臺北市"}]
    ),
    "supply_override 1: daily_supply": lambda d: d["block"][0].update(
        supply_override=[{"daily_supply": {"soap": 1}, "kind": "pharmacy"}]
    ),
    "block 2020-02-06: Object contains unknown field `ration`": lambda d: d["block"][0].update(
        ration=1
    ),
    "`float`": lambda d: d["block"][0].update(price_ntd={"wipe": 2.5}),
    "`bool`": lambda d: d["block"][0].update(price_ntd={"wipe": True}),
    "missing required field `en`": lambda d: d["product"][0].update(name={"zh": "濕紙巾"}),
}


def test_the_document_that_the_faults_are_put_into_has_none():
    assert from_document(a_document()).id == "wipes"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_programme_is_named(fault):
    document = a_document()
    FAULTS[fault](document)
    with pytest.raises(Invalid) as caught:
        from_document(document)
    assert fault in str(caught.value)


def test_all_faults_of_a_programme_are_named_at_once():
    document = a_document()
    document["block"][0]["price_ntd"] = {}
    document["block"].append(a_block_document("2020-03-01", source=""))
    with pytest.raises(Invalid, match=r"2020-02-06: price_ntd.*2020-03-01: source"):
        from_document(document)
    document["block"][0]["window"] = {"kind": "rolling", "days": "7"}
    document["block"][1]["group"] = 3
    document["levels"] = {}
    with pytest.raises(Invalid) as caught:
        from_document(document)
    for part in ("block 2020-02-06", "block 2020-03-01", "$.levels"):
        assert part in str(caught.value)


def test_a_file_that_is_no_toml_is_refused_with_the_place():
    with pytest.raises(Invalid, match=r"not TOML.*line 2"):
        parse_programme("id = 'masks'\nname = \n")


@pytest.mark.parametrize("document", [None, 3, [], {}, {"block": 3}, {"block": [3]}])
def test_what_is_no_programme_at_all_is_refused(document):
    with pytest.raises(Invalid):
        from_document(document)


def test_every_block_names_its_source_and_how_sure_we_are():
    for programme in load_programmes(None, None).values():
        for block in programme.block:
            assert block.source
            assert block.confidence in {"high", "medium-high", "medium", "low"}


def test_dates_in_the_files_are_written_as_dates():
    assert isinstance(tomllib.loads(MASKS_FILE.read_text())["block"][0]["effective"], date)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 900,
        "\n".join(["a = ["] + ["[" * 900] * 20),
        "a = 1" + "9" * 900 + "_" + "9" * 4000,
        "a = " + "9" * 5000,
        "a." * 50_000 + "b = 1",
        "# x\n" * 100_000,
    ],
)
def test_a_file_that_is_built_to_hurt_is_refused_like_any_faulty_one(text: str) -> None:
    with pytest.raises(Invalid):
        parse_programme(text)
