"""The archive: what the topics say, kept for asking. It can be dropped and is rebuilt from the topics.

The offsets reached are written in the same transaction as the rows, so that the archive is exactly what the topics say
up to there; the topics' own offsets are also what readers of the live stream resume by.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

from agents.serve.archive.asking import Questions
from agents.serve.archive.database import DatabaseError, database
from agents.serve.archive.statements import Event
from agents.serve.archive.tables import NAMES, TABLES
from agents.serve.archive.writing import Batch, put
from streams.settings import Settings
from streams.topics import ARTICLES, STATEMENTS

log = logging.getLogger(__name__)


class Archive(Questions):
    """What the topics say, and every question about it."""

    async def create(self) -> None:
        """Make what is missing; say so when how words are indexed has changed since it was made."""
        await self.database.create(TABLES.format(**self.database.types) + self.database.schema)
        async with self.database.writing() as db:
            known = await db.fetch("SELECT value FROM meta WHERE name = 'words'")
            if not known:
                await db.run("INSERT INTO meta (name, value) VALUES ('words', $1)", [(_words_version(),)])
        if known and known[0][0] != _words_version():
            log.warning("the archive's words were indexed by other rules: run `tasrih archive rebuild`")

    async def drop(self) -> None:
        """Forget everything; following the topics makes it anew."""
        await self.database.create("".join(f"DROP TABLE IF EXISTS {table};" for table in (*NAMES, "statement_words")))
        await self.create()

    async def sizes(self) -> dict[str, int]:
        """How many there are of each thing."""
        unsaid = {"meta", "records", "positions", "feed_healths", "channel_healths"}
        things = (name for name in NAMES if name not in unsaid)
        rows = await self._fetch(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in things))
        return {row[0]: row[1] for row in rows}

    async def write(self, batch: Batch) -> list[Event]:
        """Write `batch` with the offsets it reaches; what readers of the live stream are to hear of it.

        Raises `BehindError` when the archive does not reach to its beginning.
        """
        async with self.database.writing() as db:
            return await put(db, batch)

    async def forget(self, positions: Iterable[tuple[str, int]]) -> None:
        """Begin these partitions anew: their topics were made again, and offsets mean other messages now.

        Readers resume by where statements stand on theirs: that holds when only others were made again.
        """
        positions = list(positions)
        topics = {topic for topic, _ in positions}
        async with self.database.writing() as db:
            if STATEMENTS.name in topics:
                await db.run("UPDATE statements SET off = 0", [()])
            if topics & {STATEMENTS.name, ARTICLES.name}:
                await db.run("UPDATE statements SET sequence = ''", [()])
                await db.run("UPDATE articles SET sequence = ''", [()])
            await db.run("DELETE FROM positions WHERE topic = $1 AND part = $2", positions)


def _words_version() -> str:
    """Changes when what `words` makes of a text may have changed."""
    digest = blake2b(digest_size=8)
    ours = ("arabic.py", "proclitics.py", "whole.tsv")
    for package, name in (("agents.serve", "words.py"), *(("streams", name) for name in ours)):
        digest.update(files(package).joinpath(name).read_bytes())
    return digest.hexdigest()


@contextlib.asynccontextmanager
async def archive(settings: Settings) -> AsyncIterator[Archive]:
    """The archive that the settings name, ready for use. Raises `DatabaseError`."""
    async with database(settings.database_url, _file(settings)) as opened:
        found = Archive(opened)
        await found.create()
        yield found


@contextlib.asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[Archive]:
    """As `archive`, but where there is none, none is made. Raises `DatabaseError`."""
    if not settings.database_url and not _file(settings).exists():
        raise DatabaseError(
            f"No archive is kept in {settings.data_dir}: `tasrih up` begins one; --data-dir or --database say where "
            "else to look."
        )
    async with database(settings.database_url, _file(settings)) as opened:
        yield Archive(opened)


def _file(settings: Settings) -> Path:
    return settings.data_dir / "archive.sqlite3"
