"""Reading what clients send, and writing JSON back."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from core.actions.desk import MOST_PIECES
from core.domain.calendar import parse_birth_date
from core.domain.eligibility import Claim
from core.errors import Invalid
from pharmacy_portal.readings import Reading

BODY_LIMIT_BYTES = 64 * 1024
# An identity number is at most twelve characters; what is longer is no number but a flood.
LONGEST_FIELD = 64
_KEY = re.compile(r"[\x20-\x7e]{1,128}")
_Body = TypeVar("_Body", bound="Body")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every request body: nothing in it may be left over."""


class Buyer(Body, frozen=True):
    """Who buys, as typed or read; a reading counts with type 01 and is ignored with others."""

    identity_type: str
    id_number: str
    birth_date: str
    reading: Reading | None = None

    def claim(self) -> Claim:
        """Return the claim to be judged; an impossible birth date is judged, not refused here.

        Raises:
            Invalid: a field is far too long.
        """
        for field in ("identity_type", "id_number", "birth_date"):
            if len(getattr(self, field)) > LONGEST_FIELD:
                raise Invalid(f"{field} is too long")
        return Claim(self.identity_type, self.id_number, parse_birth_date(self.birth_date))


async def read_body(request: web.Request, kind: type[_Body]) -> _Body:
    """Read and check a JSON body.

    Raises:
        Invalid: it is not JSON of that shape; the message never repeats what was sent.
    """
    raw = await request.read()
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as fault:
        raise Invalid(_without_values(str(fault))) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Invalid("the body is not JSON of the documented shape") from None


def _without_values(fault: str) -> str:
    """Name the fault but no name that the client made up: it could be anything."""
    return "the body has an unknown field" if "unknown field" in fault else fault


def canonical(body: Body) -> bytes:
    """Return the bytes that two requests share when they ask for the same."""
    return msgspec.json.encode(body, order="sorted")


def whole_pieces(pieces: dict[str, Any]) -> dict[str, int | None]:
    """Read numbers of pieces; None stands for what is no whole number, or out of all bounds."""
    return {product: _whole(value) for product, value in pieces.items()}


def _whole(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= MOST_PIECES else None


def idempotency_key(request: web.Request) -> str:
    """Return the request's ``Idempotency-Key``.

    Raises:
        Invalid: it is missing, or not 1–128 printable ASCII characters.
    """
    keys = request.headers.getall("Idempotency-Key", [])
    if len(keys) != 1 or not _KEY.fullmatch(keys[0].strip()):
        raise Invalid("the header Idempotency-Key must hold 1 to 128 printable ASCII characters")
    return keys[0].strip()


def json_response(body: bytes | object, status: int = 200) -> web.Response:
    """Answer with JSON; bytes go out untouched."""
    encoded = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return web.Response(body=encoded, status=status, content_type="application/json")
