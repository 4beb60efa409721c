"""What can go wrong, as one tree; each program translates it in exactly one function.

    MaskmapError
    ├── Refused        a rule said no; normal at a counter
    ├── Invalid        the request cannot be understood
    ├── NotPermitted   this user may not do this
    ├── NotFound       no such thing, or it belongs to another outlet
    ├── Conflict       the request contradicts what is already recorded
    └── Unavailable    try again later; nothing was recorded

Every error carries a stable ``code``; the words for it stand in ``core.domain.refusals``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date


class MaskmapError(Exception):
    """Any fault maskmap knows how to explain."""

    code = "ERROR"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or code or self.code)
        if code is not None:
            self.code = code


class Refused(MaskmapError):
    """A rule said no. ``reasons`` are stable codes; ``next_date`` is when it would say yes."""

    code = "REFUSED"

    def __init__(
        self,
        reasons: Sequence[str],
        *,
        next_date: date | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(", ".join(reasons), code=reasons[0])
        self.reasons = tuple(reasons)
        self.next_date = next_date
        self.details = dict(details or {})


class Invalid(MaskmapError):
    """The input cannot be understood; the message says what to do next."""

    code = "INVALID"


class NotPermitted(MaskmapError):
    """This user may not do this."""

    code = "NOT_PERMITTED"


class NotFound(MaskmapError):
    """There is no such thing, or it is another outlet's."""

    code = "NOT_FOUND"


class Conflict(MaskmapError):
    """The request contradicts what is already recorded."""

    code = "CONFLICT"


class Unavailable(MaskmapError):
    """Nothing was recorded; the same request may be sent again."""

    code = "UNAVAILABLE"
