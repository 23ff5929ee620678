"""The delivery promise of a stage, against a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from prometheus_client import REGISTRY

from streams import stage
from streams.app import build, running
from streams.records import Article, DeadLetter, Entry, encode
from streams.rows import changelog
from streams.settings import Settings
from streams.stage import Kept, Outcome, Send, Stage
from streams.topics import ARTICLES, DEAD_LETTERS, ENTRIES, TOPICS, Topic
from streams.wire import decode, sequence
from tests.kafka import everything, messages, on_both_brokers, put, reading, records

pytestmark = on_both_brokers

LAST_PROGRESS = "tasrih_last_progress_timestamp_seconds"
LONGEST = max(topic.retention.days for topic in TOPICS if topic.retention) + 10
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Seen(msgspec.Struct):
    """How many entries of its key a stage has seen."""

    times: int


def entry(article_id: str, title: str = "") -> Entry:
    return Entry(article_id=article_id, entry_id=title, feed="f", outlet="o", url="u", title=title, fetched_at=NOW)


def count(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
    """An article whose revision tells how many entries with its key came before."""
    if entry.title == "fail":
        raise ValueError("told to")
    times = seen.times + 1 if seen else 1
    article = Article(
        article_id=entry.article_id, revision=str(times), outlet="o", feed="f", url="u", title=entry.title,
        text="x" * 9_000_000 if entry.title == "huge" else "", text_from="content", language="ar",
        published_at=NOW, fetched_at=NOW, normalized_at=NOW,
    )  # fmt: skip
    return Outcome([Send(ARTICLES, article.article_id, article, id=entry.title, source="u")], Seen(times))


async def put_entries(settings: Settings, *entries: Entry) -> None:
    await put(settings, ENTRIES, [(e.article_id, encode(e)) for e in entries])


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
async def test_rows_and_order_survive_a_restart(topics: Settings, store: str) -> None:
    settings = topics.model_copy(update={"store": store})
    for first in (0, 300):
        await put_entries(settings, *(entry(f"a{n % 7}", str(n)) for n in range(first, first + 300)))
        app = build("normalize", settings)
        Stage(app, settings, name="normalize", source=ENTRIES, work=count, row=Seen)
        async with running(app):
            articles = await records(settings, ARTICLES, Article, first + 300)
    by_key: dict[str, list[Article]] = {}
    for article in articles:
        by_key.setdefault(article.article_id, []).append(article)
    for key, found in by_key.items():
        assert [int(a.title) for a in found] == list(range(int(key[1:]), 600, 7))
        assert [a.revision for a in found] == [str(n) for n in range(1, len(found) + 1)]


async def test_what_cannot_be_processed_becomes_a_dead_letter(topics: Settings) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        await put(topics, ENTRIES, [("a", b"\xff rubbish")])
        await put_entries(topics, entry("a", "fail"), entry("a", "huge"), entry("a", "good"))
        letters = await records(topics, DEAD_LETTERS, DeadLetter, 3)
        (good,) = await messages(topics, ARTICLES, 1)
    assert decode(good.value, Article).title == "good"
    assert dict(good.headers)["ce_type"] == b"org.tasrih.articles.v1"
    found = {letter.error: letter for letter in letters}
    assert found["UnreadableError"].value == b"\xff rubbish"
    assert found["ValueError"].reason == "told to"
    assert found["ValueError"].value == encode(entry("a", "fail"))
    assert "bytes" in found["MessageSizeTooLargeError"].reason
    assert {letter.topic for letter in letters} == {topics.prefix + "entries"}
    assert len({letter.letter_id for letter in letters}) == 3


async def test_a_worker_that_stops_in_the_middle_loses_and_doubles_nothing(topics: Settings) -> None:
    async def slow(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        await asyncio.sleep(0.01)
        return count(entry, seen)

    await put_entries(topics, *(entry(str(n), str(n)) for n in range(200)))
    for enough in (20, 200):
        app = build("normalize", topics)
        Stage(app, topics, name="normalize", source=ENTRIES, work=slow, row=Seen)
        async with running(app):
            await messages(topics, ARTICLES, enough)
    titles = [decode(message.value, Article).title for message in await everything(topics, ARTICLES)]
    assert sorted(titles, key=int) == [str(n) for n in range(200)]


async def test_what_is_measured_has_been_confirmed(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    original = stage.confirmed

    async def confirmed(*args: Any) -> None:
        await original(*args)
        order.append("confirmed")

    def measured(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        return count(entry, seen)._replace(sent=lambda: order.append(entry.title))

    monkeypatch.setattr(stage, "confirmed", confirmed)
    acknowledged = REGISTRY.get_sample_value(LAST_PROGRESS, {"stage": "normalize"})
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=measured, row=Seen)
    async with running(app):
        assert REGISTRY.get_sample_value(LAST_PROGRESS, {"stage": "normalize"}) == acknowledged
        await put_entries(topics, entry("a", "first"))
        await messages(topics, ARTICLES, 1)
    assert order == ["confirmed", "first", "confirmed"]  # what is sent, then the rows
    assert REGISTRY.get_sample_value(LAST_PROGRESS, {"stage": "normalize"}) != acknowledged


async def test_who_is_sending_when_its_partition_moves_leaves_the_rows_to_the_next_owner(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Topic(changelog(topics, "normalize", "normalize").removeprefix(topics.prefix), Entry, key="article_id")
    original = stage.confirmed

    async def confirmed(*args: Any) -> None:
        await original(*args)
        app.consumer_generation_id = -1  # as if the group had gone on without us

    for is_slow in (True, False):
        monkeypatch.setattr(stage, "confirmed", confirmed if is_slow else original)
        app = build("normalize", topics)
        Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
        async with running(app):
            if is_slow:
                await put_entries(topics, entry("a", "first"))
            told = await messages(topics, ARTICLES, 1 if is_slow else 2)
        assert len(await everything(topics, rows)) == (0 if is_slow else 1)
    assert told[0].value == told[1].value
    assert sequence(told[0].headers) == sequence(told[1].headers), "whoever reads it twice passes it over"


@pytest.mark.parametrize("store", ["memory", "rocksdb"])
async def test_rows_go_when_nothing_can_ask_for_them_any_more(
    topics: Settings, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    settings, first_day = topics.model_copy(update={"store": store}), 20_000
    rows = Topic(changelog(settings, "normalize", "normalize").removeprefix(settings.prefix), Entry, key="article_id")
    monkeypatch.setattr(stage, "_TIDY_EVERY", 0.05)

    @asynccontextmanager
    async def worker(days: int) -> AsyncIterator[None]:
        """One that is at work so many days after the first."""
        monkeypatch.setattr(stage, "_today", lambda: first_day + days)
        app = build("normalize", settings)
        Stage(app, settings, name="normalize", source=ENTRIES, work=unless_idle, row=Seen)
        async with running(app):
            yield

    def unless_idle(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        return Outcome() if entry.title == "idle" else count(entry, seen)

    async def gone(count: int) -> list[bytes]:
        """The rows deleted, once there are so many."""
        async with asyncio.timeout(20), reading(settings, rows) as consumer:
            found: list[bytes] = []
            while len(found) < count:
                message = await consumer.getone()
                found += [message.key] if message.value is None else []
            return found

    async with worker(days=0):
        await put_entries(settings, entry("old", "1"), entry("used", "1"), entry("late", "1"))
        await messages(settings, rows, 3)
    async with worker(days=1):  # used: by what tells nothing new, too
        await put_entries(settings, entry("used", "idle"), entry("late", "2"))
        await messages(settings, rows, 5)
    async with worker(days=LONGEST + 1):
        assert await gone(1) == [b"old"]
        # What is read again within the time is known, what comes anew is told with what was; what is gone is as new.
        await put(settings, ENTRIES, [("late", encode(entry("late", "2")))], [("ce_sequence", b"0" * 20)])
        await put_entries(settings, entry("used", "2"), entry("old", "1"), entry("late", "3"))
        await messages(settings, rows, 9)
    async with worker(days=2 * LONGEST + 2):
        assert set(await gone(4)) == {b"old", b"used", b"late"}
    told = [decode(message.value, Article) for message in await everything(settings, ARTICLES)]
    by_key = {key: [(a.title, a.revision) for a in told if a.article_id == key] for key in ("old", "used", "late")}
    assert by_key == {
        "old": [("1", "1"), ("1", "1")],
        "used": [("1", "1"), ("2", "2")],
        "late": [("1", "1"), ("2", "2"), ("3", "3")],
    }
    sequences = [m.headers for m in await everything(settings, ARTICLES) if m.key == b"old"]
    assert sequence(sequences[0]) < sequence(sequences[1]), "a reader that has it sees that it is told again"


async def test_a_row_that_does_not_know_its_day_is_given_one(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those written before days were kept."""
    rows = Topic(changelog(topics, "normalize", "normalize").removeprefix(topics.prefix), Entry, key="article_id")
    for today in (0, 20_000):
        monkeypatch.setattr(stage, "_TIDY_EVERY", 0.05 if today else 3600)
        monkeypatch.setattr(stage, "_today", lambda today=today: today)
        app = build("normalize", topics)
        Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
        async with running(app):
            if not today:
                await put_entries(topics, entry("a", "1"))
            *_, last = await messages(topics, rows, 2 if today else 1)
    assert msgspec.msgpack.decode(last.value, type=Kept[Seen]).day == 20_000
