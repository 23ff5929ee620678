"""Following the topics into the archive: every server reads every partition, from where its archive stands."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from agents.fetch.state import row
from agents.serve import metrics
from agents.serve.archive import Archive
from agents.serve.archive.writing import Arrived, Batch, BehindError
from agents.serve.feed_health import health
from agents.serve.hub import Hub
from agents.serve.position import Position
from streams.metrics import LAST_PROGRESS, PROCESSED
from streams.records import Alert, AlertChannels, AlertRule, Article, Delivery, Feed, Statement
from streams.rows import changelog
from streams.settings import Settings
from streams.stage import sequence
from streams.topics import ALERT_CHANNELS, ALERT_RULES, ALERTS, ARTICLES, DELIVERIES, FEEDS, FETCH_BYTES, STATEMENTS
from streams.wire import UnreadableError, client_options, decode

log = logging.getLogger(__name__)

FOLLOWED = (STATEMENTS, ARTICLES, ALERTS, FEEDS, ALERT_RULES, ALERT_CHANNELS, DELIVERIES)
_HEALTH = "feed-health"  # what the archive calls the changelog of the fetchers' table
_BATCH = 500
# Readers are served at most twenty times a second: many statements in one write cost as much as one.
_PACE = 0.05
_FIRST_RETRY, _LAST_RETRY = 0.5, 15.0
_CHECK_EVERY = 5.0


class Follower:
    """Reads the topics into `archive` and tells `hub`."""

    def __init__(self, settings: Settings, archive: Archive, hub: Hub) -> None:
        self._settings, self._archive, self._hub = settings, archive, hub
        self._topics = {settings.prefix + topic.name: topic.name for topic in FOLLOWED}
        # There is none before a fetcher has run.
        self._when_there = {changelog(settings, "fetch", "fetch"): _HEALTH}
        self.lag: dict[str, int] | None = None  # messages still to read, by topic; None until the broker has said
        self._caught_up = asyncio.Event()
        self.alive_at = time.monotonic()  # when the loop last went round
        self.checked_at: float | None = None  # when the broker last answered
        self._consumer: AIOKafkaConsumer | None = None

    @property
    def caught_up(self) -> bool:
        """Whether the archive has been where the topics were."""
        return self._caught_up.is_set()

    async def until_caught_up(self) -> None:
        """Wait for it."""
        await self._caught_up.wait()

    async def ends(self) -> list[int]:
        """The next offsets of the topic of statements, as the broker knows them; empty while it does not answer."""
        if self._consumer is None:
            return []
        partitions = [tp for tp in self._consumer.assignment() if self._key(tp)[0] == STATEMENTS.name]
        try:
            async with asyncio.timeout(_CHECK_EVERY):
                ends = await self._consumer.end_offsets(partitions)
        except (KafkaError, TimeoutError):
            return []
        return [ends[tp] for tp in sorted(ends)]

    async def run(self) -> None:
        """Follow until cancelled. Whatever fails is tried again, from what is archived."""
        wait = _FIRST_RETRY
        while True:
            started = time.monotonic()
            try:
                await self._follow()
                continue
            except BehindError as error:
                log.warning("%s: it was restored, or made anew; reading on from where it stands", error)
                self._caught_up.clear()
                continue
            except (KafkaError, OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.error("following the topics failed (%r); again in %.1f s", error, wait)
                self.alive_at = time.monotonic()  # a restart of ours would not help
            except Exception:
                log.exception("following the topics failed; again in %.1f s", wait)
            if started + _LAST_RETRY < time.monotonic():
                wait = _FIRST_RETRY
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LAST_RETRY)

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
            max_poll_records=_BATCH,
            fetch_max_wait_ms=100,
        )
        try:
            await consumer.start()
            await self._look_for_more(consumer)
            reached = await self._assign(consumer)
            self._consumer = consumer
            checked = 0.0
            while True:
                self.alive_at = begun = time.monotonic()
                if begun - checked > _CHECK_EVERY or not self.caught_up:
                    if await self._look_for_more(consumer):
                        return  # a new consumer knows its partitions
                    await self._check(consumer, reached)
                    checked = time.monotonic()
                arrived = await consumer.getmany(timeout_ms=1000, max_records=_BATCH)
                if not arrived:
                    continue
                await self._take(arrived, reached)
                await asyncio.sleep(max(0.0, _PACE - (time.monotonic() - begun)) if self.caught_up else 0)
        finally:
            self._consumer = None
            with contextlib.suppress(KafkaError, OSError):
                await consumer.stop()

    async def _look_for_more(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether a topic is there now that was not before."""
        found = self._when_there.keys() & (await consumer.topics() if self._when_there else ())
        for topic in found:
            self._topics[topic] = self._when_there.pop(topic)
        return bool(found)

    async def _assign(self, consumer: AIOKafkaConsumer) -> dict[tuple[str, int], int]:
        """Take every partition, from where the archive stands."""
        partitions = []
        for topic in self._topics:
            if not (found := consumer.partitions_for_topic(topic)):
                raise UnknownTopicOrPartitionError(f"{topic} is not there (yet)")
            partitions += [TopicPartition(topic, part) for part in sorted(found)]
        consumer.assign(partitions)
        reached = await self._archive.positions()
        first, last = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        anew = [key for tp in partitions if reached.get(key := self._key(tp), 0) > last[tp]]
        if anew:
            log.warning("the archive is ahead of %s: the topic was made again; reading it from its beginning", anew)
            await self._archive.forget(anew)
            if any(topic == STATEMENTS.name for topic, _ in anew):
                self._hub.begin_anew()
        for tp in partitions:
            key = self._key(tp)
            if key in anew:
                reached.pop(key)
            if reached.get(key, first[tp]) < first[tp]:
                gone = first[tp] - reached[key]
                log.warning("%s/%d: %d messages were gone before they were read", tp.topic, tp.partition, gone)
            reached[key] = max(reached.get(key, 0), first[tp])
            consumer.seek(tp, reached[key])
        await self._archive.write(Batch(positions=dict(reached)))  # what is gone before is not waited for
        return reached

    def _key(self, tp: TopicPartition) -> tuple[str, int]:
        return self._topics[tp.topic], tp.partition

    async def _check(self, consumer: AIOKafkaConsumer, reached: dict[tuple[str, int], int]) -> None:
        """Ask the broker how far the topics are: what is still to read, and whether the broker is there at all."""
        async with asyncio.timeout(_LAST_RETRY):
            ends = await consumer.end_offsets(consumer.assignment())
        lag = dict.fromkeys(self._topics.values(), 0)
        for tp, end in ends.items():
            topic, part = self._key(tp)
            lag[topic] += max(0, end - reached[topic, part])
        self.lag, self.checked_at = lag, time.monotonic()
        for topic, behind in lag.items():
            metrics.LAG.labels(topic).set(behind)
        if not self.caught_up and not any(lag.values()):
            self._caught_up.set()
            log.info("the archive has caught up with the topics")

    async def _take(
        self, arrived: dict[TopicPartition, list[ConsumerRecord]], reached: dict[tuple[str, int], int]
    ) -> None:
        batch, newest = Batch(since=dict(reached)), 0
        for tp, messages in arrived.items():
            topic, part = self._key(tp)
            for message in messages:
                self._read(batch, topic, part, message)
                newest = max(newest, message.timestamp)
            batch.positions[topic, part] = messages[-1].offset + 1
        events = await self._archive.write(batch)
        reached.update(batch.positions)
        parts = {part: next_ for (topic, part), next_ in reached.items() if topic == STATEMENTS.name}
        self._hub.publish(events, Position.of(parts, len(parts)))
        LAST_PROGRESS.labels("serve").set(time.time())
        if self.caught_up and newest:
            metrics.TOPIC_TO_READER.observe(max(0.0, time.time() - newest / 1000))

    def _read(self, batch: Batch, topic: str, part: int, message: ConsumerRecord) -> None:
        key = (message.key or b"").decode("utf-8", "replace")
        try:
            match topic, message.value:
                case STATEMENTS.name, value:
                    batch.statements.append(Arrived(part, message.offset, sequence(message), decode(value, Statement)))
                case ARTICLES.name, value:
                    batch.articles.append((sequence(message), decode(value, Article)))
                case ALERTS.name, value:
                    alert = decode(value, Alert)
                    batch.alerts[alert.alert_id] = alert
                case FEEDS.name, value:
                    batch.feeds[key] = None if value is None else decode(value, Feed)
                case ALERT_RULES.name, value:
                    batch.rules[key] = None if value is None else decode(value, AlertRule)
                case ALERT_CHANNELS.name, value:
                    batch.channels[key] = None if value is None else decode(value, AlertChannels)
                case DELIVERIES.name, value:
                    batch.deliveries.append((part, message.offset, decode(value, Delivery)))
                case _, value:
                    batch.healths[key] = None if value is None else health(row(value), time.time())
        except UnreadableError as error:
            # Nothing of ours is written to Kafka, and its bytes stay where they are: this says where.
            log.warning("%s/%d/%d is left out of the archive: %s", message.topic, part, message.offset, error)
            PROCESSED.labels("serve", "unreadable").inc()
        else:
            PROCESSED.labels("serve", "ok").inc()
