"""Reading and writing topics in tests, with plain aiokafka clients: what a user's own program would do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from streams.records import Record
from streams.settings import Settings
from streams.topics import MAX_MESSAGE_BYTES, Topic
from streams.wire import Headers, client_options, decode

R = TypeVar("R", bound=Record)

# Runs a test, or a module's tests (as its `pytestmark`), on the embedded broker and on Apache Kafka.
on_both_brokers = pytest.mark.parametrize(
    "broker", ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True
)

# Where several workers share a group: the embedded broker does not let a busy one join again while another comes in.
on_kafka = pytest.mark.parametrize("broker", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)


async def put(
    settings: Settings, topic: Topic, messages: Iterable[tuple[str, bytes]], headers: Headers | None = None
) -> None:
    """Write (key, value) messages, each with `headers`, and wait for their confirmation."""
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=MAX_MESSAGE_BYTES)
    try:
        await producer.start()
        for key, value in messages:
            await producer.send(settings.prefix + topic.name, value, key=key.encode(), headers=headers or [])
        await producer.flush()
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(settings: Settings, *topics: Topic) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of `topics` from their beginning."""
    consumer = AIOKafkaConsumer(
        *(settings.prefix + topic.name for topic in topics),
        **client_options(settings),
        auto_offset_reset="earliest",
        group_id=None,
        max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def messages(settings: Settings, topic: Topic, count: int, timeout: float = 30) -> list[ConsumerRecord]:
    """The first `count` messages of `topic`; raises `TimeoutError` when they do not come."""
    async with reading(settings, topic) as consumer, asyncio.timeout(timeout):
        return [await consumer.getone() for _ in range(count)]


async def records(settings: Settings, topic: Topic, record: type[R], count: int, timeout: float = 30) -> list[R]:
    """The first `count` records of `topic`."""
    return [decode(message.value, record) for message in await messages(settings, topic, count, timeout)]


async def everything(settings: Settings, topic: Topic, quiet: float = 1.0) -> list[ConsumerRecord]:
    """All that is on `topic`, once nothing more has come for `quiet` seconds."""
    found: list[ConsumerRecord] = []
    async with reading(settings, topic) as consumer:
        while batch := await consumer.getmany(timeout_ms=int(quiet * 1000)):
            for part in batch.values():
                found += part
    return found
