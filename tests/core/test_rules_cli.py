import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from core.cli import main
from core.resources import data_path
from core.rules import load_programmes

NEEDED = ("case_id", "now", "identity_type", "id_number", "birth_date")
ANSWER = ["case_id", "verdict", "stage", "reasons", "next_eligible_date", "max_qty"]
MASKS_TEXT = data_path("programmes/masks.toml").read_text(encoding="utf-8")


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, ["rules", *map(str, arguments)], env=environment)


def a_case(**fields: object) -> dict[str, object]:
    """Return a buyer whom the first block lets buy two pieces: an even digit on a Tuesday."""
    return {
        "case_id": "1",
        "now": "2020-02-11T10:00:00+08:00",
        "identity_type": "01",
        "id_number": "B100000084",
        "birth_date": "19800515",
        "history_json": "[]",
        "req_adult": 2,
        "req_child": 0,
        "policy": "v2020-02-06",
    } | fields


def a_file(folder: Path, *cases: dict[str, object], encoding: str = "utf-8") -> Path:
    path = folder / "cases.csv"
    with path.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, list(cases[0]))
        writer.writeheader()
        writer.writerows(cases)
    return path


def answers(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def judged(folder: Path, **fields: object) -> dict[str, str]:
    return answers(run("assess", a_file(folder, a_case(**fields))))[0]


def test_every_worked_case_agrees_in_every_column(shared_data):
    path = shared_data / "cases/eligibility_cases.csv"
    expected = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    found = answers(run("assess", path))
    assert found == [
        {name: case["expected" if name == "verdict" else name] for name in ANSWER}
        for case in expected
    ]


def test_the_answer_has_exactly_the_published_columns_and_line_ends(tmp_path):
    result = run("assess", a_file(tmp_path, a_case(), a_case(case_id="2", req_adult=3)))
    assert result.stdout == (
        "case_id,verdict,stage,reasons,next_eligible_date,max_qty\n"
        "1,ALLOW,purchase,,,2\n"
        "2,DENY,purchase,OVER_LIMIT,,2\n"
    )
    assert result.exit_code == 0
    assert result.stderr == ""


def test_reasons_are_joined_by_a_bar(tmp_path):
    history = json.dumps([{"d": "2020-02-06", "a": 2}])
    answer = judged(tmp_path, now="2020-02-10T10:00:00+08:00", history_json=history)
    assert (answer["reasons"], answer["next_eligible_date"], answer["max_qty"]) == (
        "WRONG_WEEKDAY|WITHIN_WINDOW",
        "2020-02-13",
        "0",
    )


def test_columns_are_found_by_name_in_any_order_with_or_without_a_byte_order_mark(tmp_path):
    case = dict(reversed(a_case(note="ignored", expected="DENY").items()))
    for encoding in ("utf-8", "utf-8-sig"):
        assert (
            answers(run("assess", a_file(tmp_path, case, encoding=encoding)))[0]["max_qty"] == "2"
        )


def test_only_the_input_columns_are_needed(tmp_path):
    case = {name: value for name, value in a_case().items() if name in NEEDED}
    answer = answers(run("assess", a_file(tmp_path, case | {"now": "2020-03-05T10:00:00+08:00"})))[
        0
    ]
    # Without quantities only the check is made; without a policy the rules of the day apply.
    assert (answer["verdict"], answer["stage"], answer["max_qty"]) == ("ALLOW", "audit", "3")


@pytest.mark.parametrize(
    ("policy", "pieces"),
    [("v2020-02-06", "2"), ("v2020-03-04", "2"), ("v2020-03-05", "3"), ("v2021-07-01", "10")],
)
def test_a_policy_pins_the_block_in_force_on_its_date(tmp_path, policy, pieces):
    answer = judged(tmp_path, policy=policy, now="2026-03-05T10:00:00+08:00", req_adult=1)
    assert (answer["verdict"], answer["max_qty"]) == ("ALLOW", pieces)


def test_a_pinned_block_is_not_in_force_before_its_first_day(tmp_path):
    answer = judged(tmp_path, policy="v2020-03-07", now="2020-03-04T23:59:59+08:00")
    assert answer["reasons"] == "NOT_IN_FORCE"
    assert answer["next_eligible_date"] == "2020-03-05"


def test_without_a_policy_the_setting_pins(tmp_path):
    path = a_file(tmp_path, a_case(policy="", now="2026-03-05T10:00:00+08:00"))
    assert answers(run("assess", path, MASKMAP_RULES_OF="2020-02-06"))[0]["max_qty"] == "2"
    assert answers(run("assess", path))[0]["max_qty"] == "10"
    pinned = a_file(tmp_path, a_case(policy="v2020-03-05", now="2020-03-05T10:00:00+08:00"))
    assert answers(run("assess", pinned, MASKMAP_RULES_OF="2020-02-06"))[0]["max_qty"] == "3"


@pytest.mark.parametrize(
    "now",
    ["2020-02-10T16:00:00Z", "2020-02-10T11:00:00-05:00", "2020-02-11T00:00:00+08:00"],
)
def test_now_may_have_any_offset(tmp_path, now):
    assert judged(tmp_path, now=now)["verdict"] == "ALLOW"


@pytest.mark.parametrize(
    ("born", "reasons"),
    [
        ("20200231", "BIRTH_DATE_INVALID"),
        ("1980-05-15", "BIRTH_DATE_INVALID"),
        ("0690515", "BIRTH_DATE_INVALID"),
        ("", "BIRTH_DATE_INVALID"),
        ("20200212", "BIRTH_DATE_INVALID"),
        ("20200211", ""),
        ("18900211", ""),
        ("18900210", "BIRTH_DATE_INVALID"),
    ],
)
def test_birth_dates_are_eight_digits(tmp_path, born, reasons):
    assert judged(tmp_path, birth_date=born)["reasons"] == reasons


@pytest.mark.parametrize(
    ("adult", "child", "reasons"),
    [
        ("2", "", ""),
        ("", "", "QTY_ZERO"),
        ("0", "0", "QTY_ZERO"),
        ("1.5", "0", "QTY_INVALID"),
        ("2.0", "0", "QTY_INVALID"),
        ("two", "0", "QTY_INVALID"),
        ("2", "-1", "QTY_INVALID"),
        ("1e1", "0", "QTY_INVALID"),
        ("99999999999999999999", "0", "QTY_INVALID"),
        (" ２ ", "0", ""),
        ("3", "1", "CHILD_MASK_AGE|OVER_LIMIT"),
    ],
)
def test_quantities(tmp_path, adult, child, reasons):
    answer = judged(tmp_path, req_adult=adult, req_child=child)
    assert (answer["reasons"], answer["stage"], answer["max_qty"]) == (reasons, "purchase", "2")


def test_one_quantity_column_alone_is_a_purchase_of_that_size(tmp_path):
    case = {name: value for name, value in a_case().items() if name != "req_child"}
    answer = answers(run("assess", a_file(tmp_path, case)))[0]
    assert (answer["verdict"], answer["stage"]) == ("ALLOW", "purchase")


@pytest.mark.parametrize(
    ("history", "reasons", "next_date"),
    [
        ("", "", ""),
        ([], "", ""),
        ([{"d": "2020-02-09"}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"d": "2020-02-09", "a": None, "c": 1}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"at": "2020-02-08T16:30:00+00:00", "a": 2}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"at": "2020-02-04T15:59:59Z", "a": 2}], "", ""),
        ([{"d": "2020-02-04", "at": "2020-02-11T09:00:00+08:00", "a": 2}], "", ""),
        ([{"at": "2020-02-11T23:59:59+08:00", "a": 2}], "WITHIN_WINDOW", "2020-02-18"),
        ([{"at": "2020-02-12T00:00:00+08:00", "a": 2}], "FUTURE_PURCHASE", ""),
        ([{"d": "2020-02-12", "a": 2}, {"d": "2020-02-10", "a": 2}], "FUTURE_PURCHASE", ""),
        ([{"d": "2020-02-10", "a": 2, "void": True}], "", ""),
        ([{"d": "2020-02-10", "a": 2, "void": 1}], "", ""),
        ([{"d": "2020-02-10", "a": 2, "void": "true"}], "", ""),
        ([{"d": "2020-02-12", "a": 2, "void": True}], "", ""),
        ([{"void": True}], "", ""),
        ([{"d": "2020-02-09", "void": False}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"d": "2020-02-09", "void": 0}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"d": "2020-02-09", "void": None}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"d": "2020-02-09", "void": "false"}], "WITHIN_WINDOW", "2020-02-16"),
        ([{"d": "2020-02-09", "t": "02", "o": "2331280018"}], "WITHIN_WINDOW", "2020-02-16"),
    ],
)
def test_histories(tmp_path, history, reasons, next_date):
    text = history if isinstance(history, str) else json.dumps(history)
    answer = judged(tmp_path, history_json=text)
    assert (answer["reasons"], answer["next_eligible_date"]) == (reasons, next_date)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"now": "2020-02-11 morning"}, "now: Invalid isoformat"),
        ({"now": "2020-02-11T10:00:00"}, "now: a time without an offset"),
        ({"now": ""}, "now: Invalid isoformat"),
        ({"now": "0001-01-01T00:00:00+14:00"}, "now: "),
        ({"history_json": "[{"}, "history_json: "),
        ({"history_json": '{"d": "2020-02-06"}'}, "history_json: it is not a list"),
        ({"history_json": "[3]"}, "history_json: purchase 1 is not an object"),
        ({"history_json": '[{"a": 2}]'}, "history_json: purchase 1: it has neither a day"),
        ({"history_json": '[{"d": "2020-02-31"}]'}, "history_json: purchase 1: "),
        ({"history_json": '[{"d": "2020-02-06", "a": -2}]'}, "history_json: purchase 1: -2 is not"),
        ({"history_json": '[{"d": "2020-02-06", "a": true}]'}, "True is not a number of pieces"),
        ({"history_json": '[{"at": "2020-02-06T10:00"}]'}, "a time without an offset"),
        ({"policy": "2020-02-06"}, "policy: '2020-02-06' is not of the form vYYYY-MM-DD"),
        ({"policy": "v2020-02-31"}, "policy: day is out of range"),
        ({"policy": "v2020-01-01"}, "policy: masks: no rules were in force on 2020-01-01"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_and_nothing_is_judged(tmp_path, fields, said):
    result = run("assess", a_file(tmp_path, a_case(), a_case(case_id="bad", **fields)))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "line 3 (case bad)" in result.stderr
    assert said in result.stderr


def test_every_faulty_row_is_named_at_once_up_to_twenty(tmp_path):
    cases = [a_case(case_id=number, now="?") for number in range(30)]
    result = run("assess", a_file(tmp_path, a_case(), *cases))
    assert result.exit_code == 1
    assert result.stderr.count("(case ") == 20
    assert "and 10 more" in result.stderr


def test_a_file_without_a_needed_column_says_which(tmp_path):
    case = a_case()
    del case["now"], case["birth_date"]
    result = run("assess", a_file(tmp_path, case))
    assert result.exit_code == 1
    assert "the heading lacks the columns now, birth_date" in result.stderr


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n"])
def test_an_empty_file_is_refused(tmp_path, text):
    path = tmp_path / "empty.csv"
    path.write_text(text, encoding="utf-8")
    assert run("assess", path).exit_code == 1


def test_a_heading_alone_gives_a_heading_alone(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(",".join(NEEDED) + "\n")
    assert run("assess", path).stdout == ",".join(ANSWER) + "\n"


def test_a_row_with_too_many_fields_and_a_file_in_another_encoding_are_refused(tmp_path):
    path = tmp_path / "cases.csv"
    row = "1,2020-02-11T10:00:00+08:00,01,B100000084,19800515,[{},2\n"
    path.write_text(",".join(NEEDED) + "\n" + row)
    assert "more fields than the heading" in run("assess", path).stderr
    path.write_bytes("醫事".encode("big5"))
    result = run("assess", path)
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path):
    assert run("assess", tmp_path / "nothing.csv").exit_code == 2
    assert run("assess").exit_code == 2


def test_the_same_answers_in_json(tmp_path):
    cases = (a_case(), a_case(case_id="2", id_number="A100000289", req_child=1))
    result = run("assess", a_file(tmp_path, *cases), "--json")
    assert json.loads(result.stdout) == [
        {
            "case_id": "1",
            "verdict": "ALLOW",
            "stage": "purchase",
            "reasons": [],
            "next_eligible_date": None,
            "max_qty": 2,
        },
        {
            "case_id": "2",
            "verdict": "DENY",
            "stage": "audit",
            "reasons": ["WRONG_WEEKDAY", "CHILD_MASK_AGE", "OVER_LIMIT"],
            "next_eligible_date": "2020-02-12",
            "max_qty": 0,
        },
    ]


def test_cases_of_masks_need_the_masks(tmp_path):
    kits = data_path("programmes/test_kits.toml").read_text(encoding="utf-8")
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "kits.toml").write_text(kits, encoding="utf-8")
    result = run("assess", a_file(tmp_path, a_case()), MASKMAP_RULES=str(folder))
    assert result.exit_code == 1
    assert "there is no programme 'masks'" in result.stderr


