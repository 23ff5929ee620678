"""Polls each feed of this worker when it is due, and sends what is news before it remembers having seen it."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from aiokafka.errors import KafkaError
from msgspec.structs import replace

from agents.fetch import metrics
from agents.fetch.client import Answer, Client, FetchError
from agents.fetch.feed import NotAFeedError
from agents.fetch.news import News
from agents.fetch.pages import Pages, wanted
from agents.fetch.parser import Parser
from agents.fetch.poll import Reading, poll, read
from agents.fetch.state import FeedRow, Subscription
from streams.records import Entry, Feed
from streams.rows import Rows
from streams.settings import Settings
from streams.stage import confirmed

log = logging.getLogger(__name__)

# What is sent, confirmed and remembered at a time: an item whose page may take a second or twenty keeps none waiting.
_WITH_PAGES, _WITHOUT = 1, 200
_LAST_WORDS = 2.0
_TOLD = 10  # feeds that cannot be read, each with a line of its own

Send = Callable[[Entry], Awaitable[Awaitable[Any]]]
Crash = Callable[[Exception], Awaitable[None]]
Heard = Callable[[bytes, FeedRow, Reading], Awaitable[None]]


class _Pushed(NamedTuple):
    """What a hub has sent, and whether it came in the place of something that was not read."""

    answer: Answer
    overtook: bool


class Poller:
    """Polls the feeds it is told to watch. `send` hands an entry to the producer; the answer is its confirmation.

    `crash` ends the worker: what it cannot write it must not poll for again and again.
    """

    def __init__(
        self, settings: Settings, rows: Rows[FeedRow], client: Client, parser: Parser, send: Send, crash: Crash
    ) -> None:
        self._settings, self._rows, self._client, self._parser, self._send = settings, rows, client, parser, send
        self._crash = crash
        self._pages = Pages(client)
        self._places: dict[bytes, int] = {}  # the feeds that are ours, and their partitions
        self._due: dict[bytes, float] = {}
        self._queue: list[tuple[float, bytes]] = []
        self._changed = asyncio.Event()
        self._polls: dict[bytes, asyncio.Task[None]] = {}
        self._pushed: dict[bytes, _Pushed] = {}  # what hubs have sent in the midst of a poll
        self._writes: set[asyncio.Task[None]] = set()
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._asked: set[bytes] = set()
        self._failed_at_first = 0
        self.heard: Heard | None = None  # told of every reading, and whether it names a hub

    # What to poll, and when

    def watch(self, key: bytes, row: FeedRow) -> None:
        """Poll the feed of `row` when it is due; not at all if it is paused or retired."""
        self._places[key] = row.partition
        if row.held_until > time.time():  # a host's wish outlives our restarts
            self._client.lanes.hold(row.url, row.held_until)
        if row.polled:
            self._due[key] = row.due
            heapq.heappush(self._queue, (row.due, key))
            self._changed.set()
        else:
            self._due.pop(key, None)
        metrics.FEEDS.set(len(self._places))

    def forget(self, key: bytes) -> None:
        """Poll the feed no more: it was removed, or is another worker's now."""
        self._places.pop(key, None)
        self._due.pop(key, None)
        if task := self._polls.get(key):
            task.cancel()
        metrics.FEEDS.set(len(self._places))

    def forget_all(self) -> None:
        """Poll nothing more, until told again what is ours."""
        for key in list(self._places):
            self.forget(key)

    def row(self, key: bytes) -> FeedRow | None:
        """The row of a feed that is ours; None when it is not, or was removed."""
        place = self._places.get(key)
        return None if place is None else self._rows.get(place, key)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Poller]:
        """Poll while the body runs; what has begun to be sent is sent and remembered before the end."""
        task = asyncio.create_task(self._run())
        try:
            yield self
        finally:
            task.cancel()
            self._pushed.clear()
            polls = list(self._polls.values())
            for poll_ in polls:
                poll_.cancel()
            await asyncio.gather(task, *polls, return_exceptions=True)
            await self.settled()

    async def settled(self) -> None:
        """Wait until what has begun to be sent is sent and remembered, but not for a broker that is away."""
        if self._writes:
            _, late = await asyncio.wait(self._writes, timeout=_LAST_WORDS)
            for write in late:  # whoever has the feed next writes of it now
                write.cancel()

    async def _run(self) -> None:
        while True:
            now = time.time()
            while self._queue and self._queue[0][0] <= now:
                due, key = heapq.heappop(self._queue)
                if self._due.get(key) == due:  # else it was put off or brought forward since
                    del self._due[key]
                    self._begin(key, due)
            self._changed.clear()
            timeout = max(0.0, self._queue[0][0] - time.time()) if self._queue else None
            with contextlib.suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it forgets a cancellation that comes with what it waits for.
                async with asyncio.timeout(timeout):
                    await self._changed.wait()

    def _begin(self, key: bytes, due: float) -> None:
        if key in self._polls:
            return  # it will be watched again when that ends
        self._start(key, partial(self._poll, key, due))

    def _start(self, key: bytes, work: Callable[[], Awaitable[None]]) -> None:
        task = self._polls[key] = asyncio.create_task(self._guarded(key, work))
        task.add_done_callback(lambda _: self._ended(key))

    async def _guarded(self, key: bytes, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._attempt(key, work)
        except Exception as error:
            self._places.pop(key, None)  # not to be polled again until the worker has ended
            await self._crash(error)

    async def _attempt(self, key: bytes, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()  # made here, so that none is left unawaited when the worker stops before it begins
        except KafkaError:  # the broker refuses, for good
            raise
        except Exception as error:  # our own fault; the other feeds must be served, and this one again
            log.exception("polling %s failed", key.decode(errors="replace"))
            if row := self.row(key):
                now = time.time()
                failed = replace(row, error=f"internal error: {error!r}", error_at=now, due=now + 900)
                await self._remember(key, failed)

    def _ended(self, key: bytes) -> None:
        # Not before the poll has left `_polls`: a feed that is due again at once would be passed over for good.
        self._polls.pop(key, None)
        row, pushed = self.row(key), self._pushed.pop(key, None)
        if row and pushed:
            self._start(key, partial(self._push, key, pushed))
        elif row:
            self.watch(key, row)

    # One poll

    async def _poll(self, key: bytes, due: float) -> None:
        row = self.row(key)
        if row is None or not row.polled:
            return
        reading = await poll(row, self._client, self._parser, self._settings)
        if reading.answer:
            metrics.LATENESS.observe(max(0.0, reading.row.polled_at - reading.answer.seconds - due))
        self._tell(key, row, reading.row)
        await self._take(key, reading)

    def _tell(self, key: bytes, before: FeedRow, after: FeedRow) -> None:
        """Say of a feed that its first poll since our start failed: whoever has just listed it looks now, not later."""
        if key in self._asked or after.polls == before.polls:  # not asked: its host wants quiet
            return
        self._asked.add(key)
        if after.error:
            self._failed_at_first += 1
            if self._failed_at_first <= _TOLD:
                log.warning("%s cannot be read: %s", after.feed.url, after.error)
            elif self._failed_at_first == _TOLD + 1:
                log.warning("more feeds cannot be read: `tasrih feeds health` says which")

    def pushed(self, key: bytes, answer: Answer) -> None:
        """Take in what a hub has sent for a feed, when a poll under way has ended; what is no feed only makes it due.

        Of what comes meanwhile only the last is kept: it is large, and what was in the others a poll finds at once.
        """
        if key in self._polls:
            self._pushed[key] = _Pushed(answer, key in self._pushed)
        else:
            self._start(key, partial(self._push, key, _Pushed(answer, False)))

    async def _push(self, key: bytes, pushed: _Pushed) -> None:
        row = self.row(key)
        if row is None:
            return
        try:
            reading = await read(row, pushed.answer, self._parser, self._settings)
        except (NotAFeedError, FetchError):
            await self._remember(key, replace(row, due=time.time()))
            return
        # Validators, body and interval are those of polls.
        known = replace(row, seen=reading.row.seen, success_at=time.time(), changed_at=reading.row.changed_at)
        if pushed.overtook:
            known = replace(known, due=time.time())
        await self._take(key, Reading(known, reading.news))

    async def _take(self, key: bytes, reading: Reading) -> None:
        """Send the news of `reading`, the oldest first, and remember them; then remember how the feed stands."""
        before, after, news = self.row(key), reading.row, reading.news[::-1]
        if before is None:
            return
        feed, seen, published = after.feed, after.seen, after.published
        size = _WITH_PAGES if any(wanted(feed.full_text, piece.item) for piece in news) else _WITHOUT
        for start in range(0, len(news), size):
            piece = news[start : start + size]
            entries = await asyncio.gather(*[entry(feed, item, self._pages) for item in piece])
            seen, published = (*[item.seen for item in reversed(piece)], *seen), published + len(piece)
            # Until all is sent, the feed stands as it did, but for what has been.
            await self._write(key, entries, replace(before, seen=seen, published=published))
            for item in piece:
                metrics.ENTRIES.labels("changed" if item.changed else "new").inc()
        await self._write(key, (), replace(after, seen=seen, published=published))
        if self.heard:
            await self.heard(key, after, reading)

    async def _write(self, key: bytes, entries: Sequence[Entry], row: FeedRow) -> None:
        """Send, then remember; not to be torn apart when the poll is cancelled."""

        async def write() -> None:
            await confirmed("fetch", lambda _, entry: self._send(entry), [(None, entry) for entry in entries])
            await self._remember(key, row)

        task = asyncio.create_task(write())
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        await asyncio.shield(task)

    # Rows: read, changed and written by one at a time

    async def register(self, partition: int, key: bytes, feed: Feed | None) -> None:
        """Take in what the registry says of a feed (None: removed); raises what the broker does."""
        async with self._lock(key):
            old = self._rows.get(partition, key)
            row = None if feed is None else registered(feed, partition, old)
            if row != old:
                await self._rows.put(partition, key, row)
        if row is None:
            self.forget(key)
        else:
            self.watch(key, row)

    async def subscribed(self, key: bytes, subscription: Subscription | None) -> None:
        """Remember what a hub was asked for."""
        await self._change(self._places.get(key), key, lambda current: replace(current, subscription=subscription))

    async def _remember(self, key: bytes, row: FeedRow) -> None:
        """Write the row, but for what others may have written in the meantime: the registry, the hub."""
        await self._change(
            row.partition,
            key,
            lambda current: replace(
                row,
                feed=current.feed,
                partition=current.partition,
                subscription=current.subscription,
                due=row.due if current.feed == row.feed else time.time(),
            ),
        )

    async def _change(self, partition: int | None, key: bytes, change: Callable[[FeedRow], FeedRow]) -> None:
        """Write what `change` makes of the feed's row on `partition`, unless it is none of ours, or was removed."""

        async def put(key: bytes, row: FeedRow) -> Awaitable[Any]:
            return self._rows.put(row.partition, key, row)

        async with self._lock(key):
            if current := None if partition is None else self._rows.get(partition, key):
                await confirmed("fetch", put, [(key, change(current))])

    def _lock(self, key: bytes) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())


def registered(feed: Feed, partition: int, old: FeedRow | None) -> FeedRow:
    """The feed's row after its record was put into the registry: what is new, changed or in trouble is polled at once,
    retired or not."""
    now = time.time()
    if old is None:
        return FeedRow(feed=feed, partition=partition, since=now, due=now)
    if old.feed == feed and not old.error:
        return replace(old, partition=partition)
    return replace(old, feed=feed, partition=partition, due=now, failures=0, retired="", interval=0.0)


async def entry(feed: Feed, news: News, pages: Pages) -> Entry:
    """The record of an item, with its article's page where the feed's setting asks for it."""
    item = news.item
    page = await pages.page(news.address) if news.address and wanted(feed.full_text, item) else None
    return Entry(
        article_id=news.article_id,
        entry_id=item.guid or item.link or news.article_id,
        feed=feed.url,
        outlet=feed.outlet,
        url=news.address or feed.site or feed.url,
        title=item.title,
        summary=item.summary,
        content=item.content,
        page=page,
        author=item.author,
        language=item.language or feed.language,
        published_at=item.published_at,
        updated_at=item.updated_at,
        fetched_at=datetime.now(UTC),
    )
