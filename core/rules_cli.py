"""`maskmap rules`: judge cases, show the rules in words, check and try new ones."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from tqdm import tqdm

from core.clock import system_clock
from core.domain.calendar import taipei_day
from core.domain.phrases import day_name, weekday_name
from core.domain.programme import Programme
from core.domain.text import LANGUAGES, Text
from core.domain.wording import purchase_notes, rules_in_words
from core.errors import Invalid
from core.rules import MASKS, load_programmes, read_folder
from core.rules_cases import ANSWER, csv_row, judge, read_cases
from core.rules_check import check_file, read_continued
from core.rules_preview import change_document, change_page, changes_ahead, compare_all
from core.rules_simulation import block_to_try, history_since
from core.rules_simulation import simulate as simulate_block
from core.rules_simulation_page import simulation_page
from core.rules_table import blocks_table
from core.settings import Settings
from core.storage import prepare
from core.storage.past_sales import past_refusals, purchases_by_person

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
_on = click.option("--on", type=_DAY, help="A Taipei day, YYYY-MM-DD.  [default: today]")
_programme = click.option("--programme", metavar="ID", help="One programme only, such as masks.")
_lang = click.option(
    "--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True
)


@click.group()
def rules() -> None:
    """The rationing rules: judge cases, show them in words, check and try new ones."""


@rules.command()
@click.argument("file", type=_FILE)
@_json
@click.pass_obj
def assess(settings: Settings, file: Path, as_json: bool) -> None:
    """Judge the cases of a CSV FILE by the rules of masks; CSV on stdout.

    Columns by name: case_id, now (with an offset), identity_type, id_number, birth_date (YYYYMMDD);
    may be absent: history_json, req_adult, req_child (both absent: only the check is made), policy
    (vYYYY-MM-DD judges by the block in force on that date).
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            cases = read_cases(lines)
    except (UnicodeDecodeError, Invalid) as error:
        raise Invalid(f"{file}: {error}") from None
    shown = tqdm(cases, unit="case", disable=None, leave=False, delay=1)
    answers = list(judge(shown, _masks(settings), settings.rules_of))
    click.echo(_as_json(answers) if as_json else _as_csv(answers), nl=False)


@rules.command()
@_on
@_programme
@_lang
@click.option("--table", is_flag=True, help="Every block as a Markdown table.")
@_json
@click.pass_obj
def show(
    settings: Settings,
    on: datetime | None,
    programme: str | None,
    lang: str,
    table: bool,
    as_json: bool,
) -> None:
    """Show the rules of a day in words."""
    day, chosen = _day(on), _chosen(settings, programme)
    if table:
        click.echo("\n".join(f"## {each.id}\n\n{blocks_table(each)}" for each in chosen), nl=False)
    elif as_json:
        click.echo(_as_json([_shown(each, day) for each in chosen]), nl=False)
    else:
        click.echo("\n\n".join("\n".join(_page(each, day, lang)) for each in chosen))


@rules.command()
@click.argument("files", type=_FILE, nargs=-1)
@_json
@click.pass_obj
def check(settings: Settings, files: Sequence[Path], as_json: bool) -> None:
    """Check new programme FILES, or the folder in use where none is named.

    A file may hold a whole programme, or only its id and the new blocks that follow the installed
    ones. Blocks already in force must stay as they are. Exit 1 where anything is wrong.
    """
    found, faults = _check_files(settings, files) if files else read_folder(settings.rules_folder)
    if as_json:
        good = [{"file": str(path), "programme": one.id} for path, one in found]
        click.echo(_as_json({"good": good, "faults": faults}), nl=False)
    else:
        for path, one in found:
            first, last = one.block[0].effective, one.block[-1].effective
            click.echo(f"{path}: {one.id}, {len(one.block)} blocks, {first} to {last}: in order")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)


