"""The registry of feeds: a compacted topic, written by whoever adds a feed and read by every fetcher."""

from __future__ import annotations

import contextlib
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tld import get_fld

from agents.fetch import lists
from agents.fetch.state import FeedRow, row
from streams.produce import writing
from streams.records import Feed
from streams.rows import changelog
from streams.settings import Settings
from streams.tail import follow
from streams.topics import FEEDS, Topic
from streams.wire import UnreadableError, decode

log = logging.getLogger(__name__)


async def feeds(settings: Settings) -> dict[str, Feed]:
    """The feeds of the registry by address, in the order of their addition. Raises `BrokerError`."""
    found: dict[str, Feed] = {}
    async for message in follow(settings, FEEDS, last=None, forever=False):
        url = (message.key or b"").decode("utf-8", "replace")
        found.pop(url, None)
        with contextlib.suppress(UnreadableError):  # the fetcher has made a dead letter of it, or it was removed
            found[url] = decode(message.value, Feed)
    return found


async def add(settings: Settings, wanted: Iterable[Feed]) -> None:
    """Put feeds into the registry, or change those that are there; returns when the broker has confirmed.

    Raises `BrokerError`."""
    await _write(settings, {feed.url: feed for feed in wanted})


async def remove(settings: Settings, urls: Iterable[str]) -> None:
    """Take feeds out of the registry. Raises `BrokerError`."""
    await _write(settings, dict.fromkeys(urls))


async def import_feeds(settings: Settings, path: Path | None = None) -> int:
    """Put the feeds of a file (OPML or TOML), or of the packaged list, into the registry; answers how many are new or
    changed. Raises `FeedListError`, `BrokerError`."""
    return await _merge(settings, lists.packaged() if path is None else lists.read(path), await feeds(settings))


async def offer(settings: Settings, wanted: Path | Sequence[Feed] | None) -> int:
    """Add the feeds of a file or a list; with None the packaged ones, if the registry is empty. Answers how many feeds
    the registry then has. Raises `FeedListError`, `BrokerError`."""
    known = await feeds(settings)
    if isinstance(wanted, Path):
        wanted = lists.read(wanted)
    elif wanted is None:
        wanted = [] if known else lists.packaged()
    await _merge(settings, wanted, known)
    return len(known.keys() | {feed.url for feed in wanted})


async def rows(settings: Settings) -> dict[str, FeedRow]:
    """How the feeds stand, by address, as the fetchers have last written it. Raises `BrokerError`."""
    topic = Topic(changelog(settings, "fetch", "fetch").removeprefix(settings.prefix), Feed, key="url", compacted=True)
    found: dict[str, FeedRow] = {}
    async for message in follow(settings, topic, last=None, forever=False):
        url = (message.key or b"").decode("utf-8", "replace")
        if not message.value:
            found.pop(url, None)
            continue
        try:
            found[url] = row(message.value)
        except UnreadableError as error:
            log.warning("How %s stands now cannot be read: %s", url, error)
    return found


def site(url: str) -> str:
    """The site that `url` belongs to (the registered domain), so that a site's feeds share a partition.

    Then one worker polls all of them, and can see to it that their host gets one request at a time.
    """
    return get_fld(url, fail_silently=True) or url.split("/")[2]


async def _merge(settings: Settings, wanted: Sequence[Feed], known: dict[str, Feed]) -> int:
    news = [feed for feed in wanted if known.get(feed.url) != feed]
    if news:
        await add(settings, news)
    return len(news)


async def _write(settings: Settings, news: Mapping[str, Feed | None]) -> None:
    async with writing(settings) as writer:
        count = await writer.partitions(FEEDS)
        for url, feed in news.items():
            partition = zlib.crc32(site(url).encode()) % count
            await writer.put(FEEDS, url, feed, id=url, source=url, partition=partition)
