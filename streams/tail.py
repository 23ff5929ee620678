"""Following a topic from outside the pipeline: no consumer group, nothing committed, nobody disturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams.broker import BrokerError, reaching
from streams.settings import Settings
from streams.topics import FETCH_BYTES, Topic
from streams.wire import client_options


async def follow(
    settings: Settings, *topics: Topic, last: int | None = 0, forever: bool = True
) -> AsyncGenerator[ConsumerRecord[bytes, bytes], None]:
    """The messages of `topics`: from the `last` ones of each partition (None: from the oldest), then as they come.

    Ends at what was there at the start unless `forever`. Raises `BrokerError` when the broker cannot be reached, or
    when none of the topics to be followed forever is there.
    """
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        group_id=None,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    try:
        with reaching(settings):
            await consumer.start()
        # Not subscribed to: asked for by name, a topic that is not there would be made, with one partition, and whoever
        # keeps a table over it would never start again.
        there = await consumer.topics()
        partitions = [
            TopicPartition(name, number)
            for name in (settings.prefix + topic.name for topic in topics)
            if name in there
            for number in sorted(consumer.partitions_for_topic(name) or ())
        ]
        if not partitions:
            if forever:
                raise BrokerError(f"None of {', '.join(t.name for t in topics)} is at {settings.broker} (yet).")
            return
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        if last is not None:
            beginnings = await consumer.beginning_offsets(partitions)
            for partition, end in ends.items():
                consumer.seek(partition, max(beginnings[partition], end - last))
        while forever or any([await consumer.position(p) < end for p, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200, max_records=500)).values():
                for message in batch:
                    yield message
            await asyncio.sleep(0)
    except (KafkaError, OSError) as error:
        raise BrokerError(f"Cannot follow {', '.join(t.name for t in topics)} at {settings.broker}: {error}") from error
    finally:
        await consumer.stop()
