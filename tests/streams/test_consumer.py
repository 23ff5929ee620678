"""Partitions move from worker to worker, and every message is worked on, in order."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping

import pytest
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.app import build, running
from streams.consumer import SkippedError
from streams.records import Entry
from streams.settings import Settings
from streams.stage import Outcome, Stage
from streams.topics import ENTRIES
from tests.kafka import on_kafka
from tests.streams.test_stage import Seen, count, entry, put_entries


async def test_a_jump_in_a_log_without_gaps_is_refused(topics: Settings) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        with pytest.raises(SkippedError, match="3 to 8 did not come"):
            await app.consumer._add_gap(TP(topics.prefix + "entries", 0), 3, 9)
        await app.consumer._add_gap(TP(topics.prefix + "feeds", 0), 3, 9)


@on_kafka
async def test_what_comes_while_positions_move_is_not_handed_out_ahead_of_its_turn(
    topics: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: dict[str, list[int]] = {key: [] for key in "abcdefgh"}

    async def work(entry: Entry, seen: Seen | None) -> Outcome[Seen]:
        await asyncio.sleep(0.005)  # there is always more to do, read but not begun
        order[entry.article_id].append(int(entry.title))
        return Outcome()

    enough = asyncio.Event()

    async def publish() -> None:
        for first in itertools.takewhile(lambda _: not enough.is_set(), itertools.count(step=5)):
            await put_entries(topics, *(entry(key, str(n)) for n in range(first, first + 5) for key in order))
            await asyncio.sleep(0.1)

    seek = AIOKafkaConsumerThread.seek_to_committed

    async def slowly(thread: AIOKafkaConsumerThread) -> Mapping[TP, int]:
        await asyncio.sleep(0.5)
        return await seek(thread)

    @contextlib.asynccontextmanager
    async def worker() -> AsyncIterator[None]:
        app = build("normalize", topics)
        Stage(app, topics, name="normalize", source=ENTRIES, work=work, row=Seen)
        async with running(app):
            yield

    monkeypatch.setattr(AIOKafkaConsumerThread, "seek_to_committed", slowly)
    async with worker():
        publishing = asyncio.create_task(publish())
        for _ in range(2):
            async with worker():
                await asyncio.sleep(1)
            await asyncio.sleep(1)
        enough.set()
        await publishing
    # What had been begun when positions moved is worked on again; nothing is passed over, nothing overtakes.
    for numbers in order.values():
        first = list(dict.fromkeys(numbers))
        assert first == list(range(len(first)))
        assert len(first) > 5
