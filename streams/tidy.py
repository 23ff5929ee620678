"""Keeping the embedded broker small.

It never deletes, and writes all that it holds to disk every second or two; entries carry whole pages, so that a day of
real feeds would make it slow. They are needed until they are normalized, and then only for replays: the last of them
stay. Apache Kafka keeps what its topics' retention says.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError

from streams.settings import Settings
from streams.topics import ENTRIES
from streams.wire import client_options

log = logging.getLogger(__name__)

KEPT = 50  # entries of each partition
_EVERY = 30.0  # seconds


async def tidying(settings: Settings) -> None:
    """Delete the entries that have been normalized, but for the last `KEPT`; now and then, for good."""
    while True:
        await asyncio.sleep(_EVERY)
        try:
            await tidy(settings)
        except Exception as error:  # whatever it is, the broker must not grow without end
            log.debug("the embedded broker was not tidied: %s", error)


async def tidy(settings: Settings) -> None:
    """Do so once. Raises what a broker's client raises."""
    topic, group = settings.prefix + ENTRIES.name, settings.group("normalize")
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        acknowledged = await admin.list_consumer_group_offsets(group)
        old = {
            tp: RecordsToDelete(before_offset=place.offset - KEPT)
            for tp, place in acknowledged.items()
            if tp.topic == topic and place.offset > KEPT
        }
        if old:
            await admin.delete_records(old)
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await admin.close()
