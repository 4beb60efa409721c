"""The directory's database: submissions, reviews, and what the link check found.

One SQLite file, apart from the ledger. Calls block for a moment; a server makes them in a thread.
The number in ``user_version`` is the version of the tables; a later version gets a step of its own.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from core.community.listing import Listing, same_link
from core.domain.calendar import rfc3339
from core.errors import Conflict, NotFound, Unavailable

MOST_WAITING = 200
MOST_AN_HOUR = 20
VERDICTS = ("accepted", "rejected", "withdrawn")
_BUSY_S = 5.0
_VERSION = 1
_TABLES = """
create table submission (
  id text primary key,
  submitted_at text not null,
  state text not null check (state in ('waiting', 'accepted', 'rejected', 'withdrawn')),
  link text not null,
  listing text not null
) strict;
create unique index one_of_a_link on submission (link) where state in ('waiting', 'accepted');
create table review (
  submission text not null references submission (id),
  at text not null,
  reviewer text not null,
  verdict text not null,
  reason text not null
) strict;
create table link_check (
  url text primary key,
  at text not null,
  works integer not null,
  detail text not null
) strict;
pragma user_version = 1;
"""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission and where it stands: ``waiting``, or one of ``VERDICTS``."""

    id: str
    submitted_at: str
    state: str
    listing: Listing
    reason: str = ""


class LinkCheck(msgspec.Struct, frozen=True):
    """What the last look at a link found."""

    url: str
    at: str
    works: bool
    detail: str


class AlreadyListed(Conflict):
    """The same address is in the directory, or waits for review."""

    code = "ALREADY_LISTED"


class QueueFull(Unavailable):
    """Too many submissions wait, or came within the hour."""

    code = "QUEUE_FULL"


class CommunityStore:
    """The directory's database; the file is made when first written to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def submit(self, listing: Listing, at: datetime) -> str:
        """Put a submission into the queue of the steward; return its id.

        Raises:
            AlreadyListed: the same address is there. QueueFull: try again later.
        """
        identity = secrets.token_hex(6)
        body = msgspec.json.encode(listing).decode()
        with self._writing() as database:
            _refuse_flood(database, at)
            try:
                database.execute(
                    "insert into submission values (?, ?, 'waiting', ?, ?)",
                    (identity, rfc3339(at), same_link(listing.url), body),
                )
            except sqlite3.IntegrityError:
                raise AlreadyListed("this address is in the directory or waits there") from None
        return identity

    def review(self, identity: str, verdict: str, *, by: str, reason: str, at: datetime) -> None:
        """Decide on a submission; every decision is kept.

        Raises:
            NotFound: there is no such submission. Conflict: it stands so already, or another one
                of the same address is listed.
        """
        with self._writing() as database:
            row = database.execute(
                "select state from submission where id = ?", (identity,)
            ).fetchone()
            if row is None:
                raise NotFound(f"there is no submission {identity}; `maskmap apps list` shows them")
            if row[0] == verdict:
                raise Conflict(f"submission {identity} is {verdict} already")
            try:
                database.execute(
                    "update submission set state = ? where id = ?", (verdict, identity)
                )
            except sqlite3.IntegrityError:
                raise AlreadyListed("another submission of this address is listed") from None
            database.execute(
                "insert into review values (?, ?, ?, ?, ?)",
                (identity, rfc3339(at), by, verdict, reason),
            )

    def save_link_check(self, found: LinkCheck) -> None:
        """Keep what a look at a link found, in place of the last."""
        with self._writing() as database:
            database.execute(
                "insert or replace into link_check values (?, ?, ?, ?)",
                (found.url, found.at, int(found.works), found.detail),
            )

    def submissions(self) -> list[Submission]:
        """Return every submission, the oldest first, with the reason of its last review."""
        query = (
            "select id, submitted_at, state, listing, coalesce((select reason from review"
            " where submission = id order by rowid desc limit 1), '')"
            " from submission order by submitted_at, id"
        )
        return [
            Submission(
                id=identity,
                submitted_at=at,
                state=state,
                listing=msgspec.json.decode(body, type=Listing),
                reason=reason,
            )
            for identity, at, state, body, reason in self._read(query)
        ]

    def link_checks(self) -> dict[str, LinkCheck]:
        """Return what the last look at each link found, by address."""
        rows = self._read("select url, at, works, detail from link_check")
        return {url: LinkCheck(url, at, bool(works), detail) for url, at, works, detail in rows}

    def _read(self, query: str) -> list[tuple[str, ...]]:
        if not self.path.exists():
            return []
        with self._opened() as database:
            return database.execute(query).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as database:
            database.execute("begin immediate")
            yield database
            database.execute("commit")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file and bring its tables up to date; an open transaction is rolled back.

        Raises:
            Unavailable: it cannot be opened, read or written.
        """
        try:
            with closing(sqlite3.connect(self.path, _BUSY_S, isolation_level=None)) as database:
                _bring_up_to_date(database)
                yield database
        except sqlite3.Error as error:
            raise Unavailable(f"the directory's database: {error}") from error


def _bring_up_to_date(database: sqlite3.Connection) -> None:
    if database.execute("pragma user_version").fetchone()[0] == _VERSION:
        return
    database.execute("pragma journal_mode = wal")
    database.execute("begin immediate")
    # Somebody else may have made the tables while this one waited for the lock.
    if database.execute("pragma user_version").fetchone()[0] < _VERSION:
        for statement in _TABLES.split(";\n"):
            database.execute(statement)
    database.execute("commit")


def _refuse_flood(database: sqlite3.Connection, at: datetime) -> None:
    """Keep a flood of submissions from burying the steward."""
    since = rfc3339(at - timedelta(hours=1))
    waiting, recent = database.execute(
        "select sum(state = 'waiting'), sum(submitted_at > ?) from submission", (since,)
    ).fetchone()
    if (waiting or 0) >= MOST_WAITING or (recent or 0) >= MOST_AN_HOUR:
        raise QueueFull("too many submissions wait for review; please try again in an hour")