# --- show ----------------------------------------------------------------------------------------


def test_show_tells_the_rules_of_a_day_in_words():
    result = run("show", "--on", "2020-02-06", "--programme", "masks")
    assert result.exit_code == 0
    assert result.stdout.startswith("口罩實名制 (masks) · 109年2月6日（週四）\n")
    assert "109年2月6日（週四）可購買者：雙號。" in result.stdout
    assert "    1.每人一次限購2片(7天內只能購買2片,2片10元)。\n" in result.stdout


def test_show_speaks_english_and_knows_every_programme():
    result = run("show", "--on", "2022-05-03", "--lang", "en")
    assert "Name-based mask rationing (masks) · Tuesday, 3 May 2022" in result.stdout
    assert "1. Each person may buy 1 pack a round" in result.stdout


def test_show_tells_the_rules_of_today_in_taipei():
    with time_machine.travel(datetime(2020, 2, 6, 16, tzinfo=UTC), tick=False):
        assert "109年2月7日（週五）可購買者：單號。" in run("show").stdout


def test_show_says_when_the_rules_are_pinned():
    result = run("show", "--programme", "masks", MASKMAP_RULES_OF="2020-02-06")
    assert "示範：規定固定採用109年2月6日起實施之版本" in result.stdout


def test_show_in_json_has_both_languages():
    (masks, kits) = json.loads(run("show", "--on", "2020-02-06", "--json").stdout)
    assert (masks["programme"], masks["block"], masks["pinned"]) == ("masks", "2020-02-06", False)
    assert len(masks["purchase_notes"]["zh-TW"]) == len(masks["purchase_notes"]["en"]) == 5
    assert (kits["block"], kits["purchase_notes"]) == (None, {})
    assert kits["words"]["zh-TW"] == ["家用快篩實名制自111年4月28日開始實施，在此之前不販售。"]


