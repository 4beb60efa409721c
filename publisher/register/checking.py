"""``maskmap outlets check``: what is doubtful about the register and its stock."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import click

from core.domain.outlets import Outlet
from core.rules import load_programmes
from core.settings import Settings
from core.storage import prepare
from core.storage.feed import Balance, LedgerFeed
from publisher.csv_text import row, safe_cell
from publisher.register.anomalies import implausible_stock, levels_of
from publisher.register.boundaries import town_boundaries
from publisher.register.doubts import CHECKS, Doubt, find_doubts
from publisher.register.evidence import load_evidence

STOCK = "stock_implausible"
COLUMNS = ("code", "name", "county", "town", "address", "kind", "detail")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the doubts as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the doubts as CSV, for a spreadsheet.")
@click.pass_obj
def check(settings: Settings, as_json: bool, as_csv: bool) -> None:
    """Report doubtful places of registered outlets, and stock that cannot well be true."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    register, balances = _standing(settings)
    doubts = [
        *find_doubts(list(register.values()), load_evidence(settings.state)),
        *_stock_doubts(settings, register, balances),
    ]
    if as_json:
        click.echo(json.dumps(_document(register, doubts), ensure_ascii=False))
    elif as_csv:
        click.echo("\n".join(_csv(register, doubts)))
    else:
        for line in _text(register, doubts):
            click.echo(line)
    click.echo(_summary(register, doubts), err=True)
    if town_boundaries() is None:
        click.echo(
            "town boundaries are missing (scripts/make-assets fetches them by npm):"
            " towns were judged as circles, far_from_town instead of outside_town",
            err=True,
        )


def _standing(
    settings: Settings,
) -> tuple[dict[str, Outlet], dict[tuple[str, str], Balance]]:
    """Return the register and the stock as they stand at one instant."""
    feed = LedgerFeed(prepare(settings))
    try:
        with feed.instant():
            return {outlet.code: outlet for outlet in feed.outlets()}, feed.balances()
    finally:
        feed.close()


def _stock_doubts(
    settings: Settings,
    register: Mapping[str, Outlet],
    balances: Mapping[tuple[str, str], Balance],
) -> Iterator[Doubt]:
    """Judge the stock by every programme; outlets for tests may hold what they like."""
    levels = levels_of(
        {
            of: balance
            for of, balance in balances.items()
            if of[0] in register and not register[of[0]].test
        }
    )
    for programme in load_programmes(settings.rules, settings.rules_of).values():
        for code, day, reason in implausible_stock(levels, programme, register):
            yield Doubt(code, STOCK, f"{day}: {reason}")


def _meaning(kind: str) -> str:
    docstring = CHECKS[kind].__doc__ if kind in CHECKS else "More in stock than can well be true."
    return (docstring or "").strip()


def _text(register: Mapping[str, Outlet], doubts: Sequence[Doubt]) -> Iterator[str]:
    for kind, count in Counter(doubt.kind for doubt in doubts).items():
        yield f"{kind} ({count}): {_meaning(kind)}"
        for doubt in doubts:
            if doubt.kind == kind:
                yield f"  {doubt.code} {register[doubt.code].name}: {doubt.detail}"


def _document(register: Mapping[str, Outlet], doubts: Sequence[Doubt]) -> dict[str, object]:
    return {
        "outlets": len(register),
        "boundaries": town_boundaries() is not None,
        "counts": Counter(doubt.kind for doubt in doubts),
        "doubts": [
            {"code": code, "name": register[code].name, "kind": kind, "detail": detail}
            for code, kind, detail in doubts
        ],
    }


def _csv(register: Mapping[str, Outlet], doubts: Sequence[Doubt]) -> Iterator[str]:
    yield "\ufeff" + row(COLUMNS)
    for code, kind, detail in doubts:
        outlet = register[code]
        texts = (code, outlet.name, outlet.county, outlet.town, outlet.address, kind, detail)
        yield ",".join(map(safe_cell, texts))


def _summary(register: Mapping[str, Outlet], doubts: Sequence[Doubt]) -> str:
    counts = Counter(doubt.kind for doubt in doubts)
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    return f"{len(register)} outlets; doubtful: {told or 'none'}"
