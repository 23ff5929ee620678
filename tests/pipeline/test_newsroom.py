"""From feeds to statements: the newsroom over HTTP, the fetcher, the stages, the broker; stopped and started midway."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from agents.fetch.registry import offer
from agents.newsroom.press import items
from agents.newsroom.server import newsroom
from agents.roles import role
from streams.records import Article, Statement
from streams.settings import Settings
from streams.topics import ARTICLES, STATEMENTS
from streams.wire import decode
from tests.kafka import everything, reading

_RATE = 4.0  # items a second: an edit comes two seconds after what it edits, several polls later
_LAST = {(item.outlet, item.name): item.text for item in items()}


@asynccontextmanager
async def pipeline(settings: Settings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for name in ("extract", "normalize", "fetch"):
            await stack.enter_async_context(role(name)(settings))
        yield


async def articles_until(settings: Settings, texts: set[str]) -> list[Article]:
    """The articles on the topic once they hold all of `texts`."""
    found: list[Article] = []
    try:
        async with asyncio.timeout(40), reading(settings, ARTICLES) as consumer:
            while not texts <= {article.text for article in found}:
                found.append(decode((await consumer.getone()).value, Article))
    except TimeoutError:
        raise AssertionError(f"did not arrive: {texts - {article.text for article in found}}") from None
    return found


async def test_every_article_once_over_a_stop_and_a_start(topics: Settings) -> None:
    settings = topics.model_copy(update={"host_spacing": 0.02})
    first_half = {(item.outlet, item.name): item.text for item in items()[: len(items()) // 2]}
    async with AsyncExitStack() as stack:
        async with pipeline(settings):
            feeds = await stack.enter_async_context(newsroom(_RATE, interval=0.2))
            await offer(settings, feeds)
            await articles_until(settings, set(first_half.values()))
        async with pipeline(settings):
            await articles_until(settings, set(_LAST.values()))
            statements = [decode(m.value, Statement) for m in await everything(settings, STATEMENTS, quiet=2.0)]
    articles = [decode(message.value, Article) for message in await everything(settings, ARTICLES)]

    assert {a.text for a in articles} <= {item.text for item in items()}
    assert len({a.article_id for a in articles}) == len(_LAST)
    assert set(Counter((a.article_id, a.revision) for a in articles).values()) == {1}
    assert sorted({a.article_id: a.text for a in articles}.values()) == sorted(_LAST.values())

    texts = {(a.article_id, a.revision): a.text for a in articles}
    for one in statements:
        text = texts[one.article_id, one.revision]
        assert one.content == " … ".join(text[start:end] for start, end in one.content_spans)
    assert {one.outlet for one in statements} == {feed.outlet for feed in feeds}

    revisions = Counter(a.article_id for a in articles)
    edited = {name for name, count in revisions.items() if count > 1}
    retracted = [one for one in statements if one.status == "retracted"]
    assert edited
    assert retracted
    assert {one.article_id for one in retracted} <= edited
    told = Counter((one.statement_id, one.status) for one in statements)
    assert set(told.values()) == {1}

    names = {a.article_id: a.url.rpartition("/")[2] for a in articles}
    marked = {frozenset((names[a.article_id], names[a.duplicate_of])) for a in articles if a.duplicate_of}
    assert marked
    assert marked <= {
        frozenset(("10-fire-market", "11-fire-market-sahil")),
        frozenset(("24-drug-shipment", "25-drug-shipment-balda")),
    }
