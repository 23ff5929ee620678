"""The role `normalize`: entries become articles, each revision once; copies of other outlets' articles are marked."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec

from agents.normalize.article import article
from agents.normalize.copies import Copies, Sketch, sketch
from streams.app import build, running
from streams.identity import identity
from streams.records import Article, Entry
from streams.settings import Settings
from streams.stage import Outcome, Send, Stage
from streams.stopping import end
from streams.tail import follow
from streams.topics import ARTICLES, ENTRIES
from streams.wire import UnreadableError, decode

log = logging.getLogger(__name__)

# How many articles of a partition are read again when following begins, so that none falls between two readings.
_OVERLAP = 100
# Characters of HTML: a few milliseconds. Pages, and what is longer, go to a thread, one at a time as the stage works.
_SHORT = 50_000
_RETRY = 5.0


class Published(msgspec.Struct):
    """What was last published of an article."""

    revision: str


@contextlib.asynccontextmanager
async def run(settings: Settings) -> AsyncIterator[None]:
    """Turn entries into articles for as long as the body runs."""
    normalizer = Normalizer(settings)
    app = build("normalize", settings)
    Stage(app, settings, name="normalize", source=ENTRIES, work=normalizer.normalize, row=Published)
    following = asyncio.create_task(normalizer.follow())
    try:
        async with running(app):
            yield
    finally:
        await end(following)


class Normalizer:
    """The stage's work, with the recent articles of all partitions and workers in mind.

    Copies are looked for among what this worker has made and what it reads back from the articles topic, whoever made
    it. So the memory needs no partition and no table: it is rebuilt from the topic at the start. Two copies that two
    workers make within the same moment are both taken for originals; nothing is lost by that, since copies are marked,
    not dropped.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._copies = Copies()
        self._remembered = asyncio.Event()

    async def normalize(self, entry: Entry, published: Published | None) -> Outcome[Published]:
        """The article of `entry`; nothing when this revision is published already."""
        if entry.page or sum(map(len, (entry.title, entry.summary, entry.content, entry.author))) > _SHORT:
            found, its_sketch = await asyncio.to_thread(_read, entry)
        else:
            found, its_sketch = _read(entry)
        if published and published.revision == found.revision:
            return Outcome()
        await self._remembered.wait()
        found = msgspec.structs.replace(found, duplicate_of=self._copies.original(found, its_sketch))
        self._copies.add(found, its_sketch)
        send = Send(ARTICLES, found.article_id, found, id=identity(found.article_id, found.revision), source=found.url)
        return Outcome([send], Published(found.revision))

    async def follow(self) -> None:
        """Remember the last articles on the topic, then those that come, for good."""
        while True:
            try:
                await self._remember(last=self._copies.size // self._settings.partitions, forever=False)
                self._remembered.set()
                await self._remember(last=_OVERLAP, forever=True)
            except Exception as error:  # articles are more than marks: whatever it was, they go on
                log.warning("copies are not looked for among other workers' articles for now: %s", error)
                self._remembered.set()
                await asyncio.sleep(_RETRY)

    async def _remember(self, *, last: int, forever: bool) -> None:
        async for message in follow(self._settings, ARTICLES, last=last, forever=forever):
            with contextlib.suppress(UnreadableError):  # not ours: the stage that reads articles tells of it
                known = decode(message.value, Article)
                if not self._copies.knows(known):
                    self._copies.add(known, await asyncio.to_thread(sketch, known.text))


def _read(entry: Entry) -> tuple[Article, Sketch | None]:
    found = article(entry, datetime.now(UTC))
    return found, sketch(found.text)