@rules.command()
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Compare the rules of DIR with those in force.",
)
@click.option(
    "--from", "--on", "start", type=_DAY, help="A Taipei day, YYYY-MM-DD.  [default: today]"
)
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@_programme
@_lang
@_json
@click.pass_obj
def preview(
    settings: Settings,
    folder: Path | None,
    start: datetime | None,
    days: int,
    programme: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Say what changes, and when.

    Without --folder: what the rules in use change in the days to come. With it: on which days the
    rules of another folder differ from those in use, and in what.
    """
    day, chosen = _day(start), _chosen(settings, programme)
    if folder is None:
        coming = [change for one in chosen for change in changes_ahead(one, day, days)]
    else:
        others = load_programmes(folder, settings.rules_of)
        wanted = {id_: one for id_, one in others.items() if programme in (None, id_)}
        coming = compare_all({one.id: one for one in chosen}, wanted, day, days)
    if as_json:
        click.echo(_as_json([change_document(change) for change in coming]), nl=False)
        return
    for change in coming:
        click.echo("\n".join(change_page(change, lang)))
    if not coming:
        nothing = Text(
            "{start}起{days}天內規定沒有變更。", "Nothing changes in the {days} days from {start}."
        )
        click.echo(nothing.format(start=day, days=days).in_language(lang))


@rules.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|FILE")
@click.option(
    "--on",
    type=_DAY,
    help="Try the block in force on that day.  [default: the first that differs, from today on]",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=28,
    show_default=True,
    help="How many days of sales, today included.",
)
@_lang
@_json
@click.pass_obj
def simulate(
    settings: Settings, path: Path, on: datetime | None, days: int, lang: str, as_json: bool
) -> None:
    """Try new rules for masks on past sales of the ledger.

    A FILE may hold a whole programme, or only its id and new blocks. The sales are judged as if
    the new block had been in force. The ledger knows no birth dates and no numbers: where the
    answer hangs on them, it is "cannot be told". Nobody is named.
    """
    new, today = _candidate(settings, path), _day(None)
    installed = load_programmes(settings.rules, None).get(new.id)
    block = new.block_on(on.date()) if on else block_to_try(installed, new, today)
    if block is None:
        raise Invalid(f"{path}: {new.id} has no rules in force on {_day(on)}")
    since = today - timedelta(days=days - 1)
    database = prepare(settings)
    found = simulate_block(
        load_programmes(settings.rules, settings.rules_of)[new.id],
        new,
        block,
        since,
        purchases_by_person(database, new.id, history_since(since)),
        past_refusals(database, since),
        lambda persons: tqdm(persons, unit="person", disable=None, leave=False, delay=1),
    )
    if as_json:
        click.echo(_as_json(found.document()), nl=False)
    else:
        click.echo("\n".join(simulation_page(found, new, lang)))


def _candidate(settings: Settings, path: Path) -> Programme:
    """Read new rules for masks: a folder of programmes, or one file."""
    if path.is_dir():
        programmes = load_programmes(path, None)
        if MASKS not in programmes:
            raise Invalid(f"{path}: there is no programme {MASKS!r}")
        return programmes[MASKS]
    found = read_continued(path, load_programmes(settings.rules, None))
    if found.id != MASKS:
        raise Invalid(f"{path}: only the programme {MASKS!r} is sold by the counter")
    return found


def _masks(settings: Settings) -> Programme:
    """Return the masks with every block, so that a policy can pin any of them."""
    programmes = load_programmes(settings.rules, None)
    if MASKS not in programmes:
        raise Invalid(f"{settings.rules_folder}: there is no programme {MASKS!r}")
    return programmes[MASKS]


def _chosen(settings: Settings, programme: str | None) -> list[Programme]:
    programmes = load_programmes(settings.rules, settings.rules_of)
    if programme is None:
        return list(programmes.values())
    if programme not in programmes:
        raise Invalid(f"there is no programme {programme!r}: {', '.join(programmes)}")
    return [programmes[programme]]


def _day(on: datetime | None) -> date:
    return on.date() if on else taipei_day(system_clock())


def _page(programme: Programme, day: date, lang: str) -> Iterator[str]:
    name, weekday = day_name(day), weekday_name(day)
    when = Text(f"{name.zh}（{weekday.zh}）", f"{weekday.en}, {name.en}")
    title = f"{programme.name.in_language(lang)} ({programme.id})"
    yield f"{title} · {when.in_language(lang)}"
    yield from (f"  · {line}" for line in rules_in_words(programme, day)[lang])
    if block := programme.block_on(day):
        yield f"  {Text('購買說明', 'Notes at the counter').in_language(lang)}"
        yield from (f"    {line}" for line in purchase_notes(programme, block, lang))


def _shown(programme: Programme, day: date) -> dict[str, object]:
    block = programme.block_on(day)
    notes = {lang: purchase_notes(programme, block, lang) for lang in LANGUAGES} if block else {}
    return {
        "programme": programme.id,
        "on": day.isoformat(),
        "block": block.effective.isoformat() if block else None,
        "pinned": programme.pinned,
        "words": rules_in_words(programme, day),
        "purchase_notes": notes,
    }


def _check_files(
    settings: Settings, files: Sequence[Path]
) -> tuple[list[tuple[Path, Programme]], list[str]]:
    installed, today = load_programmes(settings.rules, None), taipei_day(system_clock())
    found: list[tuple[Path, Programme]] = []
    faults: list[str] = []
    for path in files:
        try:
            found.append((path, check_file(path, installed, today)))
        except Invalid as error:
            faults.append(str(error))
    return found, faults


def _as_csv(answers: Sequence[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ANSWER)
    writer.writerows(csv_row(answer) for answer in answers)
    return out.getvalue()


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
