"""The two databases behind one interface: SQLite in the data folder, PostgreSQL by setting.

SQL is written once, in what both understand, with `$1`, `$2` for values. What differs is here: how to connect, and how
words are indexed and matched.
"""

# ruff: noqa: D102 (what the methods promise stands once, in the two protocols)
from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

import aiosqlite
import asyncpg

from agents.serve.words import Term, of_speaker
from streams.errors import SetupError

# A question that takes longer is stopped: it would keep others from theirs.
TIME_LIMIT = 5.0
_READERS = 4
# As many pages (of 4 KiB) are given back at once: it takes a few milliseconds.
_PAGES = 1000


class TooSlowError(RuntimeError):
    """A question took longer than `TIME_LIMIT` and was stopped."""


class DatabaseError(SetupError):
    """The database cannot be opened; the message says which and why."""


class IndexedWords(NamedTuple):
    """The words of the statement at `place`: of its content, of its speaker's name, and its tags."""

    place: int
    content: Sequence[str]
    speaker: Sequence[str]
    tags: Sequence[str]


class Connection(Protocol):
    """What one transaction can do."""

    async def fetch(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        """The rows that `sql` finds."""

    async def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run `sql` once for each of `rows`, the values."""

    async def index(self, rows: Sequence[IndexedWords]) -> None:
        """Index these words."""

    async def unindex(self, rows: Sequence[IndexedWords]) -> None:
        """Take out what `index` was given."""


class Database(Protocol):
    """A database and its dialect."""

    types: ClassVar[dict[str, str]]  # names of types in the tables
    schema: str  # the words' own table
    words_place: str  # the column of `statement_words w` that is a statement's place
    found: str  # condition on `w`, `{}` for what `query` says

    async def create(self, script: str) -> None:
        """Run the statements that make tables."""

    def reading(self, limit: float | None = TIME_LIMIT) -> AbstractAsyncContextManager[Connection]:
        """A snapshot to read; raises `TooSlowError` after `limit` seconds."""

    def writing(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction: all or nothing, one at a time."""

    async def give_back(self) -> None:
        """Give some of the room that deleted rows took back to the system, if that is not done anyway."""

    def query(self, words: Iterable[Term], speaker: Iterable[Term], tags: Iterable[Sequence[str]]) -> str:
        """What to ask `found` for: `words` anywhere, `speaker` in the speaker's name, and of each `tags` one."""


@contextlib.asynccontextmanager
async def database(url: str, path: Path) -> AsyncIterator[Database]:
    """The PostgreSQL database of `url`, or without it the SQLite file at `path`. Raises `DatabaseError`."""
    try:
        async with postgres(url) if url else sqlite(path) as opened:
            yield opened
    except (OSError, sqlite3.DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        where = url.rpartition("@")[2] if url else path
        raise DatabaseError(f"The archive in {where} cannot be used: {error}") from error


class _SqliteConnection:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection
        self.deadline: float | None = None

    async def fetch(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        asking = asyncio.ensure_future(self.connection.execute_fetchall(sql, _named(values)))
        try:
            return list(await asyncio.shield(asking))
        except asyncio.CancelledError:
            # Whoever asked is gone; the thread would work on, without a limit, and the next reader wait for it.
            self.deadline = 0.0
            await asyncio.gather(asking, return_exceptions=True)
            raise
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooSlowError from error
            raise

    async def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        await self.connection.executemany(sql, map(_named, rows))

    async def index(self, rows: Sequence[IndexedWords]) -> None:
        sql = "INSERT INTO statement_words (rowid, content, speaker, tags) VALUES ($1, $2, $3, $4)"
        await self.run(sql, [(row.place, *map(" ".join, row[1:])) for row in rows])

    async def unindex(self, rows: Sequence[IndexedWords]) -> None:
        # An index without its text has to be told what to forget.
        columns = "statement_words, rowid, content, speaker, tags"
        sql = f"INSERT INTO statement_words ({columns}) VALUES ('delete', $1, $2, $3, $4)"
        await self.run(sql, [(row.place, *map(" ".join, row[1:])) for row in rows])

    def late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def _named(values: Sequence[Any]) -> dict[str, Any]:
    return {str(n): value for n, value in enumerate(values, 1)}


class Sqlite:
    """SQLite in WAL mode: one writer, a few readers, each in a thread; words in FTS5."""

    types: ClassVar = {"text": "TEXT", "bytes": "BLOB", "key": "INTEGER PRIMARY KEY", "real": "REAL"}
    schema = (
        "CREATE VIRTUAL TABLE IF NOT EXISTS statement_words USING fts5 (content, speaker, tags, "
        "content='', columnsize=0, prefix='3', tokenize=\"unicode61 remove_diacritics 0 tokenchars '|'\")"
    )
    words_place = "w.rowid"
    found = "statement_words MATCH {}"

    def __init__(self, writer: _SqliteConnection, readers: list[_SqliteConnection]) -> None:
        self._writer, self._one_at_a_time = writer, asyncio.Lock()
        self._free: asyncio.LifoQueue[_SqliteConnection] = asyncio.LifoQueue()
        for reader in readers:
            self._free.put_nowait(reader)

    async def create(self, script: str) -> None:
        await self._writer.connection.executescript(script)

    @contextlib.asynccontextmanager
    async def reading(self, limit: float | None = TIME_LIMIT) -> AsyncIterator[Connection]:
        reader = await self._free.get()
        try:
            reader.deadline = limit and time.monotonic() + limit
            async with _transaction(reader, "BEGIN"):
                yield reader
        finally:
            reader.deadline = None
            self._free.put_nowait(reader)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with self._one_at_a_time, _transaction(self._writer, "BEGIN IMMEDIATE"):
            yield self._writer

    async def give_back(self) -> None:
        async with self._one_at_a_time:
            # As a script: run as a question, it ends after its first step, a page.
            await self._writer.connection.executescript(f"PRAGMA incremental_vacuum({_PAGES})")

    def query(self, words: Iterable[Term], speaker: Iterable[Term], tags: Iterable[Sequence[str]]) -> str:
        def phrase(term: Term) -> str:
            return " + ".join(f'"{word}"' for word in term.words) + (" *" if term.beginning else "")

        asked = [f"({phrase(term)})" for term in words] + [f"speaker : ({phrase(term)})" for term in speaker]
        asked += ["(" + " OR ".join(f'"{one}"' for one in some) + ")" for some in tags]
        return " AND ".join(asked)


@contextlib.asynccontextmanager
async def _transaction(connection: _SqliteConnection, begin: str) -> AsyncIterator[None]:
    try:
        await connection.connection.execute(begin)
        yield
        await connection.connection.execute("COMMIT")
    except BaseException:
        connection.deadline = None  # or the handler would interrupt this, too
        with contextlib.suppress(sqlite3.OperationalError):  # when it had not begun
            await asyncio.shield(connection.connection.execute("ROLLBACK"))
        raise


@contextlib.asynccontextmanager
async def sqlite(path: Path) -> AsyncIterator[Database]:
    """The archive in the file at `path`, made when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        connections = []
        for _ in range(1 + _READERS):
            connection = _SqliteConnection(
                await stack.enter_async_context(aiosqlite.connect(path, isolation_level=None))
            )
            await connection.connection.executescript(
                # The topics can give again what a crash of the machine takes; a crash of the process takes nothing.
                # What is deleted can be given back only in a file that was made for it.
                "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                "PRAGMA busy_timeout=10000;"
                # Pages read stay in the system's own cache, which it can take back; ours is four megabytes each.
                "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;"
            )
            await connection.connection.set_progress_handler(connection.late, 20_000)
            connections.append(connection)
        writer, *readers = connections
        yield Sqlite(writer, readers)


class _PostgresConnection:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def fetch(self, sql: str, *values: Any) -> Sequence[Sequence[Any]]:
        try:
            found: Sequence[Sequence[Any]] = await self.connection.fetch(sql, *values)
        except asyncpg.QueryCanceledError as error:
            raise TooSlowError from error
        return found

    async def run(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        await self.connection.executemany(sql, list(rows))

    async def index(self, rows: Sequence[IndexedWords]) -> None:
        sql = "INSERT INTO statement_words (place, words) VALUES ($1, $2::text::tsvector)"
        await self.run(sql, [(row.place, _tsvector(row)) for row in rows])

    async def unindex(self, rows: Sequence[IndexedWords]) -> None:
        await self.run("DELETE FROM statement_words WHERE place = $1", [(row.place,) for row in rows])


def _tsvector(row: IndexedWords) -> str:
    """The speaker's words twice, among all and by themselves; the gap keeps phrases from reaching across.

    A weight would tell them apart, too, but the index knows none: it gives every text with the word.
    """
    gap = len(row.speaker) + 2
    return " ".join(
        [f"'{form}':{n}" for n, word in enumerate(row.speaker, 1) for form in (word, of_speaker(word))]
        + [f"'{word}':{min(n + gap, 16383)}" for n, word in enumerate(row.content, 1)]
        + [f"'{tag}'" for tag in row.tags]
    )


class Postgres:
    """PostgreSQL: words in a tsvector under a GIN index."""

    types: ClassVar = {
        "text": 'TEXT COLLATE "C"', "bytes": "BYTEA", "key": "BIGINT PRIMARY KEY", "real": "DOUBLE PRECISION",
    }  # fmt: skip
    schema = (
        "CREATE TABLE IF NOT EXISTS statement_words (place BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);"
        "CREATE INDEX IF NOT EXISTS statement_words_words ON statement_words USING gin (words);"
        # A rare word is best looked for in the index, a frequent one from the newest statement down. By the default's
        # statistics, most words that are not rare would count as such.
        "ALTER TABLE statement_words ALTER words SET STATISTICS 2000"
    )
    words_place = "w.place"
    found = "w.words @@ {}::text::tsquery"

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def create(self, script: str) -> None:
        async with self._writing() as connection:
            await connection.execute(script)

    async def give_back(self) -> None:
        """Autovacuum does what is needed: the room is used again."""

    @contextlib.asynccontextmanager
    async def reading(self, limit: float | None = TIME_LIMIT) -> AsyncIterator[Connection]:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(
                # Planned for the words that are asked for, not once for all.
                f"SET LOCAL statement_timeout = {int((limit or 0) * 1000)};"
                "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off"
            )
            yield _PostgresConnection(connection)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with self._writing() as connection:
            yield _PostgresConnection(connection)

    @contextlib.asynccontextmanager
    async def _writing(self) -> AsyncIterator[Any]:
        async with self._pool.acquire() as connection, connection.transaction():
            # Several servers may share the database: they write in turn.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('tasrih-archive'))")
            yield connection

    def query(self, words: Iterable[Term], speaker: Iterable[Term], tags: Iterable[Sequence[str]]) -> str:
        def phrase(words: Iterable[str], beginning: bool) -> str:
            return "(" + " <-> ".join(f"'{word}'" for word in words) + (":*)" if beginning else ")")

        asked = [phrase(term.words, term.beginning) for term in words]
        asked += [phrase(map(of_speaker, term.words), term.beginning) for term in speaker]
        asked += ["(" + " | ".join(f"'{one}'" for one in some) + ")" for some in tags]
        return " & ".join(asked)


@contextlib.asynccontextmanager
async def postgres(url: str) -> AsyncIterator[Database]:
    """The archive in the PostgreSQL database of `url`."""
    async with asyncpg.create_pool(url, min_size=1, max_size=1 + _READERS) as pool:
        yield Postgres(pool)