def test_an_unknown_programme_and_a_date_that_is_none_are_refused():
    result = run("show", "--programme", "soap")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no programme 'soap': masks, test_kits" in result.stderr
    assert run("show", "--on", "2020-02-31").exit_code == 2


def test_the_page_about_the_rules_shows_every_block_as_it_is_in_the_files():
    page = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
    tables = run("show", "--table").stdout.split("## ")[1:]
    assert [table.split("\n")[0] for table in tables] == list(load_programmes(None, None))
    for table in tables:
        _, rows = table.split("\n\n", 1)
        assert rows.strip() in page, "put the output of `maskmap rules show --table` into the page"


# --- check ---------------------------------------------------------------------------------------

NEW_BLOCK = """
[[block]]
effective = 2030-01-01
source = "公告"
window = { kind = "rolling", days = 14 }
price_ntd = { adult_mask = 3, child_mask = 3 }
daily_supply = { adult_mask = 600, child_mask = 200 }
[[block.group]]
id = "everyone"
limits = { adult_mask = 12, child_mask = 12 }
total = 12
"""


def checked(folder: Path, text: str, *options: str) -> Result:
    path = folder / "new.toml"
    path.write_text(text, encoding="utf-8")
    return run("check", path, *options)


def test_the_programmes_in_use_are_in_order():
    result = run("check")
    assert result.exit_code == 0
    assert "masks.toml: masks, 7 blocks, 2020-02-06 to 2020-12-31: in order" in result.stdout
    assert "test_kits.toml: test_kits, 5 blocks" in result.stdout


