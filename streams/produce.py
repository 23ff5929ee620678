"""Records written to their topics outside a Faust app, and how long a broker that does not take them is asked again.

A worker asks for as long as it may help: what it has done must be told. Who waits for an answer, a person or a program,
is told after a while that there is none.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError, KafkaTimeoutError

from streams import metrics
from streams.broker import BrokerError, reaching
from streams.identity import identity
from streams.records import DeadLetter, Record, StageName, encode
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, MAX_MESSAGE_BYTES, Topic
from streams.wire import Headers, client_options, cloud_event

log = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_RETRY, _LAST_RETRY = 0.2, 10.0
# What aiokafka gives a broker, connected or not, to confirm something: its own measure, and that of who waits.
_WORKERS_SECONDS, _WAITERS_SECONDS = 40, 10


async def retried(stage: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` answers, tried again until it does. Raises the `KafkaError` that no trying again mends."""
    wait = _FIRST_RETRY
    while True:
        try:
            return await attempt()
        except (KafkaError, OSError) as error:
            if isinstance(error, KafkaError) and not (error.retriable or isinstance(error, KafkaTimeoutError)):
                raise
            log.warning("%s: the broker did not confirm (%r); sending again in %.1f s", stage, error, wait)
            metrics.SEND_RETRIES.labels(stage).inc()
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LAST_RETRY)


class Writer:
    """Writes to topics and waits for the confirmation. What it does not get, it raises."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self._producer, self._prefix = producer, prefix

    async def put(
        self, topic: Topic, key: str, record: Record | None, *, id: str, source: str, partition: int | None = None
    ) -> int:
        """Write `record` (None: that there is none any more); its offset, once the broker has it.

        In `partition`, or where its key belongs.
        """
        value = None if record is None else encode(record)
        headers = [] if record is None else cloud_event(record, topic, id=id, source=source)
        return await self.write(
            self._prefix + topic.name, partition, key.encode("utf-8", "surrogatepass"), value, headers
        )

    async def write(
        self, topic: str, partition: int | None, key: bytes | None, value: bytes | None, headers: Headers
    ) -> int:
        """Write a message as it is; its offset, once the broker has it."""
        sent = await self._producer.send_and_wait(topic, value, key=key, partition=partition, headers=headers)
        return int(sent.offset)

    async def partitions(self, topic: Topic) -> int:
        """How many the topic has."""
        return len(await self._producer.partitions_for(self._prefix + topic.name))


class Producer(Writer):
    """A stage's own: it tries again until the broker has what it writes. Raises what no trying again mends."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str, stage: StageName) -> None:
        super().__init__(producer, prefix)
        self._stage = stage

    async def write(
        self, topic: str, partition: int | None, key: bytes | None, value: bytes | None, headers: Headers
    ) -> int:
        """Write a message as it is; its offset, once the broker has it."""
        write = super().write
        return await retried(self._stage, lambda: write(topic, partition, key, value, headers))

    async def dead_letter(
        self,
        place: tuple[str, int, int],
        key: bytes | None,
        value: bytes | None,
        error: Exception,
        what: str = "",
    ) -> None:
        """Write the dead letter of the message at `place` (topic, partition, offset), or of `what` is in it."""
        letter, source = dead(self._stage, place, key, value, error, what)
        await self.put(DEAD_LETTERS, letter.letter_id, letter, id=letter.letter_id, source=source)


@contextlib.asynccontextmanager
async def producing(settings: Settings, stage: StageName) -> AsyncIterator[Producer]:
    """A producer of `stage` for the while. Raises `BrokerError` when the broker cannot be reached."""
    async with _connected(settings, _WORKERS_SECONDS) as producer:
        yield Producer(producer, settings.prefix, stage)


@contextlib.asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[Writer]:
    """A writer for who waits for it. Raises `BrokerError` when the broker refuses, or does not confirm in time."""
    try:
        async with _connected(settings, _WAITERS_SECONDS) as producer:
            yield Writer(producer, settings.prefix)
    except (KafkaError, OSError) as error:
        raise BrokerError(f"The broker at {settings.broker} did not take what was written: {error!r}") from error


@contextlib.asynccontextmanager
async def _connected(settings: Settings, seconds: int) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        **client_options(settings),
        max_request_size=MAX_MESSAGE_BYTES, compression_type="gzip", acks="all", request_timeout_ms=seconds * 1000,
    )  # fmt: skip
    try:
        with reaching(settings):
            await producer.start()
        yield producer
    finally:
        await producer.stop()


def place(message: ConsumerRecord) -> tuple[str, int, int]:
    """Where a message was read: topic, partition, offset."""
    return message.topic, message.partition, message.offset


def dead(
    stage: StageName,
    place: tuple[str, int, int],
    key: bytes | None,
    value: bytes | None,
    error: Exception,
    what: str = "",
) -> tuple[DeadLetter, str]:
    """The dead letter of the message at `place` (topic, partition, offset), or of `what` is in it; and its source."""
    topic, partition, offset = place
    letter = DeadLetter(
        letter_id=identity(stage, topic, partition, offset, *([what] if what else [])),
        stage=stage, topic=topic, partition=partition, offset=offset, key=key, value=value,
        reason=str(error) or type(error).__name__, error=type(error).__name__, failed_at=datetime.now(UTC),
    )  # fmt: skip
    return letter, f"kafka:{topic}/{partition}/{offset}"
