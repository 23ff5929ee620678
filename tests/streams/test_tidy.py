"""What has been normalized leaves the embedded broker; what has not, and the last of it, stays."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.settings import Settings
from streams.tidy import KEPT, tidy, tidying
from streams.topics import ENTRIES
from streams.wire import client_options
from tests.kafka import put

MORE = 30


async def test_only_what_is_acknowledged_goes(topics: Settings) -> None:
    await tidy(topics)  # before anyone has acknowledged anything
    await put(topics, ENTRIES, [(str(number), b"{}") for number in range(400)])
    partitions = [TopicPartition(topics.prefix + ENTRIES.name, number) for number in range(topics.partitions)]
    acknowledged = {partitions[0]: KEPT + MORE, partitions[1]: KEPT - 1}
    normalizer = AIOKafkaConsumer(
        **client_options(topics), group_id=f"{topics.prefix}tasrih-normalize", enable_auto_commit=False
    )
    try:
        await normalizer.start()
        normalizer.assign(partitions)
        await normalizer.commit(acknowledged)
        written = await normalizer.end_offsets(partitions)
        await tidy(topics)
        assert await normalizer.beginning_offsets(partitions) == {partitions[0]: MORE, partitions[1]: 0}
        assert await normalizer.end_offsets(partitions) == written
    finally:
        await normalizer.stop()


async def test_what_nobody_foresaw_does_not_end_it(topics: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    again, failing = asyncio.Event(), True

    async def once(settings: Settings) -> None:
        nonlocal failing
        if failing:
            failing = False
            raise AttributeError("of a client's own")
        again.set()

    monkeypatch.setattr("streams.tidy.tidy", once)
    monkeypatch.setattr("streams.tidy._EVERY", 0.01)
    going = asyncio.create_task(tidying(topics))
    async with asyncio.timeout(10):
        await again.wait()
    going.cancel()
