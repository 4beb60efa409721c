"""Requests that are no HTTP: refused by aiohttp with 400, counted here, not logged.

A port on the internet gets plenty of them, each with a traceback: a log of them fills a disk.
"""

from __future__ import annotations

import logging

from aiohttp.http import HttpProcessingError

from public_site.metrics import Metrics

ROUTE = "unreadable"


class _CountInstead(logging.Filter):
    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the record of an unreadable request, and count it."""
        kind = record.exc_info[0] if record.exc_info else None
        if kind is None or not issubclass(kind, HttpProcessingError):
            return True
        self._metrics.request(ROUTE, 400, 0.0)
        return False


def quiet_logger(metrics: Metrics) -> logging.Logger:
    """Return the logger for connections; faults of ours still go to the log."""
    # Not of the global tree: one for each application, since each counts for itself.
    # Of methods that nobody knows aiohttp says nothing above debug.
    logger = logging.Logger("aiohttp.server", logging.DEBUG)
    logger.parent = logging.getLogger("aiohttp.server")
    logger.addFilter(_CountInstead(metrics))
    return logger
