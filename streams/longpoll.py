"""Consumers that pause by themselves where the broker does not.

A Kafka broker keeps a fetch open until there is news (`fetch.max.wait.ms`). The embedded one answers at once, so an
idle aiokafka consumer asks it thousands of times a second and burns half a core. Here an empty answer that came at once
is followed by a short pause. With Apache Kafka there is no such answer, and nothing changes.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiokafka.consumer.consumer
from aiokafka.consumer.fetcher import Fetcher

_AT_ONCE = 0.01
_PAUSE = 0.05


class PausingFetcher(Fetcher):  # type: ignore[misc]
    """aiokafka's fetcher, with a pause after an empty answer that came at once."""

    async def _proc_fetch_request(self, assignment: Any, node_id: Any, request: Any) -> bool:
        asked = time.monotonic()
        news: bool = await super()._proc_fetch_request(assignment, node_id, request)
        if not news and time.monotonic() - asked < _AT_ONCE:
            try:
                await asyncio.sleep(_PAUSE)
            except asyncio.CancelledError:
                return False  # as aiokafka does: the consumer closes, or its partitions are gone
        return news


def install() -> None:
    """Let every consumer made from now on pause. aiokafka has no other way in."""
    aiokafka.consumer.consumer.Fetcher = PausingFetcher
