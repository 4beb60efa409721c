"""What a typed text may mean: words that an outlet's search text must all contain.

People leave out 區, write the postcode, the village or the floor, or put the name beside the
address. The first reading is strict; the others are tried in turn only where it finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from core.domain.geography import address_heads, town_stems
from public_site.folding import fold, visible, without_floors, without_village

Words = tuple[str, ...]

_REALM = re.compile(r"^(?:中華民國|臺灣省?|福建省)(?=.)")
_POSTCODE = re.compile(r"^·?[0-9]{3}(?:[0-9]{2,3})?$")
_GLUED_POSTCODE = re.compile(r"^·?[0-9]{3}(?:[0-9]{2,3})?(?=[^0-9\-])")
_FLOOR = re.compile(r"^(?:地下|b)?·?[0-9]+(?:樓|f)?(?:-[0-9]+)?$")
_TELEPHONE = re.compile(
    r"(?<![0-9])(?:\+?886[\s\-.]*(?:\(0\)|0)?|\(?(?=0))"
    r"([0-9](?:[\s\-.()]*[0-9]){7,9})(?![0-9]|\s*[號樓巷弄段])"
)
_LOCAL_TELEPHONE = re.compile(
    r"(?<![0-9])([2-9][0-9]{2,3})[\s\-]([0-9]{4})(?![0-9\-]|\s*[號樓巷弄])"
)
_EXTENSION = re.compile(r"(?:分機|轉|\bext\.?|#)\s*[0-9]+", re.IGNORECASE)
_DOORS = re.compile(r"(?<=[0-9])\s*[、,.。]\s*(?=[0-9、,.。\-\s]*號)")
_JOINED = re.compile(r"(?<=[a-z])['’\-](?=[a-z])", re.IGNORECASE)
# Digits alone, long enough to be part of a code or a telephone number.
_DIGITS = re.compile(r"[0-9]{5,}|[0-9]{6}[0-9a-z][0-9]{3}")
_DOOR_AND_NAME = re.compile(r"(.*·[0-9\-]+號)([^·0-9]{2,})")
_DOOR = re.compile(r"·([0-9]+)(-[0-9]+)?號$")
_ROAD_SIGN = re.compile(r"[路街道段巷弄號]")
_FILLER = {"附近", "藥局在哪", "near"}
_LONGEST_HEAD = 10


def words_of(text: str) -> Words:
    """Return the strict reading of a text."""
    return next(readings(text), ())


def readings(text: str) -> Iterator[Words]:
    """Yield the words a text may mean, the likeliest reading first, none twice."""
    parts = _parts(text)
    strict = _words([part for part in map(_folded, parts) if part])
    joined = _folded("".join(parts))
    bare = _without_realm(_GLUED_POSTCODE.sub("", joined))
    bases = [strict, _words([joined]), _words([bare]), *_by_stems(bare)]
    looser = chain.from_iterable(map(_loosened, bases))
    without = (base[:1] + base[2:] for base in bases if _is_county_and_town(base))
    yield from dict.fromkeys(words for words in chain(bases, looser, without) if words)


@cache
def area_words() -> frozenset[str]:
    """Return the words that name counties and towns, whole or without their last character."""
    return frozenset(chain.from_iterable((*address_heads().values(), *town_stems().values())))


def _parts(text: str) -> list[str]:
    """Take a text apart at spaces and punctuation, but for telephone numbers and doors."""
    text = without_floors(_JOINED.sub("", visible(text).lower()))
    text = _EXTENSION.sub(" ", _DOORS.sub("號", text))
    text = _TELEPHONE.sub(lambda found: _telephone(found[0]), text)
    text = _LOCAL_TELEPHONE.sub(r" \1\2 ", text)
    spaced = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in text)
    return [part for part in spaced.split() if part not in _FILLER]


def _telephone(text: str) -> str:
    digits = "".join(sign for sign in text if sign.isdigit())
    return f" 0{digits[3:].lstrip('0')} " if digits.startswith("886") else f" {digits} "


def _folded(part: str) -> str:
    return part if _DIGITS.fullmatch(part) else fold(part)


def _words(parts: Iterable[str]) -> Words:
    """Read parts as they stand, without postcodes and floors where anything else is left."""
    kept = [part for part in parts if part]
    if len(kept) > 1:
        kept = [p for n, p in enumerate(kept) if n or not _POSTCODE.match(p)]
        kept = [p for n, p in enumerate(kept) if not (n and _is_floor(p))]
    return tuple(dict.fromkeys(word for part in kept for word in _apart(part)))


def _is_floor(part: str) -> bool:
    return _FLOOR.match(part) is not None and part.strip("·-0123456789") != ""


def _apart(part: str) -> list[str]:
    """Take an address apart behind county and town, and before a name behind its door."""
    bare = _GLUED_POSTCODE.sub("", part)
    bare = part if _head(_without_realm(bare)) == "" else _without_realm(bare)
    head = _head(bare)
    rest = bare[len(head) :]
    second = _head(rest) if len(address_heads().get(head, ())) == 1 else ""
    words = [*address_heads().get(head, ()), *address_heads().get(second, ())]
    return words + _street(rest[len(second) :])


def _without_realm(text: str) -> str:
    for _ in range(3):
        text = _REALM.sub("", text)
    return _GLUED_POSTCODE.sub("", text)


def _street(rest: str) -> list[str]:
    if not rest:
        return []
    rest = without_village(rest) if _ROAD_SIGN.search(rest) else rest
    found = _DOOR_AND_NAME.fullmatch(rest)
    return list(found.groups()) if found else [rest]


def _head(text: str) -> str:
    """Return the longest beginning that names a county or town, unless a road bears its name."""
    heads = address_heads()
    for length in range(min(_LONGEST_HEAD, len(text)), 1, -1):
        if text[:length] in heads and not text[length:].startswith(("路", "街", "藥局")):
            return text[:length]
    return ""


def _by_stems(bare: str) -> Iterator[Words]:
    """Read 板橋文化路 as (板橋, 文化路), 臺北大安和平東路 as (臺北市, 大安, 和平東路)."""
    stems = town_stems()
    for length in range(min(_LONGEST_HEAD, len(bare) - 2), 1, -1):
        rest = bare[length:]
        if bare[:length] in stems and not rest.startswith(("路", "街", "巷")):
            yield (*stems[bare[:length]], *_street(rest))


def _loosened(words: Words) -> Iterator[Words]:
    """Yield the same with the building's main door, any of its doors, and the road apart."""
    main = tuple(_DOOR.sub(lambda d: f"·{d[1]}號", word) for word in words)
    inside = tuple(_DOOR.sub(lambda d: f"·{d[1]}-", word) for word in words)
    yield from (main, inside)
    yield from (_at_numbers(each) for each in (words, main, inside))


def _at_numbers(words: Words) -> Words:
    """Take streets apart before each number, so that a section may be missing between."""
    parts = (re.split(r"(?=·)", word) if _ROAD_SIGN.search(word) else [word] for word in words)
    return tuple(part for word in parts for part in word if part)


def _is_county_and_town(words: Words) -> bool:
    if len(words) < 3 or not any(_DOOR.search(word) for word in words[2:]):
        return False
    return set(words[:2]) <= area_words()
