"""Read the body of a small form, from a client who may be slow, endless or hostile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from core.errors import Invalid

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 16 * 1024
MOST_FIELDS = 64
# How long a client may take to send its head, or a form; and how long it may be idle.
PATIENCE_S = web.AppKey("patience_s", float)


class BodyTooLarge(Invalid):
    """More was sent than is read here."""

    code = "REQUEST_TOO_LARGE"


class BodyTooSlow(Invalid):
    """A body did not arrive in time."""

    code = "REQUEST_TOO_SLOW"


class BodyNotTaken(Invalid):
    """A body in a form that is not read here, such as a compressed one."""

    code = "MEDIA_TYPE_UNSUPPORTED"


async def small_form(request: web.Request) -> Mapping[str, str]:
    """Return the fields of a form; of a repeated one the last.

    Raises:
        BodyTooLarge: above 16 kB. BodyTooSlow: not there in time.
        BodyNotTaken: no form, or a compressed one. Invalid: damaged.
    """
    _refuse_other_forms(request)
    try:
        async with asyncio.timeout(request.app[PATIENCE_S]):
            body = await request.read()
    except TimeoutError:
        raise BodyTooSlow("the form did not arrive in time; send it again") from None
    except web.RequestPayloadError:
        raise Invalid("the form did not arrive whole") from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    return _fields(body)


def _refuse_other_forms(request: web.Request) -> None:
    if request.content_type != FORM or "Content-Encoding" in request.headers:
        raise BodyNotTaken(f"send the fields as {FORM}, not compressed")
    if (request.content_length or 0) > MOST_BYTES:
        raise _too_large()


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"at most {MOST_BYTES} bytes are read here")


def _fields(body: bytes) -> Mapping[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:  # includes UnicodeDecodeError
        raise Invalid("the form is damaged: its fields cannot be read") from None
    return dict(pairs)
