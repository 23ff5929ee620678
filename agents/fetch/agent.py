"""The fetcher: keeps the registry's feeds as rows of its table, polls them, and puts what is news on `entries`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any
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
from streams.stage import Send, batches, confirmed, dead_letter, raw_topic, sender
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
        poller = Poller(settings, rows, client, parser, lambda entry: send(_post(entry)))

        async def register(stream: StreamT[bytes]) -> None:
            stream = stream.noack()  # type: ignore[attr-defined]
            async for batch in batches(stream):
                letters, found = _registered(batch, rows)
                await confirmed("fetch", lambda _, letter: send(letter), [(None, letter) for letter in letters])
                await confirmed("fetch", lambda place, row: _put(rows, place, row), list(found.items()))
                for (_, key), row in found.items():
                    poller.forget(key) if row is None else poller.watch(key, row)
                for event in batch:
                    await stream.ack(event)

        async def assigned(*_: object, **__: object) -> None:
            poller.forget_all()
            mine = {tp.partition for tp in app.assignor.assigned_actives() if tp.topic == settings.prefix + FEEDS.name}
            for key, row in rows:
                if row.partition in mine:
                    poller.watch(key, row)

        async def revoked(*_: object, **__: object) -> None:
            poller.forget_all()

        app.agent(raw_topic(app, settings, FEEDS), name="tasrih.fetch")(register)
        app.on_rebalance_complete.connect(assigned)
        app.on_partitions_revoked.connect(revoked)
        async with running(app), websub(settings, poller, client), poller.running():
            yield poller


def _registered(
    batch: Sequence[EventT[bytes]], rows: Rows[FeedRow]
) -> tuple[list[Send], dict[tuple[int, bytes], FeedRow | None]]:
    """What the registry says of its feeds: dead letters for what is no feed, and the new rows (None: removed)."""
    letters: list[Send] = []
    found: dict[tuple[int, bytes], FeedRow | None] = {}
    for event in batch:
        place = event.message.partition, event.key or b""
        if event.value is None:
            found[place] = None
            continue
        try:
            feed = decode(event.value, Feed)
            if urlsplit(feed.url).scheme not in ("http", "https"):
                raise UnreadableError(f"{feed.url!r} is no web address")
        except ValueError as error:
            letters.append(dead_letter("fetch", event, error))
            continue
        old = found[place] if place in found else rows.get(*place)
        found[place] = _row(feed, place[0], old)
    return letters, found


def _row(feed: Feed, partition: int, old: FeedRow | None) -> FeedRow:
    """The feed's row after its record was put into the registry: it is polled at once, retired or failing or not."""
    now = time.time()
    if old is None:
        return FeedRow(feed=feed, partition=partition, since=now, due=now)
    if old.feed == feed and not old.error:
        return replace(old, partition=partition)
    return replace(old, feed=feed, partition=partition, due=now, failures=0, retired="", interval=0.0)


async def _put(rows: Rows[FeedRow], place: tuple[int, bytes], row: FeedRow | None) -> Awaitable[Any]:
    return rows.put(*place, row)


def _post(entry: Entry) -> Send:
    """The entry on its way, cut to what a message may hold: the page goes first, then the end of the text."""
    while len(encode(entry)) > _LARGEST:
        if entry.page is not None:
            entry = replace(entry, page=None)
        else:
            entry = replace(entry, content=entry.content[: len(entry.content) // 2], summary=entry.summary[:100_000])
    name = identity(entry.article_id, entry.title, entry.summary, entry.content, entry.page)
    return Send(ENTRIES, entry.article_id, entry, id=name, source=entry.feed)
