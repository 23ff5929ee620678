"""The packaged newsroom: what it holds, and that it serves it as real outlets would."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import aiohttp
import pytest

from agents.fetch.feed import parse
from agents.newsroom.press import Item, items, outlets
from agents.newsroom.server import newsroom
from agents.normalize.article import article
from agents.normalize.clean import clean
from streams.records import Article, Entry, Feed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_forty_articles_of_four_outlets() -> None:
    names = Counter((item.outlet, item.name) for item in items())
    assert len(names) >= 40
    assert {outlet for outlet, _ in names} == set(outlets())
    assert {outlet.feed for outlet in outlets().values()} == {"rss", "rdf", "atom", "json"}
    assert [name for name, versions in names.items() if versions == 2]


@pytest.mark.parametrize("item", items(), ids=lambda item: item.name)
def test_an_article_is_clean(item: Item) -> None:
    for line in item.text.split("\n"):
        assert clean(line) == line


async def fetched(session: aiohttp.ClientSession, feed: Feed) -> list[Article]:
    """The articles of a feed as the pipeline would make them."""
    async with session.get(feed.url) as response:
        parsed = parse(await response.read(), feed.url, response.headers["Content-Type"])
    assert not parsed.fault
    found = []
    for one in parsed.items:
        page = None
        if feed.full_text == "always":
            async with session.get(one.link) as response:
                page = await response.text()
        entry = Entry(
            article_id=one.guid, entry_id=one.guid, feed=feed.url, outlet=feed.outlet, url=one.link, title=one.title,
            summary=one.summary, content=one.content, page=page, author=one.author,
            published_at=one.published_at, updated_at=one.updated_at, fetched_at=datetime.now(UTC),
        )  # fmt: skip
        found.append(article(entry, NOW))
    return found


async def test_every_word_comes_back_and_no_other() -> None:
    last = {(outlets()[item.outlet].name, item.name): item for item in items()}
    async with newsroom() as feeds, aiohttp.ClientSession() as session:
        found = [one for feed in feeds for one in await fetched(session, feed)]
    assert sorted(one.text for one in found) == sorted(item.text for item in last.values())
    assert {one.language for one in found} == {"ar", "en"}
    assert all(one.published_at < one.fetched_at for one in found)


async def test_what_has_not_changed_is_not_sent_again() -> None:
    async with newsroom() as feeds, aiohttp.ClientSession() as session:
        for feed in feeds:
            async with session.get(feed.url) as response:
                headers = response.headers
            for condition, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
                async with session.get(feed.url, headers={condition: headers[validator]}) as response:
                    assert response.status == 304
            async with session.get(feed.url, headers={"If-None-Match": '"other"'}) as response:
                assert response.status == 200


async def test_items_appear_over_time() -> None:
    async def shown() -> int:
        return sum([len(await fetched(session, feed)) for feed in feeds])

    async with newsroom(rate=20) as feeds, aiohttp.ClientSession() as session:
        first = await shown()
        async with asyncio.timeout(20):
            while await shown() <= first:
                await asyncio.sleep(0.05)
        missing = feeds[0].url.replace("/feed", "/news/43-english-brief")
        async with session.get(missing) as response:
            assert response.status == 404
    assert first < len(items())
