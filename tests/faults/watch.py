"""How the groups get on, from the broker's own books: lag, and how long it takes to go on after a fault."""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_left
from collections import defaultdict

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.settings import Settings
from streams.topics import ALERTS, ARTICLES, ENTRIES, STATEMENTS, Topic
from streams.wire import client_options

# What each role's group commits.
SOURCES: dict[str, tuple[Topic, ...]] = {
    "normalize": (ENTRIES,),
    "extract": (ARTICLES,),
    "alert": (STATEMENTS, ALERTS),
}
_EVERY = 0.25

Point = tuple[float, int, int]  # when, committed, end


class Watch:
    """Reads the committed offsets and the ends of the roles' sources four times a second."""

    def __init__(self, settings: Settings, roles: tuple[str, ...]) -> None:
        self._settings = settings
        self._places = {
            role: [
                TopicPartition(settings.prefix + topic.name, number)
                for topic in SOURCES[role]
                for number in range(settings.partitions)
            ]
            for role in roles
            if role in SOURCES
        }
        self._history: dict[tuple[str, TopicPartition], list[Point]] = defaultdict(list)

    async def run(self) -> None:
        """Watch until cancelled; a broker that does not answer is asked again."""
        while True:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await self._watch()
            await asyncio.sleep(_EVERY)

    async def _watch(self) -> None:
        options = {**client_options(self._settings), "request_timeout_ms": 3000}
        admin, consumer = AIOKafkaAdminClient(**options), AIOKafkaConsumer(**client_options(self._settings))
        try:
            await admin.start()
            await consumer.start()
            while True:
                for role, places in self._places.items():
                    ends = await asyncio.wait_for(consumer.end_offsets(places), 5)
                    committed = await asyncio.wait_for(
                        admin.list_consumer_group_offsets(self._settings.group(role), partitions=places), 5
                    )
                    for place in places:
                        offset = max(0, committed[place].offset) if place in committed else 0
                        self._history[role, place].append((time.time(), offset, ends[place]))
                await asyncio.sleep(_EVERY)
        finally:
            with contextlib.suppress(KafkaError, OSError):
                await consumer.stop()
                await admin.close()

    def lag(self) -> dict[str, int]:
        """Messages not yet committed, by role."""
        found = dict.fromkeys(self._places, 0)
        for (role, _), points in self._history.items():
            found[role] += points[-1][2] - points[-1][1] if points else 0
        return found

    def up_to_date(self, since: float) -> bool:
        """Whether nothing is left to do, as of a look later than `since`."""
        points = [self._history[role, place][-1:] for role, places in self._places.items() for place in places]
        return all(p and p[0][0] > since and p[0][1] >= p[0][2] for p in points)

    def recovery(self, role: str, fault: float) -> float | None:
        """Seconds from `fault` until every partition of `role` had moved on, or had nothing to do.

        None when that was not seen.
        """
        if role not in self._places:
            return None
        worst = 0.0
        for place in self._places[role]:
            points = self._history[role, place]
            start = max(0, bisect_left(points, (fault, 0, 0)) - 1)
            if not points[start:]:
                return None
            _, before, end = points[start]
            moved = next((when for when, offset, _ in points[start + 1 :] if offset > before or offset >= end), None)
            if moved is None:
                return None
            if end > before:
                worst = max(worst, moved - fault)
        return worst
