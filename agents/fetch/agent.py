"""The fetcher: keeps the registry's feeds as rows of its table, polls them, and puts what is news on `entries`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver
from faust.types import EventT, StreamT
from msgspec.structs import replace

from agents.fetch.client import Client
from agents.fetch.lanes import Lanes
from agents.fetch.parser import Parser
from agents.fetch.poller import Poller
from agents.fetch.state import FeedRow
from agents.fetch.websub import websub
from streams.app import build, running
from streams.identity import identity
from streams.records import Entry, Feed, encode
from streams.rows import Rows
from streams.settings import Settings
from streams.stage import Send, acknowledged, confirmed, dead_letter, raw_topic, sender
from streams.topics import ENTRIES, FEEDS
from streams.wire import UnreadableError, decode

_LARGEST = ENTRIES.max_bytes - 64 * 1024


@contextlib.asynccontextmanager
async def run(settings: Settings, *, resolver: AbstractResolver | None = None) -> AsyncIterator[Poller]:
    """Fetch the feeds of this worker's partitions while the body runs. `resolver` finds hosts; the system's without."""
    app = build("fetch", settings)
    rows = Rows(app, settings, "fetch", FeedRow)
    send = sender(app, settings, "fetch")
    async with (
        Client(settings, Lanes(settings.host_spacing), resolver=resolver) as client,
        Parser() as parser,
    ):
        poller = Poller(settings, rows, client, parser, lambda entry: send(_post(entry)), app.crash)

        async def change(event: EventT[bytes], feed: Feed | None) -> Awaitable[None]:
            return asyncio.create_task(poller.register(event.message.partition, event.key or b"", feed))

        async def register(batch: Sequence[EventT[bytes]]) -> Sequence[EventT[bytes]]:
            feeds, letters = _read(batch)
            await confirmed("fetch", lambda _, letter: send(letter), letters)
            await confirmed("fetch", change, feeds)
            return batch

        async def follow(stream: StreamT[bytes]) -> None:
            await acknowledged(app, "fetch", stream, register)

        async def assigned(*_: object, **__: object) -> None:
            poller.forget_all()
            mine = {tp.partition for tp in app.assignor.assigned_actives() if tp.topic == settings.prefix + FEEDS.name}
            for key, row in rows:
                if row.partition in mine:
                    poller.watch(key, row)

        async def revoked(*_: object, **__: object) -> None:
            poller.forget_all()
            await poller.settled()

        app.agent(raw_topic(app, settings, FEEDS), name="tasrih.fetch")(follow)
        app.on_rebalance_complete.connect(assigned)
        app.on_partitions_revoked.connect(revoked)
        async with running(app), websub(settings, poller, client), poller.running():
            yield poller


def _read(
    batch: Sequence[EventT[bytes]],
) -> tuple[list[tuple[EventT[bytes], Feed | None]], list[tuple[EventT[bytes], Send]]]:
    """What the registry says: of each feed its last record (None: removed); dead letters for what is no feed."""
    feeds: dict[bytes | None, tuple[EventT[bytes], Feed | None]] = {}
    letters = []
    for event in batch:
        try:
            feed = None if event.value is None else decode(event.value, Feed)
            if feed and urlsplit(feed.url).scheme not in ("http", "https"):
                raise UnreadableError(f"{feed.url!r} is no web address")
            feeds[event.key] = event, feed
        except ValueError as error:
            letters.append((event, dead_letter("fetch", event, error)))
    return list(feeds.values()), letters


def _post(entry: Entry) -> Send:
    """The entry on its way, cut to what a message may hold: the page goes first, then the end of the text."""
    while len(encode(entry)) > _LARGEST:
        if entry.page is not None:
            entry = replace(entry, page=None)
        else:
            entry = replace(entry, content=entry.content[: len(entry.content) // 2], summary=entry.summary[:100_000])
    name = identity(entry.article_id, entry.title, entry.summary, entry.content, entry.page)
    return Send(ENTRIES, entry.article_id, entry, id=name, source=entry.feed)
