"""Entries to statements through the broker: normalize and extract as they run in production."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable

from agents.extract import agent as extract
from agents.normalize import agent as normalize
from streams.records import Article, DeadLetter, Entry, Statement, encode
from streams.settings import Settings
from streams.topics import ARTICLES, DEAD_LETTERS, ENTRIES, STATEMENTS
from streams.wire import decode
from tests.kafka import everything, put, reading, records
from tests.pipeline.articles import FIRST, OTHER, SECOND, THIRD, an_entry
from tests.readme import names


async def put_entries(settings: Settings, *entries: Entry) -> None:
    await put(settings, ENTRIES, [(entry.article_id, encode(entry)) for entry in entries])


async def told(settings: Settings, until: Callable[[list[Statement]], bool] | None = None) -> list[Statement]:
    """What is on the topic when `until` holds of it; without it, when nothing more comes."""
    if until is None:
        return [decode(message.value, Statement) for message in await everything(settings, STATEMENTS, quiet=1.5)]
    found: list[Statement] = []
    async with asyncio.timeout(60), reading(settings, STATEMENTS) as consumer:
        while not until(found):
            found.append(decode((await consumer.getone()).value, Statement))
    return found


async def test_an_edit_is_a_new_revision_and_its_statements_change(topics: Settings) -> None:
    async with normalize.run(topics), extract.run(topics):
        await put_entries(topics, an_entry("a", FIRST, SECOND, THIRD))
        await told(topics, until=lambda found: bool(found))
        first = await told(topics)
        await put_entries(topics, an_entry("a", FIRST, SECOND, THIRD))  # the same again
        assert await told(topics) == first
        await put_entries(topics, an_entry("a", SECOND, THIRD, OTHER))
        await told(topics, until=lambda found: len(found) > len(first))
        after = await told(topics)
    assert {s.status for s in first} == {"new"}
    news = after[len(first) :]
    retracted = {s.statement_id for s in news if s.status == "retracted"}
    assert retracted
    assert retracted < {s.statement_id for s in first}
    assert any("الرواتب" in s.content for s in news if s.status == "new")
    assert not any("المقاعد" in s.content for s in news)
    assert len(await everything(topics, ARTICLES)) == 2


async def test_the_readmes_reader_passes_over_what_is_told_again(topics: Settings) -> None:
    for sequence in (1, 2, 2, 1, 3):
        headers = [("ce_sequence", f"{sequence:020}/00000/00000".encode())]
        await put(topics, STATEMENTS, [(key, f'["{key}", {sequence}]'.encode()) for key in "ab"], headers)
    reader = names("AIOKafkaConsumer")["statements"](
        topics.broker.removeprefix("kafka://"), f"{topics.prefix}statements"
    )
    async with asyncio.timeout(30), contextlib.aclosing(reader) as found:
        read = [await anext(found) for _ in range(6)]
    for key in "ab":
        assert [sequence for name, sequence in read if name == key] == [1, 2, 3]


async def test_a_restart_repeats_nothing(topics: Settings) -> None:
    for first in (0, 20):
        async with normalize.run(topics), extract.run(topics):
            await put_entries(topics, *(an_entry(str(n), SECOND, THIRD) for n in range(first + 20)))
            await told(topics)
    articles = Counter(decode(m.value, Article).article_id for m in await everything(topics, ARTICLES))
    assert articles == Counter(str(n) for n in range(40))
    assert set(Counter(s.statement_id for s in await told(topics)).values()) == {1}


async def test_odd_entries_end_no_worker(topics: Settings) -> None:
    odd = [
        an_entry("nothing", title=""),
        an_entry("emoji", title="🔥🔥🔥"),
        an_entry("huge", f"{SECOND} " * 5_000),
        an_entry("english", "The minister said that the bridge is open.", title="Bridge opens"),
        an_entry("good", SECOND),
    ]
    async with normalize.run(topics), extract.run(topics):
        await put_entries(topics, *odd)
        found = await told(topics, until=lambda found: {s.article_id for s in found} == {"huge", "good"})
        articles = {a.article_id: a for a in await records(topics, ARTICLES, Article, 4)}
        (letter,) = await records(topics, DEAD_LETTERS, DeadLetter, 1)
    assert {s.article_id for s in found} == {"huge", "good"}
    assert {name: a.language for name, a in articles.items()} == {
        "emoji": "und", "huge": "ar", "english": "en", "good": "ar",
    }  # fmt: skip
    assert "has no words" in letter.reason
    assert letter.value == encode(odd[0])
