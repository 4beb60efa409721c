"""A rationing programme (實名制方案): products, and dated blocks of rules.

Every number the authority may change stands in ``data/programmes/*.toml`` with the day it takes
effect and its source. Pieces are counted in the product's own unit (片, 份).
"""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from core.domain.text import Text
from core.errors import Invalid

# Characters; the programmes of 2020 need some four thousand, in lines below 200.
LARGEST_FILE, LONGEST_LINE = 128 * 1024, 1000

Pieces = Mapping[str, int]
"""Product id → number of pieces."""


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything written in a programme file."""


class Product(_Rules, frozen=True):
    """Something rationed. ``unit`` is what one piece is called."""

    id: str
    name: Text
    unit: Text


class Levels(_Rules, frozen=True):
    """Smallest number of pieces at which stock is called plenty, some, few."""

    plenty: int
    some: int
    few: int

    def of(self, pieces: int) -> str:
        """Name the level of a stock: ``plenty some few none``."""
        for name in ("plenty", "some", "few"):
            if pieces >= getattr(self, name):
                return name
        return "none"


class Window(_Rules, frozen=True):
    """How long a purchase counts.

    ``rolling`` counts ``days`` Taipei calendar days: bought on D, again from D + days.
    ``round`` counts from ``since`` until a block with a later ``since`` is in force.
    ``once``: any purchase inside uses the window up. ``pieces``: only the pieces bought do, so
    the quota may be taken in instalments.
    """

    kind: Literal["rolling", "round"]
    mode: Literal["once", "pieces"] = "once"
    days: int | None = None
    since: date | None = None

    def holds(self, bought: date, day: date) -> bool:
        """Tell whether a purchase of ``bought`` still counts on ``day``."""
        if self.days is not None:
            return (day - bought).days < self.days
        return self.since is not None and bought >= self.since


class Group(_Rules, frozen=True):
    """Buyers who share a quota: those born on or after ``born_from``, else everybody left.

    ``limits`` are pieces per product; a product not named is not for this group. ``total`` is
    the limit over all products.
    """

    id: str
    limits: dict[str, int]
    total: int
    weekdays: Literal["odd_even", "any"] = "any"
    born_from: date | None = None
    cards_per_carrier: int = 1


class SupplyOverride(_Rules, frozen=True):
    """Another daily supply for one outlet, one kind of outlet, or one county."""

    daily_supply: dict[str, int]
    outlet: str | None = None
    kind: str | None = None
    county: str | None = None


class Block(_Rules, frozen=True):
    """The rules in force from ``effective`` until the next block begins."""

    effective: date
    source: str
    window: Window
    group: tuple[Group, ...]
    price_ntd: dict[str, int]
    daily_supply: dict[str, int]
    supply_override: tuple[SupplyOverride, ...] = ()
    confidence: str = ""
    note: Text | None = None

    def group_of(self, born: date) -> Group:
        """Return the first group this birth date belongs to."""
        for group in self.group:
            if group.born_from is None or born >= group.born_from:
                return group
        raise Invalid(f"block {self.effective}: no group for birth date")

    def amount_ntd(self, pieces: Pieces) -> int:
        """Return what these pieces cost, in New Taiwan dollars."""
        return sum(self.price_ntd[product] * count for product, count in pieces.items())

    def supply_for(self, *, outlet: str, kind: str, county: str) -> dict[str, int]:
        """Return the day's standard goods of one outlet: outlet over kind over county."""
        chosen = dict(self.daily_supply)
        for field, value in (("county", county), ("kind", kind), ("outlet", outlet)):
            for override in self.supply_override:
                if getattr(override, field) == value:
                    chosen |= override.daily_supply
        return chosen


