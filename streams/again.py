"""Putting a message round again: the same bytes under the same key on the same partition, later in the key's sequence.

Later than the message was, and earlier than whatever came after it: put back, it is worked on once more, unless its
article has moved on since, when it is history and is passed over.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.broker import BrokerError
from streams.settings import Settings
from streams.topics import MAX_MESSAGE_BYTES
from streams.wire import Headers, client_options

Put = Callable[[str, int, "bytes | None", "bytes | None", Headers], Awaitable[None]]


def later(sequence: str) -> str:
    """A sequence after `sequence` and all that came of it, but before the next: `:` sorts after `/` and the digits."""
    return f"{sequence}:{time.time_ns() // 1_000_000:013}"


@asynccontextmanager
async def putting(settings: Settings) -> AsyncIterator[Put]:
    """What puts (topic, partition, key, value, headers), each confirmed by all replicas.

    Raises `BrokerError` when the broker cannot be reached.
    """
    producer = AIOKafkaProducer(
        **client_options(settings), enable_idempotence=True, max_request_size=MAX_MESSAGE_BYTES, compression_type="gzip"
    )

    async def put(topic: str, partition: int, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        await producer.send_and_wait(topic, value, key=key, partition=partition, headers=headers)

    try:
        await producer.start()
        yield put
    except (KafkaError, OSError) as error:
        raise BrokerError(f"Cannot write to the broker at {settings.broker}: {error}") from error
    finally:
        await producer.stop()
