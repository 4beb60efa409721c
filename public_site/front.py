"""Answer again what was answered a moment ago, before anything is looked up.

A crowd asks few things often. An answer that depends on its address, the snapshot and the minute
alone is kept as ready bytes under its address; the next who asks gets them, with a request name,
a date and a count of their own. Whatever else an answer could depend on (a body, a range, a
method) goes the whole way.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime, timedelta

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web

from core.domain.snapshot import STALE_AFTER_TTL
from public_site.answers import codings, is_known
from public_site.bounded import BoundedCache
from public_site.frame import identity_line, new_identity, route_of
from public_site.keys import CLOCK, METRICS, POLICY, SNAPSHOTS
from public_site.serving.policy import DATA_PAGES, DATA_PATHS
from public_site.serving.ready import Again, Lasts, Prepared, Repeated
from public_site.snapshots import Look, Published

MOST_BYTES = 32 * 2**20
# Addresses here are answered the same in every language.
_ONE_LANGUAGE = (*DATA_PATHS, "/static/")
_MINUTE = timedelta(minutes=1)
_plain_log = logging.getLogger(__name__)

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Kept(Repeated):
    """An answer in memory, and where it is counted: sent whole, and as a 304."""

    __slots__ = ("age_s", "counts", "counts_304")

    def __init__(
        self,
        answer: Prepared,
        more: bytes,
        age_s: int | None,
        counts: list[int],
        counts_304: list[int],
    ) -> None:
        super().__init__(answer.ready, more)
        self.age_s = age_s
        self.counts, self.counts_304 = counts, counts_304


class Front:
    """Stands before an application; ``handle`` is what answers everything else."""

    def __init__(self, app: web.Application, handle: Handle) -> None:
        self._handle = handle
        self._snapshots = app[SNAPSHOTS]
        self._clock = app[CLOCK]
        self._metrics = app[METRICS]
        self._policy = app[POLICY]
        self._published: Published | None = None
        self._stale = False
        self._since = self._until = datetime.min.replace(tzinfo=UTC)
        self._kept: BoundedCache[_Kept] = BoundedCache(MOST_BYTES, lambda kept: len(kept.ready))

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Answer from memory, or let the application answer."""
        key = _key(request)
        if key is None:
            return await self._handle(request)
        kept = self._find(key)
        if kept is None:
            response = await self._handle(request)
            self._remember(key, request, response)
            return response
        known = hdrs.IF_NONE_MATCH in request.headers and is_known(request, kept.ready.etag)
        # A few microseconds: the first class of the histogram, and nothing in its sum.
        (kept.counts_304 if known else kept.counts)[0] += 1
        if request.keep_alive and request.version == HttpVersion11 and request.method == "GET":
            return Again(request, kept, known)
        response = Prepared(kept.ready, 304 if known else kept.ready.status)
        response.more = kept.more + identity_line(new_identity())
        return response

    def _find(self, key: Hashable) -> _Kept | None:
        now = self._clock()
        # Checked without a whole look: this runs for every request.
        published = self._snapshots.published
        if published is None or published is not self._published:
            return None
        if not self._since <= now < self._until:
            return None
        kept = self._kept.get(key)
        if kept is None or kept.age_s is None:
            return kept
        return kept if kept.age_s == Look(published, now, self._stale).age_s else None

    def _begin(self, look: Look) -> None:
        """Forget everything: another snapshot, another minute, or the data have grown stale."""
        self._published, self._stale = look.published, look.stale
        self._since = look.now.replace(second=0, microsecond=0)
        self._until = self._since + _MINUTE
        if not look.stale:
            patience = timedelta(seconds=STALE_AFTER_TTL * look.published.current.ttl_s)
            first_stale = look.published.checked_at + patience + timedelta.resolution
            self._until = min(self._until, first_stale.astimezone(look.now.tzinfo))
        self._kept = BoundedCache(MOST_BYTES, lambda kept: len(kept.ready))

    def _is_of(self, look: Look) -> bool:
        return (
            look.published is self._published
            and look.stale is self._stale
            and self._since <= look.now < self._until
        )

    def _remember(self, key: Hashable, request: web.Request, response: web.StreamResponse) -> None:
        """Keep an answer that allows it, if it was made from what the memory is of."""
        if not isinstance(response, Prepared) or response.lasts is Lasts.NOT:
            return
        if _plain_log.isEnabledFor(logging.DEBUG):  # who wants every request logged gets it
            return
        look = response.look
        if not isinstance(look, Look) or response.ready.status != 200:
            return
        if not self._is_of(look):
            if look.published is not self._snapshots.published:
                return
            self._begin(look)
        age_s = look.age_s if response.lasts is Lasts.SECOND else None
        more = self._policy.lines_of(request.path)
        route, counts_of = route_of(request), self._metrics.counts_of
        kept = _Kept(response, more, age_s, counts_of(route, 200), counts_of(route, 304))
        self._kept.keep(key, kept)


def _key(request: web.Request) -> Hashable | None:
    """Return what an answer may depend on; nothing for requests that are not remembered."""
    headers = request.headers
    if request.method not in ("GET", "HEAD") or request.body_exists:
        return None
    if request.version < HttpVersion10:
        return None
    if hdrs.RANGE in headers or hdrs.EXPECT in headers:
        return None
    path = request.raw_path
    packed = codings(headers.get(hdrs.ACCEPT_ENCODING, ""))
    if path.startswith(_ONE_LANGUAGE) and not path.startswith(DATA_PAGES):
        return path, packed
    host, language = headers.get(hdrs.HOST), headers.get(hdrs.ACCEPT_LANGUAGE)
    return path, packed, host, language