class Programme(_Rules, frozen=True):
    """One rationing programme: products and blocks in ascending order of ``effective``."""

    id: str
    name: Text
    product: tuple[Product, ...]
    levels: Levels
    block: tuple[Block, ...]
    pinned: bool = False

    def block_on(self, day: date) -> Block | None:
        """Return the block in force on a day; None before the first one."""
        index = bisect_right(self.block, day, key=lambda block: block.effective)
        return self.block[index - 1] if index else None

    def pinned_to(self, effective: date) -> Programme:
        """Return this programme with only the block in force on ``effective``, for ever."""
        block = self.block_on(effective)
        if block is None:
            raise Invalid(f"{self.id}: no rules were in force on {effective}")
        return msgspec.structs.replace(self, block=(block,), pinned=True)

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The products in the order of the file."""
        return tuple(product.id for product in self.product)

    def document(self) -> dict[str, object]:
        """Return the programme as plain JSON values; ``from_document`` reads it back."""
        return dict(msgspec.to_builtins(self))

    def rules_hash(self) -> str:
        """Return the SHA-256 of the canonical document, lower-case hex."""
        return hashlib.sha256(msgspec.json.encode(self.document(), order="sorted")).hexdigest()


def from_document(document: object) -> Programme:
    """Build a programme from plain values (a parsed TOML file, a snapshot's manifest).

    Raises:
        Invalid: naming every fault found.
    """
    try:
        programme = msgspec.convert(document, Programme)
    except msgspec.ValidationError as error:
        faults = list(_shape_faults(document)) or [str(error)]
        raise Invalid("programme: " + "; ".join(faults)) from None
    faults = list(faults_of(programme))
    if faults:
        raise Invalid("programme {}: {}".format(programme.id, "; ".join(faults)))
    return programme


def parse_programme(text: str) -> Programme:
    """Read a programme file (TOML).

    Raises:
        Invalid: naming every fault found.
    """
    return from_document(read_toml(text))


def read_toml(text: str) -> dict[str, object]:
    """Parse TOML that somebody put into a folder: one that is built to hurt is refused.

    The parser's time grows with the square of a key's parts, and its depth with the brackets.

    Raises:
        Invalid: it is not TOML, or out of all proportion.
    """
    lines = text.splitlines()
    if len(text) > LARGEST_FILE or max(map(len, lines), default=0) > LONGEST_LINE:
        raise Invalid("programme file is too long, or one of its lines is")
    try:
        return tomllib.loads(text)
    # A plain ValueError: a number of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise Invalid(f"programme file is not TOML: {error}") from None


def _shape_faults(document: object) -> Iterator[str]:
    """Yield the first wrong shape of every part, so that one look shows them all."""
    if not isinstance(document, dict):
        return
    rest = dict(document)
    parts: dict[str, type[_Rules]] = {"product": Product, "block": Block}
    for name, kind in parts.items():
        if isinstance(rest.get(name), list | tuple):
            for number, row in enumerate(rest[name], start=1):
                known = isinstance(row, dict) and row.get("effective" if kind is Block else "id")
                yield from _misfit(row, kind, f"{name} {known or number}: ")
            rest[name] = []
    yield from _misfit(rest, Programme, "")


def _misfit(value: object, kind: type[_Rules], where: str) -> Iterator[str]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield f"{where}{error}"


def faults_of(programme: Programme) -> Iterator[str]:
    """Yield what is wrong with a programme that has the right shape."""
    days = [block.effective for block in programme.block]
    if not days:
        yield "it has no block"
    if days != sorted(set(days)):
        yield "blocks must stand in ascending order, one for each day"
    if not programme.product or len(set(programme.product_ids)) < len(programme.product):
        yield "it must have products, each with an id of its own"
    levels = programme.levels
    if not levels.plenty > levels.some > levels.few > 0:
        yield "levels must fall: plenty > some > few > 0"
    for block in programme.block:
        for fault in _block_faults(programme, block):
            yield f"block {block.effective}: {fault}"


def _block_faults(programme: Programme, block: Block) -> Iterator[str]:
    known = set(programme.product_ids)
    for name, table in (("price_ntd", block.price_ntd), ("daily_supply", block.daily_supply)):
        if set(table) != known:
            yield f"{name} must name each product once: {sorted(known)}"
        if any(value < 0 for value in table.values()):
            yield f"{name} must not be negative"
    if not block.source.strip():
        yield "source must name the official text"
    yield from _window_faults(block)
    yield from _group_faults(block, known)
    yield from _override_faults(block, known)


def _window_faults(block: Block) -> Iterator[str]:
    window = block.window
    if window.kind == "rolling" and (window.days is None or window.days < 1 or window.since):
        yield "a rolling window needs days ≥ 1 and no since"
    if window.kind == "round" and (window.since is None or window.days is not None):
        yield "a round needs since and no days"
    if window.since and window.since > block.effective:
        yield "a round cannot begin after the block that describes it"


def _group_faults(block: Block, known: set[str]) -> Iterator[str]:
    cuts = [group.born_from for group in block.group]
    if not cuts or cuts[-1] is not None or None in cuts[:-1]:
        yield "the last group, and only it, must be without born_from"
    dated = [cut for cut in cuts if cut is not None]
    if dated != sorted(set(dated), reverse=True):
        yield "groups must stand from the youngest to the oldest"
    if len({group.id for group in block.group}) < len(block.group):
        yield "each group must have an id of its own"
    for group in block.group:
        if group.cards_per_carrier < 1:
            yield f"group {group.id}: cards_per_carrier must be at least 1"
        if not set(group.limits) <= known or min(group.limits.values(), default=0) < 1:
            yield f"group {group.id}: limits must name known products, each at least 1"
        elif not max(group.limits.values()) <= group.total <= sum(group.limits.values()):
            yield f"group {group.id}: total does not fit its limits"


def _override_faults(block: Block, known: set[str]) -> Iterator[str]:
    for number, override in enumerate(block.supply_override, start=1):
        named = (override.outlet, override.kind, override.county)
        if sum(place is not None for place in named) != 1:
            yield f"supply_override {number}: name exactly one of outlet, kind, county"
        if (
            not set(override.daily_supply) <= known
            or min(override.daily_supply.values(), default=0) < 0
        ):
            yield f"supply_override {number}: daily_supply must name known products, none below 0"
