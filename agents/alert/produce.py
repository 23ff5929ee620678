"""Records written to their topics outside a Faust app: confirmed, or tried again until they are."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.identity import identity
from streams.records import DeadLetter, Record, StageName, encode
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, MAX_MESSAGE_BYTES, Topic
from streams.wire import client_options, cloud_event

log = logging.getLogger(__name__)

_FIRST_RETRY, _LAST_RETRY = 0.2, 10.0


class Producer:
    """Writes records and waits for their confirmation."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str) -> None:
        self._producer, self._prefix = producer, prefix

    async def put(self, topic: Topic, key: str, record: Record | None, *, id: str, source: str) -> int:
        """Write `record` (None: that there is none any more); its offset, once the broker has it.

        Raises `MessageSizeTooLargeError`; everything else is tried again.
        """
        value = None if record is None else encode(record)
        headers = [] if record is None else cloud_event(record, topic, id=id, source=source)
        wait = _FIRST_RETRY
        while True:
            try:
                written = await self._producer.send_and_wait(
                    self._prefix + topic.name, value, key=key.encode("utf-8", "surrogatepass"), headers=headers
                )
                return int(written.offset)
            except MessageSizeTooLargeError:
                raise
            except (KafkaError, OSError) as error:
                log.warning("The broker did not confirm (%r); sending again in %.1f s", error, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LAST_RETRY)

    async def dead_letter(
        self,
        stage: StageName,
        place: tuple[str, int, int],
        key: bytes | None,
        value: bytes | None,
        error: Exception,
        what: str = "",
    ) -> None:
        """Write the dead letter of the message at `place` (topic, partition, offset), or of `what` is in it."""
        topic, partition, offset = place
        letter = DeadLetter(
            letter_id=identity(stage, topic, partition, offset, *([what] if what else [])),
            stage=stage, topic=topic, partition=partition, offset=offset, key=key, value=value,
            reason=str(error) or type(error).__name__, error=type(error).__name__, failed_at=datetime.now(UTC),
        )  # fmt: skip
        source = f"kafka:{topic}/{partition}/{offset}"
        await self.put(DEAD_LETTERS, letter.letter_id, letter, id=letter.letter_id, source=source)


@contextlib.asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[Producer]:
    """A producer for the while. Raises aiokafka's `KafkaError` when the broker cannot be reached."""
    producer = AIOKafkaProducer(
        **client_options(settings),
        max_request_size=MAX_MESSAGE_BYTES, compression_type="gzip", acks="all",
    )  # fmt: skip
    try:
        await producer.start()
        yield Producer(producer, settings.prefix)
    finally:
        await producer.stop()


def place(message: ConsumerRecord) -> tuple[str, int, int]:
    """Where a message was read: topic, partition, offset."""
    return message.topic, message.partition, message.offset
