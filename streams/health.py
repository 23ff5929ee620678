"""Health is progress: a worker that has work and gets nowhere is sick, whatever else it answers.

Progress is what the broker has been told, not what the worker believes: Faust goes on counting from a commit that
failed, and would wait without end for what nobody will send it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import faust
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams import metrics
from streams.settings import Settings
from streams.wire import client_options

log = logging.getLogger(__name__)

_EVERY = 10.0
# Longer than any one message takes, and than a rebalance with a table to recover.
_PATIENCE = 120.0


class StalledError(RuntimeError):
    """There is work, and nothing has been acknowledged for too long."""


async def watch(app: faust.App, settings: Settings) -> None:
    """Crash `app` when it has had work for two minutes and acknowledged nothing; measure its lag meanwhile.

    A broker that does not answer is no sickness of ours: the clock starts anew.
    """
    before: dict[TopicPartition, int] = {}
    well = time.monotonic()
    while not app.should_stop:
        await asyncio.sleep(_EVERY)
        try:
            committed = await _committed(app, settings)
        except (KafkaError, OSError, TimeoutError) as error:
            log.debug("%s: cannot ask for the committed offsets: %r", app.conf.id, error)
            well = time.monotonic()
            continue
        lag = {place: (app.consumer.highwater(place) or 0) - offset for place, offset in committed.items()}
        metrics.LAG.labels(app.conf.id.removeprefix(settings.prefix)).set(sum(lag.values()))
        behind = {place for place, messages in lag.items() if messages > 0}
        if not behind or before.keys() != committed.keys() or any(committed[p] > before[p] for p in behind):
            well = time.monotonic()
        elif time.monotonic() - well > _PATIENCE:
            places = ", ".join(f"{place.topic}/{place.partition}" for place in sorted(behind))
            await app.crash(StalledError(f"nothing acknowledged for {_PATIENCE:.0f} s, with work on {places}"))
            return
        before = committed


async def _committed(app: faust.App, settings: Settings) -> dict[TopicPartition, int]:
    """The broker's committed offset of every partition that this worker reads; 0 where there is none yet.

    Raises `KafkaError`, `OSError` or `TimeoutError` when the broker does not say.
    """
    mine: list[Any] = [place for place in app.consumer.assignment() if app.topics.acks_enabled_for(place.topic)]
    if not mine:
        return {}
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(app.conf.id, partitions=mine)
    finally:
        await admin.close()
    if missing := set(mine) - found.keys():
        # aiokafka overlooks the error of the answer as a whole, as of a coordinator that has just been started.
        raise KafkaError(f"{len(missing)} of {len(mine)} partitions are not in the answer")
    return {place: max(0, found[place].offset) for place in mine}