def test_a_new_block_may_be_checked_in_the_whole_file_or_alone(tmp_path):
    for text in (MASKS_TEXT + NEW_BLOCK, 'id = "masks"\n' + NEW_BLOCK):
        result = checked(tmp_path, text)
        assert result.exit_code == 0, result.output
        assert "masks, 8 blocks, 2020-02-06 to 2030-01-01: in order" in result.stdout


def test_a_faulty_block_is_named_with_every_fault(tmp_path):
    text = NEW_BLOCK.replace("total = 12", "total = 30").replace("child_mask = 3 }", "soap = 3 }")
    result = checked(tmp_path, 'id = "masks"\n' + text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "new.toml: programme masks: block 2030-01-01: price_ntd must name each" in result.stderr
    assert "group everyone: total does not fit its limits" in result.stderr


def test_a_block_of_the_wrong_shape_is_named_by_its_day(tmp_path):
    result = checked(tmp_path, 'id = "masks"\n' + NEW_BLOCK.replace('"rolling"', '"monthly"'))
    assert "block 2030-01-01: Invalid enum value 'monthly' - at `$.window.kind`" in result.stderr


def test_a_block_already_in_force_must_stay_as_it_is(tmp_path):
    result = checked(tmp_path, MASKS_TEXT.replace("adult_mask = 4,", "adult_mask = 5,"))
    assert result.exit_code == 1
    assert "block 2020-12-31: it is in force and must stay as it is" in result.stderr
    assert "block 2020-02-06" not in result.stderr


def test_a_block_not_yet_in_force_may_still_change(tmp_path):
    with time_machine.travel(datetime(2020, 12, 30, 15, 59, tzinfo=UTC), tick=False):
        result = checked(tmp_path, MASKS_TEXT.replace("adult_mask = 4,", "adult_mask = 5,"))
    assert result.exit_code == 0, result.output


def test_a_block_cannot_be_slipped_in_before_today(tmp_path):
    result = checked(tmp_path, 'id = "masks"\n' + NEW_BLOCK.replace("2030-01-01", "2021-05-01"))
    assert result.exit_code == 1
    assert "block 2021-05-01: it is in force and must stay" in result.stderr


def test_a_new_programme_must_not_take_a_product_of_another(tmp_path):
    result = checked(tmp_path, MASKS_TEXT.replace('id = "masks"', 'id = "more"'))
    assert "product 'adult_mask' already belongs to the programme 'masks'" in result.stderr


def test_faults_in_json(tmp_path):
    (tmp_path / "good.toml").write_text(MASKS_TEXT, encoding="utf-8")
    (tmp_path / "bad.toml").write_text("id = ", encoding="utf-8")
    result = run("check", tmp_path / "good.toml", tmp_path / "bad.toml", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["good"] == [{"file": str(tmp_path / "good.toml"), "programme": "masks"}]
    assert len(found["faults"]) == 1


def test_a_folder_of_ones_own_is_checked_file_by_file(tmp_path):
    (tmp_path / "a.toml").write_text(MASKS_TEXT, encoding="utf-8")
    (tmp_path / "b.toml").write_text(MASKS_TEXT.replace("days = 7", "days = 0"), encoding="utf-8")
    result = run("check", MASKMAP_RULES=str(tmp_path))
    assert result.exit_code == 1
    assert "a.toml: masks, 7 blocks" in result.stdout
    assert "b.toml" in result.stderr


# --- preview -------------------------------------------------------------------------------------


def test_preview_says_what_changes_and_when():
    result = run("preview", "--on", "2020-02-19", "--days", "1")
    assert result.stdout.split("\n")[:3] == [
        "口罩實名制：109年2月20日起",
        "  原: 每人一次限購2片(7天內只能購買2片,2片10元)。",
        "  改為: 12歲以下兒童一次限購4片,其中成人口罩至多2片;其他民眾一次限購2片。"
        "每人7天內只能購買一次,每片5元。",
    ]


def test_preview_leaves_out_what_is_already_in_force_and_what_is_farther_off():
    assert "109年2月20日起" not in run("preview", "--on", "2020-02-20", "--days", "6").stdout
    assert run("preview", "--on", "2020-02-20", "--days", "6").stdout == (
        "2020-02-20起6天內規定沒有變更。\n"
    )
    assert "109年2月27日起" in run("preview", "--on", "2020-02-20", "--days", "7").stdout


def test_preview_announces_a_programme_that_begins():
    result = run("preview", "--on", "2022-04-01", "--lang", "en")
    assert "Name-based rationing of rapid test kits: from 28 April 2022" in result.stdout
    assert "was:" not in result.stdout


def test_preview_of_today_with_nothing_ahead():
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False):
        assert run("preview", "--lang", "en").stdout == (
            "Nothing changes in the 30 days from 2026-01-01.\n"
        )


def test_preview_in_json():
    (change,) = json.loads(run("preview", "--on", "2020-12-30", "--days", "1", "--json").stdout)
    assert (change["programme"], change["effective"]) == ("masks", "2020-12-31")
    assert change["changes"][-1]["before"] is None
    assert change["changes"][-1]["after"]["zh-TW"] == "原廠包裝 10 片一包，仍可零買。"


def test_a_pinned_programme_does_not_change():
    result = run(
        "preview", "--on", "2020-02-19", "--programme", "masks", MASKMAP_RULES_OF="2020-02-06"
    )
    assert "沒有變更" in result.stdout


@pytest.mark.parametrize("command", ["assess", "show", "check", "preview"])
def test_every_command_explains_itself(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--json" in result.stdout
    assert "--state" in result.stdout
