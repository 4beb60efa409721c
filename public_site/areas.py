"""Find counties and towns by code or by any usual way to write their names."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.geography import Town, load_towns, normalise_address
from public_site.folding import visible
from public_site.parameters import BadParameter
from public_site.view import View

_RANKS = tuple("縣市鄉鎮區")
_ENGLISH_RANKS = ("city", "county", "township", "district")


def county_code(text: str, view: View) -> str:
    """Return a county's code: from its code, its name, or its English name, rank or not.

    Raises:
        BadParameter: no county, or more than one, is called that (新竹 is a city and a county).
    """
    if not text or text in view.by_county:
        return text
    names = {town.county_code: (town.county_zh, town.county_en) for town in load_towns()}
    for places in view.by_county.values():
        record = view.entries[places[0]].record
        names.setdefault(record.county_code, (record.county, ""))
    wanted = _plain(text)
    whole = [code for code, spelt in names.items() if wanted in (code, *map(_plain, spelt))]
    stem = _stem(wanted)
    found = whole or [code for code, spelt in names.items() if stem in map(_county_stem, spelt)]
    if len(found) != 1:
        raise BadParameter("county", _hint("county", found, names))
    return found[0]


def town_codes(text: str, county: str, view: View) -> str:
    """Return the codes of the towns a text names, with commas: several counties have a 中正區.

    Raises:
        BadParameter: no town is called that.
    """
    if not text or text in view.by_town:
        return text
    wanted = _plain(text)
    found = {town.town_code for town in load_towns() if _is_town(wanted, _spellings(town))}
    for places in view.by_town.values():
        record = view.entries[places[0]].record
        if _is_town(wanted, (record.town_code, record.town, record.county + record.town)):
            found.add(record.town_code)
    stem = _stem(wanted)
    if not found:
        found = {town.town_code for town in load_towns() if stem in map(_stem, _spellings(town))}
    if not found:
        raise BadParameter("town", "no such town; write its name, such as 中正區, or its code")
    inside = sorted(code for code in found if not county or code.startswith(county))
    return ",".join(inside or sorted(found))


def _is_town(wanted: str, spellings: Iterable[str]) -> bool:
    return wanted in map(_plain, spellings)


def _spellings(town: Town) -> tuple[str, ...]:
    short = town.county_zh[:2] + town.town_zh
    english = f"{town.town_en}, {town.county_en}"
    return (
        *(town.town_code, town.town_zh, town.county_zh + town.town_zh, short),
        *(town.town_en, english),
    )


def _plain(text: str) -> str:
    """Spell a name for comparison: 臺, half-width, lower case, no spaces, commas, apostrophes."""
    lower = normalise_address(visible(text)).lower()
    return "".join(sign for sign in lower if sign.isalnum())


def _stem(text: str) -> str:
    """Leave out the rank: 臺北 of 臺北市, taipei of Taipei City; two signs stay."""
    plain = _plain(text)
    for rank in _ENGLISH_RANKS:
        plain = plain.removesuffix(rank)
    return plain[:-1] if len(plain) > 2 and plain.endswith(_RANKS) else plain


def _county_stem(text: str) -> str:
    return _stem(text) or "?"


def _hint(parameter: str, found: list[str], names: dict[str, tuple[str, str]]) -> str:
    if found:
        both = " or ".join(names[code][0] for code in found)
        return f"which {parameter}: {both}?"
    return "no such county; write its name, such as 臺北市, or its code"
