"""Which language a request wants: ``?lang=``, else ``Accept-Language``, else zh-TW."""

from __future__ import annotations

from aiohttp import web

DEFAULT = "zh-TW"


def language_of(request: web.Request) -> str:
    """Return ``zh-TW`` or ``en``."""
    asked = request.query.get("lang")
    if asked is not None:
        return "en" if asked.lower().startswith("en") else DEFAULT
    return _accepted(request.headers.get("Accept-Language", ""))


def _accepted(header: str) -> str:
    """Return the first of our languages in order of preference."""
    wanted = sorted(map(_parse, header.split(",")[:20]), key=lambda item: -item[0])
    for quality, tag in wanted:
        if quality > 0 and tag.startswith(("zh", "en")):
            return "en" if tag.startswith("en") else DEFAULT
    return DEFAULT


def _parse(item: str) -> tuple[float, str]:
    tag, _, parameter = item.partition(";")
    try:
        return float(parameter.strip().removeprefix("q=") or 1), tag.strip().lower()
    except ValueError:
        return 0.0, ""
