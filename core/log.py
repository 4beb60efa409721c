"""Logs: JSON lines on stderr, each with its request's id, none with a person in it.

The scrubber is the last net, not the first: no code should log an identity number. It works on
the finished event, so it also sees what a library put into an exception's text.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar

import structlog
from structlog.typing import EventDict, WrappedLogger

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Numbers of citizens and residents (letter, letter or digit, eight digits), old permits (two
# letters, eight digits) and NHI card numbers (twelve digits), in either case, anywhere in a text.
_IDENTITY = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z][A-Da-d0-9]\d{8}|\d{12})(?![A-Za-z0-9])")
# Keys whose value is a person's whatever it looks like.
_PERSONAL_KEYS = re.compile(
    r"id_?number|birth|born|^person(_key|_link|_id)?$|national_?id|身分證|生日|出生",
    re.IGNORECASE,
)
# The same keys inside a text, as JSON, a form, or Python's repr write them.
_BIRTH_IN_TEXT = re.compile(r"(birth_?(?:date|day)?\"?'?\s*[:=]\s*)[\"']?[\w/.-]+", re.IGNORECASE)
REMOVED = "[removed]"


def scrub_text(text: str) -> str:
    """Remove what looks like an identity number or a named birth date from a text."""
    return _BIRTH_IN_TEXT.sub(rf"\1{REMOVED}", _IDENTITY.sub(REMOVED, text))


def scrub(value: object, key: str = "") -> object:
    """Remove what looks like a person from a value, at any depth."""
    if _PERSONAL_KEYS.search(key):
        return REMOVED
    if isinstance(value, bool | int | float | None):
        # An integer of twelve digits is a card number as much as its text is.
        return REMOVED if _IDENTITY.fullmatch(str(value)) else value
    if isinstance(value, Mapping):
        return {scrub_text(str(k)): scrub(v, str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item) for item in value]
    return scrub_text(value if isinstance(value, str) else repr(value))


def _scrub_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: scrub(value, key) for key, value in event.items()}


def _add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if current := request_id.get():
        event["request_id"] = current
    return event


def configure_logging(level: str, program: str = "maskmap") -> None:
    """Send every log line of this process, libraries' included, to stderr as scrubbed JSON."""

    def _add_program(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("program", program)
        return event

    before: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _add_program,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.UnicodeDecoder(),
                _scrub_event,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The access log would write the query of a request; the programs log their own line instead.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
