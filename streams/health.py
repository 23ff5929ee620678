"""Health is progress: a worker that has work and gets nowhere is sick, whatever else it answers.

Progress is what the broker has been told, not what the worker believes: Faust goes on counting from a commit that
failed, and would wait without end for what nobody will send it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
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


class Progress:
    """For how long each topic has had work and got nowhere. A stage at work does not hide another that is stuck."""

    def __init__(self) -> None:
        self._before: Mapping[TopicPartition, int] = {}
        self._well: dict[str, float] = {}  # by topic: when it was last seen without work, or done with some

    def stalled(
        self, committed: Mapping[TopicPartition, int], lag: Mapping[TopicPartition, int], now: float
    ) -> dict[str, float]:
        """The seconds by topic, where partitions stand at these offsets and are so many messages behind.

        Partitions that come or go (a rebalance, a table to recover) start the clock anew.
        """
        moved = self._before.keys() != committed.keys()
        for topic in {place.topic for place in committed}:
            behind = [place for place in committed if place.topic == topic and lag[place] > 0]
            if moved or not behind or any(committed[place] > self._before[place] for place in behind):
                self._well[topic] = now
        self._before = committed
        return {topic: now - self._well[topic] for topic in {place.topic for place in committed}}


async def watch(app: faust.App, settings: Settings) -> None:
    """Crash `app` when it has had work for two minutes and acknowledged nothing; measure its lag meanwhile.

    A broker that does not answer is no sickness of ours: the clock starts anew.
    """
    group = app.conf.id.removeprefix(settings.prefix)
    progress = Progress()
    while not app.should_stop:
        await asyncio.sleep(_EVERY)
        try:
            committed = await _committed(app, settings)
            lag = {place: (app.consumer.highwater(place) or 0) - offset for place, offset in committed.items()}
        except (KafkaError, OSError, TimeoutError, AssertionError) as error:  # the last: a partition moved meanwhile
            log.debug("%s: cannot tell how far its topics are: %r", app.conf.id, error)
            progress = Progress()
            metrics.STALLED.labels(group).set(0)
            continue
        metrics.LAG.labels(group).set(sum(lag.values()))
        stalled = progress.stalled(committed, lag, time.monotonic())
        metrics.STALLED.labels(group).set(max(stalled.values(), default=0))
        if stuck := {topic for topic, seconds in stalled.items() if seconds > _PATIENCE}:
            behind = sorted(place for place, messages in lag.items() if messages > 0 and place.topic in stuck)
            places = ", ".join(f"{place.topic}/{place.partition}" for place in behind)
            await app.crash(StalledError(f"nothing acknowledged for {_PATIENCE:.0f} s, with work on {places}"))
            return


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
